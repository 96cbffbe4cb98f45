/** The memory from outside: commands, a node beside them, documents and OpenAI's client. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import OpenAI, { toFile } from "openai";
import { makePdf } from "../../src/memory/documents/testdata/pdf.ts";
import { type Output, runProgram, serveProgram, temporaryDataDir } from "../support/program.ts";

type Run = (args: readonly string[], stdin?: string) => Promise<Output>;

function memoryOf(dataDir: string): Run {
  return (args, stdin) =>
    runProgram(["memory", ...args], { dataDir, ...(stdin === undefined ? {} : { stdin }) });
}

async function json(run: Run, args: readonly string[], stdin?: string) {
  const { code, stdout, stderr } = await run([...args, "--json"], stdin);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return JSON.parse(stdout);
}

/** Ids of what a search finds, best first. */
async function found(run: Run, args: readonly string[], stdin?: string): Promise<string[]> {
  const { hits } = await json(run, ["search", ...args], stdin);
  return hits.map(({ item }: { item: { id: string } }) => item.id);
}

Deno.test("memory commands remember, find, move and forget without a node", async (t) => {
  await using dir = await temporaryDataDir();
  const run = memoryOf(dir.path);

  await t.step("add and search by meaning, by words and both", async () => {
    const note = "Copies of the database are kept for twelve months";
    assertEquals(
      (await run(["add", "--text", note, "--id", "backups"])).stdout,
      "added  backups\n",
    );
    const lines = '{"id":"hours","text":"The office opens at nine in the morning"}\n' +
      '{"id":"code","text":"parseDate() lives in src/time.ts"}\n';
    assertEquals((await json(run, ["import", "-"], lines)).added, 2);
    // No word of the question is in the note.
    assertEquals(
      (await found(run, ["how long do we store backup files", "--mode", "dense"]))[0],
      "backups",
    );
    assertEquals(await found(run, ["parse date", "--mode", "keyword"]), ["code"]);
    const hybrid = await json(run, ["search", "when does the office open", "--explain"]);
    assertEquals([hybrid.mode, hybrid.hits[0].item.id], ["hybrid", "hours"]);
    assertStringIncludes(hybrid.explain.fusion, "reciprocal rank");
  });

  await t.step("export, import, export: the same bytes, however often", async () => {
    const file = `${dir.path}/all.jsonl`;
    assertEquals((await run(["export", file])).stdout, `3 items in ${file}\n`);
    const bytes = await Deno.readTextFile(file);
    for (const added of [3, 0]) {
      const report = await json(run, ["import", file, "-c", "copy"]);
      assertEquals([report.added, report.unchanged], [added, 3 - added]);
    }
    assertEquals((await run(["export", "-c", "copy"])).stdout, bytes);
  });

  await t.step("own vectors, searched by one from a file and from stdin", async () => {
    const lines = '{"id":"east","text":"e","vector":[1,0]}\n' +
      '{"id":"north","text":"n","vector":[0,1],"metadata":{"far":true}}\n';
    assertEquals((await json(run, ["import", "-", "-c", "own"], lines)).added, 2);
    await Deno.writeTextFile(`${dir.path}/v.json`, "[0.1, 0.9]");
    const file = `${dir.path}/v.json`;
    assertEquals((await found(run, ["--vector", file, "-c", "own"]))[0], "north");
    assertEquals((await found(run, ["--vector", "-", "-c", "own"], "[1, 0.1]"))[0], "east");
    const filter = ["--filter", '{"far":true}'];
    assertEquals(await found(run, ["--vector", "-", "-c", "own", ...filter], "[1, 0]"), ["north"]);
    for (const vector of ["[1]", "[1e999, 0]"]) {
      assertEquals((await run(["search", "--vector", "-", "-c", "own"], vector)).code, 2, vector);
    }
  });

  await t.step("show, forget, stats and collections", async () => {
    await run(["add", "--text", "The office opens at ten", "--id", "hours"]);
    const { item, history } = await json(run, ["show", "hours", "--history"]);
    assertEquals(item.text, "The office opens at ten");
    assertEquals(history.length, 1);
    assertEquals((await run(["forget", "hours"])).stdout, "1 forgotten\n");
    assertEquals((await run(["show", "hours"])).code, 3);
    const stats = await json(run, ["stats", "--verify"]);
    assertEquals([stats.items, stats.versions, stats.problems], [7, 0, []]);
    const { collections } = await json(run, ["collections"]);
    assertEquals(
      collections.map(({ name, items }: { name: string; items: number }) => [name, items]),
      [["copy", 3], ["default", 2], ["own", 2]],
    );
  });
});

