/** The base binary of an executable loses other languages' data of its ICU and nothing else. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { withoutOtherLanguages } from "../../dist-scripts/build/icu.ts";
import { localesOf, withLocales } from "../../dist-scripts/build/icu_locales.ts";

const text = new TextEncoder();

/** A list of locales as ICU's `genrb` writes it; each list is a table of 16-bit values. */
function localeIndex(lists: Readonly<Record<string, readonly string[]>>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 32, true);
  bytes.set([0xda, 0x27], 2);
  bytes.set(text.encode("ResB"), 12);
  bytes[16] = 2;
  const root = bytes.subarray(32);
  const rootView = new DataView(bytes.buffer, 32);
  let end = 4 + 7 * 4;
  const put = (name: string) => {
    const at = end;
    root.set(text.encode(`${name}\0`), at);
    end += name.length + 1;
    return at;
  };
  const keys = Object.entries(lists).map(([list, locales]) => ({
    list: put(list),
    locales: locales.map(put),
  }));
  const keysTop = Math.ceil(end / 4) * 4;
  rootView.setInt32(4, 7, true);
  rootView.setInt32(8, keysTop / 4, true);
  end = keysTop + 2;
  const values = keys.map(({ locales }) => {
    const at = end;
    rootView.setUint16(at, locales.length, true);
    locales.forEach((key, i) => rootView.setUint16(at + 2 + 2 * i, key, true));
    end += 2 + 4 * locales.length;
    return 5 << 28 | (at - keysTop) / 2;
  });
  const table = Math.ceil(end / 4) * 4;
  rootView.setUint32(0, 2 << 28 | table / 4, true);
  rootView.setUint16(table, keys.length, true);
  keys.forEach(({ list }, i) => rootView.setUint16(table + 2 + 2 * i, list, true));
  const places = Math.ceil((table + 2 + 2 * keys.length) / 4) * 4;
  values.forEach((value, i) => rootView.setUint32(places + 4 * i, value >>> 0, true));
  return bytes.slice(0, Math.ceil((32 + places + 4 * keys.length) / 16) * 16);
}

/** Where the data of `programOf` starts. */
const dataStart = 64;

/** A program with ICU data of `items` (names in order), and something before and behind. */
function programOf(items: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const names = Object.keys(items).map((name) => text.encode(`icudt77l/${name}\0`));
  const bytes = new Uint8Array(65_536).fill(0xee);
  const view = new DataView(bytes.buffer);
  const header = bytes.subarray(dataStart, dataStart + 32).fill(0);
  header.set([32, 0, 0xda, 0x27, 20, 0, 0, 0, 0, 0, 2, 0, ...text.encode("CmnD"), 1]);
  const at = dataStart + 32;
  let nameEnd = 4 + 8 * names.length;
  let end = Math.ceil((nameEnd + names.reduce((sum, name) => sum + name.length, 0)) / 16) * 16;
  view.setUint32(at, names.length, true);
  Object.values(items).forEach((content, i) => {
    const name = names[i] ?? new Uint8Array();
    view.setUint32(at + 4 + 8 * i, nameEnd, true);
    view.setUint32(at + 8 + 8 * i, end, true);
    bytes.set(name, at + nameEnd);
    bytes.set(content, at + end);
    nameEnd += name.length;
    end += Math.ceil(content.length / 16) * 16;
  });
  return bytes.slice(0, at + end + 100);
}

