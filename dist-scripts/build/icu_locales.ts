/**
 * The list of locales that ICU keeps in each folder of its data, `res_index.res`: a resource bundle
 * whose root is a table of tables of locales' names.
 */

/** A table of locales in the bundle. */
interface LocaleTable {
  /** Where the table is, in the bundle. */
  readonly at: number;
  /** Where each name is, from the bundle's root, as the table has it. */
  readonly keys: readonly number[];
  readonly locales: readonly string[];
}

const rootBytes = 4;
/** The index of where the names end, and with it the 16-bit tables begin, in the bundle's indexes. */
const keysTop = 1;
const resourceBundle = 0x42736552;
const table = 2;
const table16 = 5;

/** All locales that the bundle `file` names, or what about it is not as expected. */
export function localesOf(file: Uint8Array): string[] | string {
  const tables = readTables(file);
  return typeof tables === "string" ? tables : tables.flatMap(({ locales }) => locales);
}

/**
 * The bundle `file` with only those locales that `isKept` holds for. Throws when
 * {@linkcode localesOf} does not understand it.
 */
export function withLocales(
  file: Uint8Array,
  isKept: (locale: string) => boolean,
): Uint8Array<ArrayBuffer> {
  const tables = readTables(file);
  if (typeof tables === "string") throw new Error(`The list of locales is not one: ${tables}`);
  const bytes = new Uint8Array(file);
  const view = viewOf(bytes);
  for (const { at, keys, locales } of tables) {
    const kept = keys.filter((_, i) => isKept(locales[i] ?? ""));
    // Every value is the empty text at 0, so that what is behind the names stays as it is.
    bytes.fill(0, at, at + 2 + 2 * keys.length);
    view.setUint16(at, kept.length, true);
    kept.forEach((key, i) => view.setUint16(at + 2 + 2 * i, key, true));
  }
  return bytes;
}

function readTables(file: Uint8Array): LocaleTable[] | string {
  const view = viewOf(file);
  try {
    const start = view.getUint16(0, true);
    if (view.getUint32(12, true) !== resourceBundle || view.getUint8(16) < 2) {
      return "it is no resource bundle";
    }
    const root = view.getUint32(start, true);
    if (root >>> 28 !== table) return "its root is no table";
    const tables16 = start + 4 * view.getInt32(start + rootBytes + 4 * keysTop, true);
    const at = start + 4 * (root & 0xfffffff);
    const count = view.getUint16(at, true);
    const values = Math.ceil((at + 2 + 2 * count) / 4) * 4;
    const tables: LocaleTable[] = [];
    for (let i = 0; i < count; i++) {
      const key = nameAt(file, { start, key: view.getUint16(at + 2 + 2 * i, true) });
      const value = view.getUint32(values + 4 * i, true);
      if (!key.endsWith("Locales") || (value & 0xfffffff) === 0) continue;
      if (value >>> 28 !== table16) return `${key} is no list of names`;
      tables.push(readTable(file, { start, at: tables16 + 2 * (value & 0xfffffff) }));
    }
    return tables.length === 0 ? "it names no locales" : tables;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

function readTable(
  file: Uint8Array,
  { start, at }: { start: number; at: number },
): LocaleTable {
  const view = viewOf(file);
  const count = view.getUint16(at, true);
  const keys = Array.from({ length: count }, (_, i) => view.getUint16(at + 2 + 2 * i, true));
  for (let i = 0; i < count; i++) {
    if (view.getUint16(at + 2 + 2 * (count + i), true) !== 0) {
      throw new RangeError("a locale has a value");
    }
  }
  return { at, keys, locales: keys.map((key) => nameAt(file, { start, key })) };
}

function nameAt(file: Uint8Array, { start, key }: { start: number; key: number }): string {
  const end = file.indexOf(0, start + key);
  if (end < 0) throw new RangeError("a name does not end");
  return String.fromCharCode(...file.subarray(start + key, end));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
