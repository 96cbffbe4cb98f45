/** The base binary of an executable loses its symbols and nothing else. */
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";
import { smallBase } from "../../dist-scripts/build/base.ts";
import { withoutSymbols } from "../../dist-scripts/build/elf.ts";
import { targetNamed } from "../../dist-scripts/build/targets.ts";
import { fileInZip } from "../../dist-scripts/build/zip.ts";

const linux = targetNamed("x86_64-unknown-linux-gnu");
const text = new TextEncoder();
const allocated = 2;
const types = { program: 1, symbols: 2, strings: 3, relocations: 4, noBits: 8 };

interface Part {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly content: Uint8Array;
  readonly link?: number;
  readonly info?: number;
}

/** Mapped code and data, then what a linker puts behind: a comment, the symbols, the names. */
function partsOf(mapped: Uint8Array): Part[] {
  return [
    { name: ".text", type: types.program, flags: allocated, content: mapped },
    { name: ".comment", type: types.program, content: text.encode("made by a test\0") },
    { name: ".symtab", type: types.symbols, content: new Uint8Array(48).fill(7), link: 4, info: 1 },
    { name: ".strtab", type: types.strings, content: text.encode("\0a_name\0") },
  ];
}

/** An ELF file of `parts`, whose names' section comes last; the first part is mapped. */
function elfOf(parts: readonly Part[]): Uint8Array<ArrayBuffer> {
  const names = text.encode(["", ...parts.map(({ name }) => name), ".shstrtab", ""].join("\0"));
  const all = [...parts, { name: ".shstrtab", type: types.strings, content: names }];
  const offsets: number[] = [];
  let end = 64 + 56;
  for (const { content } of all) {
    offsets.push(end);
    end += content.byteLength;
  }
  const table = Math.ceil(end / 8) * 8;
  const bytes = new Uint8Array(table + 64 * (all.length + 1));
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setBigUint64(32, 64n, true);
  view.setBigUint64(40, BigInt(table), true);
  [64, 56, 1, 64, all.length + 1, all.length].forEach((value, i) =>
    view.setUint16(52 + 2 * i, value, true)
  );
  view.setUint32(64, 1, true);
  const mappedEnd = (offsets[0] ?? 0) + (all[0]?.content.byteLength ?? 0);
  view.setBigUint64(64 + 32, BigInt(mappedEnd), true);
  all.forEach((part, i) => {
    const { type, flags = 0, content, link = 0, info = 0 }: Part = part;
    bytes.set(content, offsets[i]);
    const at = table + 64 * (i + 1);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 8, BigInt(flags), true);
    view.setBigUint64(at + 24, BigInt(offsets[i] ?? 0), true);
    view.setBigUint64(at + 32, BigInt(content.byteLength), true);
    view.setUint32(at + 40, link, true);
    view.setUint32(at + 44, info, true);
    view.setBigUint64(at + 48, 1n, true);
  });
  return bytes;
}

/** The contents of all sections with their types, as the headers of `file` tell. */
function sectionsOf(file: Uint8Array): Array<{ type: number; content: string }> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const table = Number(view.getBigUint64(40, true));
  return Array.from({ length: view.getUint16(60, true) }, (_, i) => {
    const at = table + 64 * i;
    const offset = Number(view.getBigUint64(at + 24, true));
    const size = Number(view.getBigUint64(at + 32, true));
    return {
      type: view.getUint32(at + 4, true),
      content: new TextDecoder("latin1").decode(file.subarray(offset, offset + size)),
    };
  });
}

function stripped(file: Uint8Array): Uint8Array {
  const result = withoutSymbols(file);
  assert(result.bytes !== undefined, result.bytes === undefined ? result.reason : "");
  return result.bytes;
}

Deno.test("withoutSymbols() drops the symbols alone, and keeps what is mapped in its place", () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (mapped) => {
    const file = elfOf(partsOf(mapped));
    const result = stripped(file);
    const [none, code, comment, , , names] = sectionsOf(file);
    assertEquals(sectionsOf(result), [none, code, comment, names] as typeof none[]);
    const mappedEnd = 64 + 56 + mapped.byteLength;
    assertEquals(result.subarray(64, mappedEnd), file.subarray(64, mappedEnd));
    assert(result.byteLength < file.byteLength);
    // Where the names are.
    assertEquals(new DataView(result.buffer).getUint16(62, true), 3);
  }));
});

Deno.test("withoutSymbols() points sections at each other as before", () => {
  const parts = partsOf(new Uint8Array(64));
  const [code, comment, symbols, strings] = parts as [Part, Part, Part, Part];
  const relocations: Part = {
    name: ".rela",
    type: types.relocations,
    content: new Uint8Array(24),
    link: 1,
    info: 2,
  };
  const result = stripped(elfOf([code, comment, symbols, strings, relocations]));
  const view = new DataView(result.buffer);
  const header = Number(view.getBigUint64(40, true)) + 64 * 3;
  assertEquals(
    [view.getUint32(header + 4, true), view.getUint32(header + 40, true)],
    [types.relocations, 1],
  );
  assertEquals(view.getUint32(header + 44, true), 2);
});