/** Looks an item up as ICU does, by halving the table. */
function lookUp(file: Uint8Array, name: string): Uint8Array | undefined {
  const view = new DataView(file.buffer, file.byteOffset);
  const at = dataStart + 32;
  const count = view.getUint32(at, true);
  const entry = (i: number) => {
    const nameAt = at + view.getUint32(at + 4 + 8 * i, true);
    return {
      name: new TextDecoder().decode(file.subarray(nameAt, file.indexOf(0, nameAt))),
      offset: view.getUint32(at + 8 + 8 * i, true),
    };
  };
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    const found = entry(middle);
    if (found.name === `icudt77l/${name}`) {
      const end = middle + 1 < count ? at + entry(middle + 1).offset : file.length;
      return file.subarray(at + found.offset, end);
    }
    if (found.name < `icudt77l/${name}`) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

const item = (value: number, size = 48) => new Uint8Array(size).fill(0xc0 + value);
const rootIndex = localeIndex({
  AliasLocales: ["en_NH", "iw"],
  InstalledLocales: ["de", "de_AT", "en", "en_001", "he", "zh"],
});

function exampleItems(): Record<string, Uint8Array> {
  return {
    "big5-html.cnv": item(1),
    "cnvalias.icu": item(2),
    "de.res": item(3),
    "de_AT.res": item(4),
    "en.res": item(5),
    "en_001.res": item(6, 96),
    "he.res": item(7),
    "iw.res": item(8),
    "pool.res": item(9),
    "res_index.res": rootIndex,
    "root.res": item(10),
    "zh.res": item(11, 480),
    "zoneinfo64.res": item(12),
    "brkitr/de.res": item(13),
    "brkitr/res_index.res": localeIndex({ InstalledLocales: ["de", "en"] }),
    "brkitr/sent.brk": item(14),
    "brkitr/thaidict.dict": item(15),
    "coll/de__PHONEBOOK.res": item(16),
    "coll/en.res": item(17),
    "coll/res_index.res": localeIndex({ InstalledLocales: ["de", "en", "zh"] }),
    "coll/zh.res": item(18),
  };
}

/** ICU's order is that of the names. */
function ordered(items: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array> {
  return Object.fromEntries(Object.entries(items).sort(([a], [b]) => a < b ? -1 : 1));
}

const gone = [
  "big5-html.cnv",
  "cnvalias.icu",
  "brkitr/thaidict.dict",
  "coll/de__PHONEBOOK.res",
  "coll/zh.res",
  "de.res",
  "de_AT.res",
  "he.res",
  "iw.res",
  "zh.res",
];

function trimmed(file: Uint8Array) {
  const result = withoutOtherLanguages(file);
  assert(result.bytes !== undefined, result.bytes === undefined ? result.reason : "");
  return result;
}

Deno.test("withoutOtherLanguages() hides other languages' items, and keeps all else as long as it was", () => {
  const items = ordered(exampleItems());
  const file = programOf(items);
  const { bytes, removed } = trimmed(file);
  assertEquals(removed, gone.length);
  assertEquals(bytes.length, file.length);
  for (const name of Object.keys(items)) {
    const found = lookUp(bytes, name);
    if (gone.includes(name)) assertEquals(found, undefined, name);
    else if (name.endsWith("res_index.res")) assertEquals(found?.length, items[name]?.length);
    else assertEquals(found, lookUp(file, name), name);
  }
});

Deno.test("withoutOtherLanguages() zeroes what it removes and changes nothing around ICU's data", () => {
  const file = programOf(ordered(exampleItems()));
  const { bytes, freedBytes } = trimmed(file);
  const holds = (part: Uint8Array, value: number) =>
    new TextDecoder("latin1").decode(part).includes(new TextDecoder("latin1").decode(item(value)));
  for (const value of [1, 2, 3, 4, 7, 8, 11, 15, 16, 18]) {
    assertEquals([holds(file, value), holds(bytes, value)], [true, false]);
  }
  assertEquals(bytes.subarray(0, dataStart + 32), file.subarray(0, dataStart + 32));
  assertEquals(bytes.subarray(-148), file.subarray(-148));
  assertEquals(freedBytes, 9 * 48 + 480);
});

Deno.test("withoutOtherLanguages() lists the locales that are left, and those that cut texts", () => {
  const { bytes } = trimmed(programOf(ordered(exampleItems())));
  const listed = (name: string) => localesOf(lookUp(bytes, name) ?? new Uint8Array());
  assertEquals(listed("res_index.res"), ["en_NH", "en", "en_001"]);
  assertEquals(listed("coll/res_index.res"), ["en"]);
  assertEquals(listed("brkitr/res_index.res"), ["de", "en"]);
});

Deno.test("withoutOtherLanguages() refuses what is not as expected", () => {
  const items = ordered(exampleItems());
  const whole = programOf(items);
  const changed = (at: number, value: number) => {
    const file = whole.slice();
    file[at] = value;
    return file;
  };
  const contents = dataStart + 32;
  const damagedIndex = rootIndex.slice();
  damagedIndex[12] = 0;
  const { "res_index.res": _, ...unlisted } = items;
  const refused: Array<[string, Uint8Array]> = [
    ["ICU data 0 times", new Uint8Array()],
    ["ICU data 0 times", text.encode("CmnD")],
    ["ICU data 0 times", changed(dataStart + 8, 1)], // big-endian
    ["ICU data 2 times", new Uint8Array([...whole, ...whole])],
    ["cut short", whole.subarray(0, dataStart + 33)],
    ["cut short", changed(contents + 2, 0x7f)],
    ["without a name", changed(contents + 4, 0)],
    ["not in order", changed(contents + 8, 1)],
    ["not in order", programOf(exampleItems())],
    ["no resource bundle", programOf({ ...items, "res_index.res": damagedIndex })],
    ["nothing of other languages", programOf({ "en.res": item(1) })],
  ];
  for (const [reason, file] of refused) {
    const result = withoutOtherLanguages(file);
    assertEquals(result.bytes, undefined, reason);
    if (result.bytes === undefined) assertStringIncludes(result.reason, reason);
  }
  // Without a list nothing says what is a language's.
  assert(lookUp(trimmed(programOf(unlisted)).bytes, "de.res") !== undefined);
});

Deno.test("withoutOtherLanguages() reads any damaged file without failing", () => {
  const file = programOf(ordered(exampleItems()));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const damaged = file.slice();
        for (const [at, value] of changes) damaged[at] = value;
        withoutOtherLanguages(damaged);
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("withLocales() keeps those asked for, in their order", () => {
  const name = fc.stringMatching(/^[a-z]{2,3}(_[A-Z]{2})?$/);
  fc.assert(fc.property(
    fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
    fc.uniqueArray(name, { minLength: 1, maxLength: 30 }),
    fc.func(fc.boolean()),
    (aliases, installed, isKept) => {
      const file = localeIndex({ AliasLocales: aliases, InstalledLocales: installed });
      assertEquals(localesOf(file), [...aliases, ...installed]);
      const result = withLocales(file, isKept);
      assertEquals(result.length, file.length);
      assertEquals(localesOf(result), [...aliases, ...installed].filter((name) => isKept(name)));
    },
  ));
});
