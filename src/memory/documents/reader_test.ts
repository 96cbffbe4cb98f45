import { assert, assertEquals, assertRejects } from "@std/assert";
import { AtmosphereError } from "../../core/errors.ts";
import { chunkItems } from "./items.ts";
import { readChunks } from "./read.ts";
import { DocumentReader } from "./reader.ts";

const encoder = new TextEncoder();

/** Markdown of about `sizeBytes`, in which no two paragraphs are the same. */
function longMarkdown(sizeBytes: number): Uint8Array<ArrayBuffer> {
  const parts: string[] = [];
  for (let size = 0, i = 0; size < sizeBytes; i++) {
    const part = `${i % 20 === 0 ? `## Part ${i}\n\n` : ""}${
      `Paragraph ${i} says this. `.repeat(9)
    }`;
    parts.push(part);
    size += part.length;
  }
  return encoder.encode(parts.join("\n\n"));
}

Deno.test("items() of a long document are those of the document, and its bytes stay", async () => {
  using reader = new DocumentReader();
  const document = { name: "long.md", bytes: longMarkdown(300_000) };
  const chunking = { maxCharacters: 700 };
  const expected = chunkItems("long.md", await readChunks(document, chunking));
  assert(expected.length > 256, `${expected.length} chunks are too few to come in parts`);
  const [first, second] = await Promise.all([
    reader.items(document, { chunking }),
    reader.items({ ...document, name: "other.md" }, { chunking }),
  ]);
  assertEquals(first, expected);
  assertEquals(second.map(({ text }) => text), expected.map(({ text }) => text));
  assert(document.bytes.length > 0);
});

Deno.test("items() of a long document leaves the thread that asks free", async () => {
  using reader = new DocumentReader();
  // Starts the thread, so that only reading is looked at.
  await reader.items({ name: "first.md", bytes: longMarkdown(40_000) });
  const document = { name: "long.md", bytes: longMarkdown(3_000_000) };
  const before = performance.now();
  await readChunks(document);
  const blockedMs = performance.now() - before;
  let last = performance.now();
  let longestMs = 0;
  const timer = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last);
    last = performance.now();
  }, 1);
  try {
    await reader.items(document);
  } finally {
    clearInterval(timer);
  }
  assert(longestMs < blockedMs / 2, `held up for ${longestMs} of ${blockedMs} ms`);
});

Deno.test("items() of a long document tells what is wrong as of a short one", async () => {
  using reader = new DocumentReader();
  const bytes = longMarkdown(100_000);
  bytes[90_000] = 0xff;
  const error = await assertRejects(() => reader.items({ name: "x.md", bytes }), AtmosphereError);
  assertEquals(error.code, "unsupported_media_type");
  assert(error.hint?.includes("iconv"));
  const pdf = await assertRejects(
    () => reader.items({ name: "x.pdf", bytes: encoder.encode("no PDF") }),
    AtmosphereError,
  );
  assertEquals([pdf.code, pdf.message], ["invalid_request", "The PDF can't be read"]);
});

Deno.test("items() ends with the signal's reason, and the next document is read", async () => {
  using reader = new DocumentReader();
  const abort = new AbortController();
  const reading = reader.items({ name: "a.md", bytes: longMarkdown(2_000_000) }, {
    signal: abort.signal,
  });
  abort.abort("enough");
  assertEquals(await reading.catch((reason) => reason), "enough");
  const late = reader.items({ name: "c.md", bytes: new Uint8Array() }, { signal: abort.signal });
  assertEquals(await late.catch((reason) => reason), "enough");
  assert((await reader.items({ name: "b.md", bytes: longMarkdown(40_000) })).length > 10);
});

Deno.test("disposing a reader ends what it reads", async () => {
  const reader = new DocumentReader();
  const reading = reader.items({ name: "a.md", bytes: longMarkdown(2_000_000) });
  reader[Symbol.dispose]();
  const error = await assertRejects(() => reading, AtmosphereError);
  assertEquals(error.code, "shutting_down");
});
