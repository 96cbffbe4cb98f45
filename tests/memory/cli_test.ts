/**
 * The memory's commands on a real memory, in this process.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runInMemory } from "../../src/cli/testdata/context.ts";
import { createMemory, type EmbedTexts, recoverMemory } from "../../src/memory/mod.ts";

const letters: EmbedTexts = {
  model: { name: "letters", dtype: "f32", dimensions: 26 },
  embed: (texts) =>
    Promise.resolve({
      vectors: texts.map((text) => {
        const vector = new Float32Array(26).fill(0.01);
        for (const letter of text.toLowerCase()) {
          const i = letter.charCodeAt(0) - 97;
          if (i >= 0 && i < 26) vector[i]!++;
        }
        return vector;
      }),
    }),
};

type Run = (args: readonly string[], stdin?: string) => ReturnType<typeof runInMemory>;

async function withCli(work: (run: Run, dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const path = `${dir}/atmosphere.db`;
    await work((args, stdin) =>
      runInMemory(["memory", ...args], {
        env: { HOME: dir, ATMOSPHERE_DATA_DIR: dir },
        ...(stdin === undefined ? {} : { stdin }),
        app: {
          openMemory: () => createMemory({ path, embedder: letters }),
          recoverNodeMemory: () => recoverMemory({ path, embedder: letters }),
        },
      }), dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("memory add, search, show, list, forget and stats on notes", async () => {
  await withCli(async (run) => {
    const added = await run([
      "add",
      "--text",
      "backups run at night",
      "--id",
      "b",
      "--metadata",
      '{"k":1}',
    ]);
    assertEquals([added.code, added.stdout], [0, "added  b\n"]);
    assertEquals((await run(["add", "--text", "lunch is at noon"])).code, 0);
    const found = await run(["search", "night", "backup", "--explain"]);
    assertEquals(found.code, 0);
    assertStringIncludes(found.stdout.split("\n")[1]!, "backups run at night");
    assertStringIncludes(found.stdout, "reciprocal rank");
    const json = JSON.parse(
      (await run(["search", "backup", "--filter", '{"k":1}', "--json"])).stdout,
    );
    assertEquals([json.hits.length, json.hits[0].item.id], [1, "b"]);
    await run(["add", "--text", "backups run at noon", "--id", "b"]);
    const shown = await run(["show", "b", "--history"]);
    assertStringIncludes(shown.stdout, "backups run at noon");
    assertStringIncludes(shown.stdout, "backups run at night");
    assertEquals(JSON.parse((await run(["list", "--json"])).stdout).items.length, 2);
    assertEquals((await run(["forget", "b"])).stdout, "1 forgotten\n");
    assertEquals((await run(["forget", "b"])).code, 3);
    assertEquals((await run(["show", "b"])).code, 3);
    assertStringIncludes((await run(["stats", "--verify"])).stdout, "nothing is wrong");
    assertEquals((await run(["collections", "--json"])).code, 0);
  });
});

Deno.test("memory add takes files, directories and stdin, and can be repeated", async () => {
  await withCli(async (run, dir) => {
    const docs = `${dir}/docs`;
    await Deno.mkdir(`${docs}/.hidden`, { recursive: true });
    await Deno.mkdir(`${docs}/node_modules`);
    await Deno.writeTextFile(`${docs}/a.md`, "# Alpha\n\nfirst thing\n");
    await Deno.writeTextFile(`${docs}/b.txt`, "second thing\n");
    await Deno.writeFile(`${docs}/broken.txt`, new Uint8Array([0x61, 0xff, 0x62]));
    await Deno.writeTextFile(`${docs}/c.bin`, "not a document");
    await Deno.writeTextFile(`${docs}/.hidden/d.md`, "hidden");
    await Deno.writeTextFile(`${docs}/node_modules/e.md`, "made");
    const first = await run(["add", docs, "--json"]);
    assertEquals(first.code, 1);
    assertStringIncludes(first.stderr, "broken.txt is not valid UTF-8");
    const { documents, failed } = JSON.parse(first.stdout);
    assertEquals(documents.map(({ source }: { source: string }) => source), [
      `${docs}/a.md`,
      `${docs}/b.txt`,
    ]);
    assertEquals(failed.length, 1);
    await Deno.remove(`${docs}/broken.txt`);
    const again = await run(["add", docs]);
    assertEquals(again.code, 0);
    assertStringIncludes(
      again.stdout,
      "a.md: 1 chunks, 0 added, 0 updated, 1 unchanged, 0 removed",
    );
    assertEquals((await run(["add", "-", "--source", "minutes"], "third thing")).code, 0);
    assertEquals((await run(["add", "-", "--source", "minutes"], "fourth thing")).code, 0);
    const { items } = JSON.parse((await run(["list", "--source", "minutes", "--json"])).stdout);
    assertEquals(items.map(({ text }: { text: string }) => text), ["fourth thing"]);
    const hit = await run(["search", "first"]);
    assertStringIncludes(hit.stdout, "docs/a.md:3");
    assertEquals((await run(["add", `${dir}/nothing`])).code, 3);
  });
});

Deno.test("memory export and import give the same bytes again", async () => {
  await withCli(async (run, dir) => {
    await run(["add", "--text", "one", "--text", "two"]);
    const file = `${dir}/out.jsonl`;
    assertEquals((await run(["export", file])).stdout, `2 items in ${file}\n`);
    const text = await Deno.readTextFile(file);
    assertEquals((await run(["export"])).stdout, text);
    assert((await run(["export", "--no-vectors"])).stdout.length < text.length / 2);
    assertEquals(
      (await run(["import", file, "-c", "copy"])).stdout,
      "2 added, 0 updated, 0 unchanged\n",
    );
    assertEquals(
      (await run(["import", "-", "-c", "copy"], text)).stdout,
      "0 added, 0 updated, 2 unchanged\n",
    );
    assertEquals((await run(["export", "-c", "copy"])).stdout, text);
    const broken = await run(["import", "-", "-c", "copy"], `${text}{"id":1}\n`);
    assertEquals(broken.code, 2);
    assertStringIncludes(broken.stderr, "Line 3");
    const skipped = await run(["import", "-", "-c", "copy", "--skip-broken"], `nope\n${text}`);
    assertEquals(skipped.code, 1);
    assertStringIncludes(skipped.stderr, "line 1 was left out");
    assertEquals((await run(["import", `${dir}/missing.jsonl`])).code, 3);
  });
});

Deno.test("memory search takes a vector, collections are made for own ones", async () => {
  await withCli(async (run, dir) => {
    assertEquals((await run(["collections", "--create", "own", "--space", "own/2"])).code, 0);
    const line =
      '{"id":"x","text":"east","vector":[1,0]}\n{"id":"y","text":"north","vector":[0,1]}\n';
    assertEquals((await run(["import", "-", "-c", "own"], line)).code, 0);
    await Deno.writeTextFile(`${dir}/v.json`, "[0.1, 0.9]");
    const byFile = JSON.parse(
      (await run(["search", "--vector", `${dir}/v.json`, "-c", "own", "--json"])).stdout,
    );
    assertEquals([byFile.mode, byFile.hits[0].item.id], ["dense", "y"]);
    const byStdin = await run(["search", "--vector", "-", "-c", "own", "--json"], "[1, 0]");
    assertEquals(JSON.parse(byStdin.stdout).hits[0].item.id, "x");
    assertEquals((await run(["search", "--vector", "-", "-c", "own"], "[1]")).code, 2);
    assertEquals((await run(["search", "--vector", "-", "-c", "own"], "{}")).code, 2);
    assertEquals((await run(["search"])).code, 2);
    assertEquals((await run(["search", "x", "-c", "nope"])).code, 3);
    assertEquals((await run(["collections", "--create", "x", "--space", "bad"])).code, 2);
    assertEquals((await run(["collections", "--delete", "own"])).code, 0);
    assertEquals((await run(["collections", "--delete", "own"])).code, 3);
  });
});

Deno.test("memory recover is the way out that a damaged database's error names", async () => {
  await withCli(async (run, dir) => {
    await Deno.writeTextFile(`${dir}/atmosphere.db`, "garbage ".repeat(5000));
    const failed = await run(["stats"]);
    assertEquals(failed.code, 1);
    assertStringIncludes(failed.stderr, "atmosphere memory recover");
    const recovered = await run(["recover", "--json"]);
    assertEquals(JSON.parse(recovered.stdout).recovered, 0);
    assertEquals((await run(["stats"])).code, 0);
  });
});