Deno.test("a node's memory is the commands' memory, and OpenAI's vector stores", async (t) => {
  await using node = await serveProgram();
  const run = memoryOf(node.dataDir);
  const authorization = `Bearer ${node.token}`;
  async function isListed(): Promise<boolean> {
    const { data } = await (await fetch(`${node.url}/atmosphere/v1/capabilities`)).json();
    return data.some(({ kind }: { kind: string }) => kind === "memory/search");
  }
  assertEquals(await isListed(), false);

  await t.step(
    "what a command has added, the node's next search finds, and the reverse",
    async () => {
      const search = async (text: string) => {
        const response = await fetch(`${node.url}/atmosphere/v1/memory/search`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ text }),
        });
        return (await response.json()).hits?.[0]?.item.text;
      };
      await run(["add", "--text", "Backups are kept for a year"]);
      const question = "what did I decide about the backup policy";
      assertEquals(await search(question), "Backups are kept for a year");
      const added = await fetch(`${node.url}/atmosphere/v1/memory/items`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization },
        body: JSON.stringify({ items: [{ id: "tea", text: "Tea is at four" }] }),
      });
      assertEquals((await added.json()).results, [{ id: "tea", status: "added" }]);
      assertEquals((await found(run, ["when is there tea"]))[0], "tea");
    },
  );

  await t.step("questions can be routed to it now that there is something to find", async () => {
    const deadline = Date.now() + 10_000;
    while (!await isListed() && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assertEquals(await isListed(), true);
  });

  await t.step(
    "documents: a PDF with pages, and one too long for the node's own thread",
    async () => {
      const pdf = `${node.dataDir}/plan.pdf`;
      await Deno.writeFile(pdf, makePdf([["Nothing to see here"], ["The moon base opens in May"]]));
      const report = await json(run, ["add", pdf, "-c", "docs"]);
      assertEquals([report.documents[0].chunks, report.failed], [2, []]);
      const { hits } = await json(run, ["search", "when is the moon base ready", "-c", "docs"]);
      assertEquals([hits[0].item.source, hits[0].item.position], [pdf, { page: 2 }]);
      const long = Array.from({ length: 3000 }, (_, i) => `Line ${i} of the log says ${i * 7}.`);
      const create = await fetch(`${node.url}/atmosphere/v1/memory/collections`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization },
        body: JSON.stringify({ name: "logs", space: { kind: "none" } }),
      });
      assertEquals(create.status, 201, await create.text());
      const sent = await fetch(
        `${node.url}/atmosphere/v1/memory/documents?name=a.log&collection=logs`,
        {
          method: "POST",
          headers: { "content-type": "text/plain", authorization },
          body: long.join("\n"),
        },
      );
      const { chunks, added } = await sent.json();
      assert(chunks > 100 && added === chunks, `${added} of ${chunks} chunks were added`);
      assertStringIncludes(
        (await json(run, ["search", "2345", "-c", "logs"])).hits[0].item.text,
        "Line 2345 of the log",
      );
    },
  );

  await t.step("the openai client uploads a file, makes a store, polls and searches", async () => {
    const client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: node.token, maxRetries: 0 });
    const text =
      "# Holidays\n\nEverybody has thirty days off.\n\n# Backups\n\nThey run at night.\n";
    const file = await client.files.create({
      file: await toFile(new TextEncoder().encode(text), "rules.md"),
      purpose: "assistants",
    });
    const store = await client.vectorStores.create({ name: "Rules" });
    const attached = await client.vectorStores.files.createAndPoll(store.id, { file_id: file.id });
    assertEquals(attached.status, "completed");
    const { data } = await client.vectorStores.search(store.id, { query: "how much vacation" });
    assertEquals([data[0]?.file_id, data[0]?.filename], [file.id, "rules.md"]);
    assertStringIncludes(data[0]!.content[0]!.text, "thirty days");
    assertEquals((await found(run, ["vacation", "-c", store.id])).length, 2);
    await client.vectorStores.delete(store.id);
    assertEquals((await run(["search", "vacation", "-c", store.id])).code, 3);
  });

  assertEquals((await json(run, ["stats", "--verify"])).problems, []);
});
