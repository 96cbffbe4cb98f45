import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../../core/errors.ts";
import { createMemory, type EmbedTexts } from "../memory.ts";
import { toChunks } from "./chunk.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { readPdf } from "./pdf.ts";
import { readPlain } from "./plain.ts";
import { mediaTypeOf, readChunks } from "./read.ts";
import { makePdf } from "./testdata/pdf.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("readMarkdown() gives blocks with headings and lines", () => {
  const text = [
    "---",
    "title: x",
    "---",
    "# Backups #",
    "",
    "Nightly at two.",
    "Kept a month.",
    "",
    "## How",
    "```sh",
    "# no heading",
    "",
    "run",
    "```",
    "Setext",
    "------",
    "- one",
    "- two",
    "# Other",
    "end",
  ].join("\n");
  const blocks = readMarkdown(text).map(({ text, startLine, endLine, headings }) => [
    text,
    startLine,
    endLine,
    headings.join("/"),
  ]);
  assertEquals(blocks, [
    ["Nightly at two.\nKept a month.", 6, 7, "Backups"],
    ["```sh\n# no heading\n\nrun\n```", 10, 14, "Backups/How"],
    ["- one\n- two", 17, 18, "Backups/Setext"],
    ["end", 20, 20, "Other"],
  ]);
});

Deno.test("readHtml() gives what a reader sees, with headings and lines", () => {
  const html = `<!doctype html><head><title>t</title><style>p { x: y }</style></head>
<body><h1>Back&amp;ups</h1>
<p>Nightly <b>at</b>
two.
<script>alert(1)</script>
<h2>How</h2><ul><li>one<li>two</ul>
<pre>a
  b</pre><div>unclosed`;
  const blocks = readHtml(html).map(({ text, startLine, endLine, headings }) => [
    text,
    startLine,
    endLine,
    headings.join("/"),
  ]);
  assertEquals(blocks, [
    ["Nightly at two.", 3, 4, "Back&ups"],
    ["one", 6, 6, "Back&ups/How"],
    ["two", 6, 6, "Back&ups/How"],
    ["a\n  b", 7, 8, "Back&ups/How"],
    ["unclosed", 8, 8, "Back&ups/How"],
  ]);
});

Deno.test("readPdf() gives paragraphs with their pages", async () => {
  const pdf = makePdf([["Backups run every", "night at two.", "", "They are kept."], [
    "Second page",
  ]]);
  const blocks = await readPdf(pdf);
  assertEquals(blocks.map(({ text, page }) => [text, page]), [
    ["Backups run every night at two.", 1],
    ["They are kept.", 1],
    ["Second page", 2],
  ]);
  await assertRejects(() => readPdf(bytes("%PDF-1.4 broken")), AtmosphereError);
});

Deno.test("toChunks() loses no word, keeps the limit and tells the lines", () => {
  const line = fc.array(fc.constantFrom("alpha", "beta.", "gamma!", "delta,", "x".repeat(70)), {
    maxLength: 12,
  }).map((words) => words.join(" "));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(line, fc.constantFrom("", "# One", "## Two")), { maxLength: 60 }),
      fc.integer({ min: 40, max: 400 }),
      (lines, maxCharacters) => {
        for (const read of [readMarkdown, readPlain]) {
          const blocks = read(lines.join("\n"));
          const chunks = toChunks(blocks, { maxCharacters, overlapCharacters: 0 });
          const flat = (texts: string[]) => texts.join("").replace(/\s/g, "");
          const bodies = chunks.map(({ text, position }) =>
            position.headings === undefined ? text : text.slice(text.indexOf("\n\n") + 2)
          );
          assertEquals(flat(bodies), flat(blocks.map(({ text }) => text)));
          for (const body of bodies) assert(body.length <= maxCharacters, `${body.length}`);
          chunks.forEach(({ position }, i) => {
            const covered = lines.slice(position.startLine! - 1, position.endLine!).join("");
            const [first] = bodies[i]!.split("\n");
            assert(covered.replace(/\s/g, "").includes(first!.replace(/\s/g, "")));
          });
        }
      },
    ),
  );
});

Deno.test("toChunks() repeats the end of a chunk in the next of the same section", () => {
  const sentence = (i: number) => `Sentence number ${i} is here.`;
  const text = Array.from({ length: 30 }, (_, i) => sentence(i)).join(" ");
  const chunks = toChunks(readMarkdown(`# A\n\n${text}\n\n# B\n\nother`), {
    maxCharacters: 300,
    overlapCharacters: 60,
  });
  assert(chunks.length > 3);
  for (let i = 1; i < chunks.length - 1; i++) {
    const lead = chunks[i]!.text.split("\n\n")[1]!;
    assert(lead.length > 0 && chunks[i - 1]!.text.endsWith(lead), lead);
    assert(chunks[i]!.text.length <= 300 + "A\n\n".length);
  }
  assertEquals(chunks.at(-1)!.text, "B\n\nother");
});

Deno.test("readChunks() refuses what is no text", async () => {
  const refuses = (content: Uint8Array) =>
    assertRejects(() => readChunks({ name: "x.md", bytes: content }), AtmosphereError);
  assertEquals((await refuses(new Uint8Array([1, 0, 2]))).code, "unsupported_media_type");
  assertEquals((await refuses(new Uint8Array([0x61, 0xff]))).code, "unsupported_media_type");
  assertEquals(mediaTypeOf("a/b.c/README.MD"), "text/markdown");
  assertEquals(mediaTypeOf("a.md/LICENSE"), "text/plain");
});

Deno.test("addDocument() embeds and replaces only what changed", async () => {
  const embedded: string[] = [];
  const embedder: EmbedTexts = {
    model: { name: "length", dtype: "f32", dimensions: 2 },
    embed: (texts) => {
      embedded.push(...texts);
      return Promise.resolve({
        vectors: texts.map((text) => new Float32Array([text.length, 1])),
      });
    },
  };
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db`, embedder });
    const add = (text: string) => memory.addDocument({ name: "notes.md", bytes: bytes(text) });
    const report = await add("# One\n\nfirst\n\n# Two\n\nsecond\n\n# Three\n\nthird\n");
    assertEquals([report.chunks, report.added, report.removed], [3, 3, 0]);
    const again = await add("# One\n\nfirst\n\n# Two\n\nsecond\n\n# Three\n\nthird\n");
    assertEquals([again.unchanged, again.removed], [3, 0]);
    assertEquals(embedded.length, 3);
    const changed = await add("# Zero\n\nnew\n\n# One\n\nfirst\n\n# Three\n\nthird, changed\n");
    assertEquals([changed.added, changed.unchanged, changed.removed], [2, 1, 2]);
    assertEquals(embedded.length, 5);
    const { items } = await memory.list({ source: "notes.md" });
    assertEquals(items.length, 3);
    const moved = items.find(({ text }) => text.endsWith("first"));
    assertEquals(moved?.position, { startLine: 7, endLine: 7, headings: ["One"] });
    assertEquals((await memory.stats()).versions, 2);
    assertEquals(await memory.forget({ source: "notes.md" }), 3);
    assertEquals((await memory.stats()).versions, 0);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
