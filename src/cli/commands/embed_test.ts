import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runInMemory, withDirectory } from "../testdata/context.ts";
import { connectTo } from "../testdata/node.ts";

const env = { HOME: "/nowhere" };
const model = { name: "all-minilm-l6-v2", dimensions: 3 };

/** Embeds a text as its length, its first character and 1. */
function embedding() {
  const batches: (readonly string[])[] = [];
  const models: (string | undefined)[] = [];
  const app = connectTo({
    embed: (texts, options) => {
      batches.push(texts);
      models.push(options?.model);
      const vectors = texts.map((text) => [text.length, text.codePointAt(0) ?? 0, 1]);
      return Promise.resolve({ model, vectors, tokens: texts.length });
    },
  });
  return { app, batches, models };
}

Deno.test("embed prints one array a text in a pipe", async () => {
  const { app } = embedding();
  const { code, stdout, stderr } = await runInMemory(["embed", "ab", "c"], { env, app });
  assertEquals([code, stdout, stderr], [0, "[2,97,1]\n[1,99,1]\n", ""]);
});

Deno.test("embed prints a preview on a terminal", async () => {
  const { app } = embedding();
  const { stdout } = await runInMemory(["embed", "ab\x1b", "--no-color"], {
    env,
    app,
    terminal: { columns: 80 },
  });
  assertEquals(
    stdout,
    "all-minilm-l6-v2, 3 dimensions\n  [3.0000, 97.0000, 1.0000, …]  ab␛\n",
  );
});

Deno.test("embed --json has OpenAI's shape", async () => {
  const { app, models } = embedding();
  const { stdout } = await runInMemory(["embed", "ab", "--json", "--model=x"], { env, app });
  assertEquals(JSON.parse(stdout), {
    object: "list",
    data: [{ object: "embedding", index: 0, embedding: [2, 97, 1] }],
    model: "all-minilm-l6-v2",
    usage: { prompt_tokens: 1, total_tokens: 1 },
  });
  assertEquals(models, ["x"]);
});

Deno.test("embed reads stdin and files, whole or by line", async () => {
  await withDirectory(async (directory) => {
    const file = `${directory}/texts.txt`;
    await Deno.writeTextFile(file, "one\r\ntwo\n");
    const cases: Array<[argv: string[], stdin: string | undefined, texts: string[]]> = [
      [["-"], "a\nb\n", ["a\nb"]],
      [["--lines", "-"], "a\nb\n", ["a", "b"]],
      [[], "piped\n", ["piped"]],
      [["x", "--file", file], "not read", ["x", "one\r\ntwo"]],
      [["-l", "-f", file, "-f", "-"], "three", ["one", "two", "three"]],
    ];
    for (const [argv, stdin, texts] of cases) {
      const { app, batches } = embedding();
      const options = stdin === undefined ? { env, app } : { env, app, stdin };
      assertEquals((await runInMemory(["embed", ...argv], options)).code, 0);
      assertEquals(batches.flat(), texts);
    }
  });
});

Deno.test("embed asks for many texts in bounded batches", async () => {
  const { app, batches } = embedding();
  const stdin = Array.from({ length: 600 }, (_, i) => `text ${i}`).join("\n");
  const { stdout } = await runInMemory(["embed", "--lines", "-"], { env, app, stdin });
  assertEquals(batches.map((batch) => batch.length), [256, 256, 88]);
  assertEquals(stdout.trimEnd().split("\n").length, 600);
});

Deno.test("embed --compare prints the cosine of each pair", async () => {
  const { app } = embedding();
  const argv = [
    "embed",
    "--compare",
    "a",
    "a",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ];
  const { stdout } = await runInMemory(argv, { env, app });
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines[1], "1  a                                 1.000  1.000  0.894");
  assertEquals(lines[3], "3  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…  0.894  0.894  1.000");
  const json = JSON.parse((await runInMemory([...argv, "--json"], { env, app })).stdout);
  assertEquals(json.model, "all-minilm-l6-v2");
  assertEquals(json.cosine.length, 3);
  assert(Math.abs(json.cosine[0][1] - 1) < 1e-9);
});

Deno.test("embed names what is missing", async () => {
  const { app, batches } = embedding();
  const none = await runInMemory(["embed"], { env, app });
  assertEquals(none.code, 2);
  assertStringIncludes(none.stderr, "embed needs TEXT");
  const one = await runInMemory(["embed", "--compare", "a"], { env, app });
  assertStringIncludes(one.stderr, "--compare needs two texts or more, got 1");
  const blank = await runInMemory(["embed", "-l", "-"], { env, app, stdin: "a\n\nb\n" });
  assertEquals(blank.code, 2);
  assertStringIncludes(blank.stderr, "Text 2 of 3 is empty\n  Take blank lines out");
  const file = await runInMemory(["embed", "-f", "/no/such/file"], { env, app });
  assertEquals(file.code, 3);
  assertStringIncludes(file.stderr, "There is no file /no/such/file");
  assertEquals(batches, []);
});

Deno.test("embed refuses a file that is not text", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeFile(`${directory}/x`, new Uint8Array([0xff, 0xfe, 0x00]));
    const { app } = embedding();
    const { code, stderr } = await runInMemory(["embed", "-f", `${directory}/x`], { env, app });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "is not UTF-8 text");
  });
});
