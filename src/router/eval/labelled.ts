/**
 * Labelled texts from files: CSV with a header, and JSON Lines.
 *
 * @module
 */

import { AtmosphereError } from "../../core/mod.ts";
import { readCsv } from "./csv.ts";

/** The label of texts that belong to none of the routes. */
export const outOfScope = "none";

/** A text with the name of the route that it belongs to, or {@linkcode outOfScope}. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** A line that is not of the form that is expected. */
export interface BrokenLine {
  /** Number of the line in the file, from 1. */
  readonly line: number;
  /** What is wrong with it, as a phrase. */
  readonly reason: string;
}

/** What a file holds. */
export interface LabelledFile {
  readonly rows: readonly LabelledText[];
  readonly broken: readonly BrokenLine[];
}

/** How to read. */
export interface ReadOptions {
  /** `csv` has a header with `text` and `label` or `category`; `jsonl` has `{"text","label"}`. */
  readonly format: "csv" | "jsonl";
  /** Whether a broken line is left out, or nothing is read. @default "fail" */
  readonly onBroken?: "skip" | "fail";
  /** What messages call the file. @default "the file" */
  readonly source?: string;
}

/** Broken lines that a message names. */
const namedLines = 5;

/**
 * The format of a file by its name, else by its first character.
 *
 * `.jsonl`, `.ndjson` and `.json` are JSON Lines, `.csv` is CSV.
 */
export function formatOf(name: string, content: string): "csv" | "jsonl" {
  if (/\.(jsonl|ndjson|json)$/i.test(name)) return "jsonl";
  if (/\.csv$/i.test(name)) return "csv";
  return /^\ufeff?\s*\{/.test(content) ? "jsonl" : "csv";
}

/**
 * Reads labelled texts. A byte order mark and both kinds of line ends are understood, blank lines are
 * passed over, `none` and `oos` (in any case) mean out of scope.
 *
 * Throws `invalid_request` for a broken line, unless they are to be skipped, and for a CSV file whose
 * header lacks a column.
 */
export function readLabelled(content: string, options: ReadOptions): LabelledFile {
  const text = content.startsWith("\ufeff") ? content.slice(1) : content;
  const source = options.source ?? "the file";
  const file = options.format === "csv" ? fromCsv(text, source) : fromJsonLines(text);
  if (file.broken.length > 0 && options.onBroken !== "skip") {
    const first = file.broken.slice(0, namedLines)
      .map(({ line, reason }) => `line ${line}: ${reason}`);
    const more = file.broken.length - first.length;
    throw new AtmosphereError(
      "invalid_request",
      `Reading ${source} failed: ${first.join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
      {
        hint: "Correct the lines, or have broken ones skipped",
        details: { broken: file.broken.slice(0, 100) },
      },
    );
  }
  return file;
}

function label(value: string): string {
  const trimmed = value.trim();
  return /^(none|oos)$/i.test(trimmed) ? outOfScope : trimmed;
}

/** A row, or what is wrong with it. */
function row(text: unknown, name: unknown): LabelledText | string {
  if (typeof text !== "string") return "it has no text";
  if (typeof name !== "string") return "it has no label";
  if (text.trim() === "") return "its text is empty";
  if (name.trim() === "") return "its label is empty";
  return { text: text.trim(), label: label(name) };
}

function fromCsv(content: string, source: string): LabelledFile {
  const { records, broken: torn } = readCsv(content);
  const [header, ...body] = records;
  const names = header?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const textColumn = names.indexOf("text");
  const labelColumn = names.indexOf("label") !== -1
    ? names.indexOf("label")
    : names.indexOf("category");
  if (textColumn === -1 || labelColumn === -1) {
    throw new AtmosphereError(
      "invalid_request",
      `Reading ${source} failed: its header must have "text" and "label" (or "category"), got "${
        names.join(",").slice(0, 100)
      }"`,
      { hint: 'Make the first line "text,label"' },
    );
  }
  const rows: LabelledText[] = [];
  const broken: BrokenLine[] = [...torn];
  for (const { line, fields } of body) {
    const read = fields.length === names.length
      ? row(fields[textColumn], fields[labelColumn])
      : `it has ${fields.length} fields, the header has ${names.length}`;
    if (typeof read === "string") broken.push({ line, reason: read });
    else rows.push(read);
  }
  return { rows, broken: broken.sort((a, b) => a.line - b.line) };
}

function fromJsonLines(content: string): LabelledFile {
  const rows: LabelledText[] = [];
  const broken: BrokenLine[] = [];
  content.split("\n").forEach((text, i) => {
    if (text.trim() === "") return;
    const read = jsonRow(text);
    if (typeof read === "string") broken.push({ line: i + 1, reason: read });
    else rows.push(read);
  });
  return { rows, broken };
}

function jsonRow(line: string): LabelledText | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "it is not JSON";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "it is not a JSON object";
  }
  const { text, label, category } = value as Record<string, unknown>;
  return row(text, label ?? category);
}