Deno.test("withoutSymbols() refuses what is not as expected", () => {
  const parts = partsOf(new Uint8Array(64));
  const [code, comment, symbols, strings] = parts as [Part, Part, Part, Part];
  const whole = elfOf(parts);
  const changed = (at: number, value: number) => {
    const file = whole.slice();
    file[at] = value;
    return file;
  };
  const refused: Array<[string, Uint8Array]> = [
    ["not a 64-bit", new Uint8Array()],
    ["not a 64-bit", text.encode("MZ".repeat(100))],
    ["not a 64-bit", changed(4, 1)], // 32 bits
    ["not a 64-bit", changed(5, 2)], // big-endian
    ["headers are not", changed(58, 40)],
    ["headers are not", whole.subarray(0, whole.byteLength - 1)],
    ["end where", new Uint8Array([...whole, 0])],
    ["no symbol table", elfOf([code, comment])],
    ["string table of its own", elfOf([code, comment, { ...symbols, link: 5 }, strings])],
    ["needs its symbol table", elfOf([code, { ...comment, link: 3 }, symbols, strings])],
    [
      "behind the allocated",
      elfOf([code, comment, symbols, strings, {
        ...comment,
        flags: allocated,
      }]),
    ],
    [
      "among what is mapped",
      elfOf([symbols, strings, comment].map((part, i) => ({
        ...part,
        link: i === 0 ? 2 : 0,
      }))),
    ],
  ];
  for (const [reason, file] of refused) {
    const result = withoutSymbols(file);
    assertEquals(result.bytes, undefined, reason);
    if (result.bytes === undefined) assertStringIncludes(result.reason, reason);
  }
});

Deno.test("withoutSymbols() reads any damaged file without failing", () => {
  const file = elfOf(partsOf(new Uint8Array(100)));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(file.byteLength - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      (changes) => {
        const damaged = file.slice();
        for (const [at, value] of changes) damaged[at] = value;
        withoutSymbols(damaged);
      },
    ),
    { numRuns: 2000 },
  );
});

/** An archive of one file, as Deno's releases are. */
function zipOf(name: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const packed = deflateRawSync(content);
  const file = text.encode(name);
  const fields = new Uint8Array(26);
  const view = new DataView(fields.buffer);
  view.setUint16(0, 20, true);
  view.setUint16(4, 8, true);
  view.setUint32(10, crc32(content), true);
  view.setUint32(14, packed.byteLength, true);
  view.setUint32(18, content.byteLength, true);
  view.setUint16(22, file.byteLength, true);
  const local = [0x50, 0x4b, 3, 4, ...fields, ...file, ...packed];
  const entry = [0x50, 0x4b, 1, 2, 20, 0, ...fields, ...new Uint8Array(14), ...file];
  const end = new Uint8Array(22);
  const endView = new DataView(end.buffer);
  end.set([0x50, 0x4b, 5, 6]);
  endView.setUint16(8, 1, true);
  endView.setUint16(10, 1, true);
  endView.setUint32(12, entry.length, true);
  endView.setUint32(16, local.length, true);
  return new Uint8Array([...local, ...entry, ...end]);
}

Deno.test("fileInZip() reads a file, and says what is wrong with the archive", () => {
  const content = text.encode("the content ".repeat(20));
  const archive = zipOf("denort", content);
  assertEquals(fileInZip(archive, "denort"), content);
  assertThrows(() => fileInZip(archive, "deno"), Error, "There is no deno in the archive");
  assertThrows(() => fileInZip(archive.subarray(0, 50), "denort"), Error, "not a zip file");
});

Deno.test("smallBase() takes the base that Deno keeps, fetching it first when it is not there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-base-test-" });
  try {
    const original = elfOf(partsOf(new Uint8Array(100).fill(1)));
    const kept = join(folder, "dl", "release", `v${Deno.version.deno}`);
    const fetched: string[] = [];
    const options = {
      given: undefined,
      folder: join(folder, "bases"),
      denoDir: folder,
      onStep: () => {},
      fetchBase: async ({ triple }: { triple: string }) => {
        fetched.push(triple);
        await Deno.mkdir(kept, { recursive: true });
        await Deno.writeFile(join(kept, `denort-${triple}.zip`), zipOf("denort", original));
      },
    };
    const path = await smallBase(linux, options);
    assertEquals(await Deno.readFile(path ?? ""), stripped(original) as Uint8Array<ArrayBuffer>);
    await smallBase(linux, options);
    assertEquals(fetched, [linux.triple]);
    await assertRejects(
      () =>
        smallBase(targetNamed("aarch64-unknown-linux-gnu"), {
          ...options,
          fetchBase: async () => {},
        }),
      Deno.errors.NotFound,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("smallBase() leaves a base that is not as expected, and those of other systems, alone", async () => {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-base-test-" });
  try {
    const given = join(folder, "denort");
    await Deno.writeTextFile(given, "a script, say");
    const steps: string[] = [];
    const options = { given, folder, onStep: (step: string) => void steps.push(step) };
    assertEquals(await smallBase(linux, options), undefined);
    assertEquals(steps.length, 2);
    assertStringIncludes(steps[0] ?? "", "keeps its symbols");
    assertStringIncludes(steps[1] ?? "", "keeps all languages");
    for (const triple of ["x86_64-apple-darwin", "x86_64-pc-windows-msvc"]) {
      assertEquals(await smallBase(targetNamed(triple), options), undefined);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
