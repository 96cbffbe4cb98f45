/**
 * Leaves other languages' data out of the ICU in a base binary. The program writes English and
 * reads any language without them; they have 8 MB of it, and nearly 3 MB of its archive.
 *
 * The removed items leave the table of contents, so that ICU does not find them and falls back as it
 * does for languages that it was made without, and their bytes are zero. All else stays at its place.
 */
import { Buffer } from "node:buffer";
import { localesOf, withLocales } from "./icu_locales.ts";

/** The program with less in its ICU, or why it is left as it is. */
export type Trimmed =
  | {
    readonly bytes: Uint8Array<ArrayBuffer>;
    /** How many items were left out. */
    readonly removed: number;
    /** How many bytes of the program are zero instead. */
    readonly freedBytes: number;
  }
  | { readonly bytes: undefined; readonly reason: string };

/** A file in ICU's data, as `zone/de.res`. */
interface Item {
  readonly name: string;
  /** Where its name is, from the table of contents. */
  readonly nameOffset: number;
  /** Where it is, from the table of contents. */
  readonly offset: number;
  /** Where the next one is; undefined for the last one, whose end is written nowhere. */
  readonly end: number | undefined;
}

interface Contents {
  /** Where the table of contents is in the file. */
  readonly at: number;
  /** How long the name of ICU's own folder is, which all names start with. */
  readonly folderBytes: number;
  readonly items: readonly Item[];
}

/** The format's name, 12 bytes after the start of the data. */
const format = "CmnD";
const formatOffset = 12;
const entryBytes = 8;
const alignment = 16;
const index = "res_index.res";
const keptLanguage = "en";
/** Converters and look-alikes, whose code the base does not have, and words of other languages. */
const ofNoUse = /\.(cfu|cnv|dict)$|^cnvalias\.icu$/;
/** Where the tables of what ends a word, line or sentence are: texts of any language are cut. */
const segmentation = "brkitr";

/**
 * Removes from the ICU data in `file` what is for other languages than English: their formats,
 * names and orders, the dictionaries that find words in languages without spaces, and the tables of
 * converters and look-alikes, which V8 has no code for (Deno decodes texts by other means). What is
 * for no language in particular stays, and so does what finds the ends of sentences and of
 * characters. A file whose data is not as expected in any respect is refused.
 */
export function withoutOtherLanguages(file: Uint8Array): Trimmed {
  const contents = readContents(file);
  if (typeof contents === "string") return refused(contents);
  const { at, items } = contents;
  const bytes = file.slice();
  const isRemoved = new Set<Item>(items.filter(({ name }) => ofNoUse.test(name)));
  for (const listed of items.filter(({ name }) => basename(name) === index)) {
    const folder = listed.name.slice(0, -index.length);
    if (folder === `${segmentation}/` || listed.end === undefined) continue;
    const place = bytes.subarray(at + listed.offset, at + listed.end);
    const locales = localesOf(place);
    if (typeof locales === "string") return refused(`${listed.name}: ${locales}`);
    const others = new Set(locales.map(language).filter((name) => name !== keptLanguage));
    place.set(withLocales(place, (locale) => !others.has(language(locale))));
    for (const item of items) {
      const name = basename(item.name);
      if (item.name !== folder + name || !name.endsWith(".res")) continue;
      if (others.has(language(name.slice(0, -".res".length)))) isRemoved.add(item);
    }
  }
  if (isRemoved.size === 0) return refused("its ICU has nothing of other languages");
  let freedBytes = 0;
  for (const { offset, end } of isRemoved) {
    if (end === undefined) continue;
    bytes.fill(0, at + offset, at + end);
    freedBytes += end - offset;
  }
  writeContents(bytes, contents, isRemoved);
  return isSame(file, bytes, { contents, isRemoved })
    ? { bytes, removed: isRemoved.size, freedBytes }
    : refused("what is left of its ICU is not the same");
}

function refused(reason: string): Trimmed {
  return { bytes: undefined, reason };
}

