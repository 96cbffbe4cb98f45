/**
 * CSV as RFC 4180 describes it.
 *
 * @module
 */

/** One record and the line that it starts on, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Records, and the lines that are none. */
export interface CsvFile {
  readonly records: readonly CsvRecord[];
  readonly broken: readonly { readonly line: number; readonly reason: string }[];
}

const quote = '"';

/** Where reading is. */
interface Cursor {
  at: number;
  line: number;
}

/** Reads records; blank lines are passed over, and after a broken line reading goes on with the next. */
export function readCsv(content: string): CsvFile {
  const records: CsvRecord[] = [];
  const broken: { line: number; reason: string }[] = [];
  const cursor: Cursor = { at: 0, line: 1 };
  while (cursor.at < content.length) {
    const start = { ...cursor };
    const read = readRecord(content, cursor);
    if (typeof read === "string") {
      broken.push({ line: start.line, reason: read });
      const end = content.indexOf("\n", start.at);
      cursor.at = end === -1 ? content.length : end + 1;
      cursor.line = start.line + 1;
    } else if (read.length > 1 || read[0] !== "") {
      records.push({ line: start.line, fields: read });
    }
  }
  return { records, broken };
}

/** The fields of the record at `cursor`, which moves behind it; or what is wrong with it. */
function readRecord(content: string, cursor: Cursor): string[] | string {
  const fields: string[] = [];
  for (;;) {
    const field = content[cursor.at] === quote ? quoted(content, cursor) : plain(content, cursor);
    if (field === undefined) return "a quote is not closed";
    fields.push(field);
    const next = content[cursor.at];
    if (next === ",") {
      cursor.at++;
      continue;
    }
    if (next === "\r" && content[cursor.at + 1] === "\n") cursor.at++;
    if (cursor.at >= content.length) return fields;
    if (content[cursor.at] !== "\n") return "something follows a closing quote";
    cursor.at++;
    cursor.line++;
    return fields;
  }
}

function plain(content: string, cursor: Cursor): string {
  const start = cursor.at;
  while (cursor.at < content.length) {
    const unit = content[cursor.at];
    if (unit === "," || unit === "\n") break;
    if (unit === "\r" && content[cursor.at + 1] === "\n") break;
    cursor.at++;
  }
  return content.slice(start, cursor.at);
}

/** A field in quotes without them; undefined when the closing one is missing. */
function quoted(content: string, cursor: Cursor): string | undefined {
  let value = "";
  for (let from = cursor.at + 1;;) {
    const end = content.indexOf(quote, from);
    if (end === -1) return undefined;
    value += content.slice(from, end);
    if (content[end + 1] !== quote) {
      for (const unit of value) if (unit === "\n") cursor.line++;
      cursor.at = end + 1;
      return value;
    }
    value += quote;
    from = end + 2;
  }
}
