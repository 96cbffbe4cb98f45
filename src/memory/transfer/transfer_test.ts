import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../../core/errors.ts";
import { createMemory, type Memory } from "../memory.ts";
import { decimals } from "./export.ts";
import { parseLine } from "./import.ts";
import { splitLines } from "./lines.ts";

async function withMemory(work: (memory: Memory) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    await work(memory);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

async function exported(memory: Memory, collection = "default"): Promise<string> {
  let text = "";
  for await (const bytes of memory.export({ collection })) text += new TextDecoder().decode(bytes);
  return text;
}

async function* stream(text: string, size = 1000): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

Deno.test("export() of an import of an export has the same bytes", async () => {
  const item = fc.record({
    id: fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }),
    text: fc.string({ unit: "grapheme" }),
    vector: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e3, max: 1e3 }), {
      minLength: 4,
      maxLength: 4,
    }).filter((vector) => vector.some((value) => Math.abs(value) > 1e-6)),
    metadata: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })),
    namespace: fc.constantFrom("", "n", "ü"),
    expiresAt: fc.constantFrom("2999-01-01T00:00:00.000Z", "2999-01-01T00:00:00.001Z"),
  });
  const items = fc.sample(item, { numRuns: 700, seed: 3 })
    .filter(({ id, text }) => !`${id}${text}`.includes("\0"));
  await withMemory(async (memory) => {
    await memory.add(items as Parameters<typeof memory.add>[0]);
    const first = await exported(memory);
    const report = await memory.import(stream(first), { collection: "copy" });
    assertEquals(report.broken, []);
    assertEquals(await exported(memory, "copy"), first);
    for (let i = 0; i < 10; i++) {
      const again = await memory.import(stream(first, 77), { collection: "copy" });
      assertEquals([again.added, again.updated], [0, 0]);
    }
    assertEquals(await exported(memory, "copy"), first);
  });
});

Deno.test("import() keeps the model of vectors, and refuses those of another", async () => {
  const line = (model?: string) =>
    JSON.stringify({ id: "a", text: "t", vector: [1, 2], model }) + "\n";
  await withMemory(async (memory) => {
    await memory.import(stream(line("org/name/q8/2")));
    const [collection] = await memory.collections();
    assertEquals(collection?.space, {
      kind: "embedder",
      name: "org/name",
      dtype: "q8",
      dimensions: 2,
    });
    assertStringIncludes(await exported(memory), '"model":"org/name/q8/2"');
    await assertRejects(() => memory.import(stream(line("other/q8/2"))), AtmosphereError, "Line 1");
    await assertRejects(() => memory.import(stream(line())), AtmosphereError, "unnamed model");
  });
});

Deno.test("import() names the broken line, or leaves it out when told so", async () => {
  const good = (i: number) => JSON.stringify({ id: String(i), text: "t", vector: [1, i] });
  const lines = [...Array(100).keys()].map(good);
  lines[69] = '{"id":"69","text":';
  await withMemory(async (memory) => {
    const error = await assertRejects(
      () => memory.import(stream(lines.join("\n"))),
      AtmosphereError,
      "Line 70: it is not JSON",
    );
    assertEquals(error.details, { line: 70 });
    assertEquals((await memory.stats()).items, 69);
    lines[80] = '{"id":"80","text":"t","vector":[1,2,3]}';
    lines[81] = '{"id":"81","text":"t","vector":[1,2],"colour":"red"}';
    lines[82] = "[]";
    const report = await memory.import(stream(lines.join("\r\n\n")), { skipBroken: true });
    assertEquals(report.broken.map(({ line }) => line), [139, 161, 163, 165]);
    assertEquals([report.added, report.unchanged], [27, 69]);
  });
});

Deno.test("parseLine() refuses invalid UTF-8", async () => {
  await assertRejects(
    () => Promise.try(parseLine, new Uint8Array([0x7b, 0xff, 0x7d]), { vectors: true }),
    AtmosphereError,
    "UTF-8",
  );
});

Deno.test("splitLines() gives the same lines however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "binary" }).map((text) => text.replaceAll("\n", " ")), {
        minLength: 1,
      }),
      fc.integer({ min: 1, max: 20 }),
      async (lines, size) => {
        const text = lines.join("\n") + "\n";
        const found: string[] = [];
        for await (const { number, bytes } of splitLines(stream(text, size), { maxBytes: 1e6 })) {
          assertEquals(number, found.length + 1);
          found.push(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
        }
        assertEquals(found, lines.map((line) => line.toWellFormed()));
      },
    ),
  );
  await assertRejects(async () => {
    for await (const _ of splitLines(stream("x".repeat(50)), { maxBytes: 49 }));
  }, AtmosphereError);
});

Deno.test("decimals() give the same 32-bit numbers again", () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true }), (vector) => {
      const text = JSON.stringify(decimals(vector));
      assertEquals([...new Float32Array(JSON.parse(text))], [...vector].map((v) => v + 0));
    }),
  );
});