/** ICU's table of contents in `file`, or what about it is not as expected. */
function readContents(file: Uint8Array): Contents | string {
  const view = viewOf(file);
  const starts = startsOf(file);
  const [start = 0] = starts;
  if (starts.length !== 1) return `it has ICU data ${starts.length} times`;
  const at = start + view.getUint16(start, true);
  if (at + 4 > file.byteLength) return "its ICU data is cut short";
  const count = view.getUint32(at, true);
  const names = 4 + count * entryBytes;
  if (count === 0 || at + names > file.byteLength) return "its ICU data is cut short";
  const found: Array<Omit<Item, "end">> = [];
  for (let entry = at + 4; entry < at + names; entry += entryBytes) {
    const [nameOffset, offset] = [view.getUint32(entry, true), view.getUint32(entry + 4, true)];
    const name = at + nameOffset < file.byteLength ? nameAt(file, at + nameOffset) : undefined;
    if (name === undefined || nameOffset < names) return "its ICU data has an item without a name";
    found.push({ name, nameOffset, offset });
  }
  const folder = found[0]?.name.match(/^icudt\d+l\//)?.[0] ?? "";
  const lastName = Math.max(...found.map(({ name, nameOffset }) => nameOffset + name.length + 1));
  for (const [i, { name, offset }] of found.entries()) {
    const before = found[i - 1];
    const isInOrder = before === undefined
      ? offset >= lastName
      : before.name < name && before.offset < offset;
    if (
      folder === "" || !name.startsWith(folder) || !isInOrder || offset % alignment !== 0 ||
      at + offset >= file.byteLength
    ) return "its ICU data is not in order";
  }
  const items = found.map(({ name, ...item }, i): Item => {
    return { name: name.slice(folder.length), ...item, end: found[i + 1]?.offset };
  });
  return { at, folderBytes: folder.length, items };
}

/** Where ICU's data may start in `file`: little-endian, ASCII, the first version of the format. */
function startsOf(file: Uint8Array): number[] {
  const starts: number[] = [];
  const searched = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  for (let at = searched.indexOf(format); at >= 0; at = searched.indexOf(format, at + 1)) {
    const start = at - formatOffset;
    const isHeader = file[start + 2] === 0xda && file[start + 3] === 0x27 &&
      file[start + 8] === 0 && file[start + 9] === 0 && file[start + 10] === 2 &&
      file[start + 16] === 1;
    if (isHeader) starts.push(start);
  }
  return starts;
}

function nameAt(file: Uint8Array, at: number): string | undefined {
  const end = file.indexOf(0, at);
  if (end <= at || end - at > 255) return undefined;
  const name = String.fromCharCode(...file.subarray(at, end));
  return /^[\w./-]+$/.test(name) ? name : undefined;
}

/**
 * ICU looks names up by halving, so that their order stays. It takes an item to end where the next
 * one of the table begins, so that one behind a kept item stays too, under a name without its last
 * letter, which nothing asks for: Temporal reads its time zones by that length.
 */
function writeContents(
  bytes: Uint8Array,
  { at, folderBytes, items }: Contents,
  isRemoved: ReadonlySet<Item>,
): void {
  const view = viewOf(bytes);
  bytes.fill(0, at, at + 4 + items.length * entryBytes);
  let count = 0;
  items.forEach((item, i) => {
    const { name, nameOffset, offset } = item;
    const nameEnd = at + nameOffset + folderBytes + name.length;
    const before = items[i - 1];
    if (isRemoved.has(item)) {
      const isEnd = before !== undefined && !isRemoved.has(before);
      bytes.fill(0, isEnd ? nameEnd - 1 : at + nameOffset, nameEnd);
      if (!isEnd) return;
    }
    view.setUint32(at + 4 + count * entryBytes, nameOffset, true);
    view.setUint32(at + 8 + count * entryBytes, offset, true);
    count++;
  });
  view.setUint32(at, count, true);
}

/** Whether what was to stay did, at its place and as long, and what was to go is not found. */
function isSame(
  before: Uint8Array,
  after: Uint8Array,
  options: { contents: Contents; isRemoved: ReadonlySet<Item> },
): boolean {
  const { contents: { at, items }, isRemoved } = options;
  const contents = readContents(after);
  if (typeof contents === "string" || contents.at !== at) return false;
  const found = new Map(contents.items.map((item) => [item.name, item]));
  const isKept = items.every((item) => {
    const other = found.get(item.name);
    if (isRemoved.has(item)) return other === undefined;
    return other?.offset === item.offset && other.end === item.end &&
      (basename(item.name) === index || isEqual(before, after, {
        from: at + item.offset,
        to: at + (item.end ?? item.offset),
      }));
  });
  return isKept && before.byteLength === after.byteLength &&
    isEqual(before, after, { from: 0, to: at }) &&
    isEqual(before, after, { from: at + (items.at(-1)?.offset ?? 0), to: before.byteLength });
}

function isEqual(a: Uint8Array, b: Uint8Array, { from, to }: { from: number; to: number }) {
  return Buffer.compare(a.subarray(from, to), b.subarray(from, to)) === 0;
}

function basename(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function language(locale: string): string {
  return locale.split("_", 1)[0] ?? "";
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
