/**
 * Vector stores by OpenAI's own client, on a real memory behind the server's guard.
 *
 * @module
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import OpenAI, { toFile } from "openai";
import { createMemory, type Memory } from "../../src/memory/mod.ts";
import { base, setUp, token } from "../../src/server/fakes_test.ts";
import { filesGroup } from "../../src/server/routes/files.ts";
import { vectorStoresGroup } from "../../src/server/routes/vector_stores.ts";

async function withClient(
  work: (client: OpenAI, memory: Memory) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    const groups = [vectorStoresGroup(memory, { maxBodyBytes: 1 << 20 }), filesGroup(memory)];
    const { call } = setUp({ groups });
    const client = new OpenAI({
      baseURL: `${base}/v1`,
      apiKey: token,
      maxRetries: 0,
      fetch: (url, init) => call(String(url), init as RequestInit),
    });
    await work(client, memory);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const handbook =
  "# Holidays\n\nEverybody has thirty days of holidays.\n\n# Backups\n\nBackups run at night.\n";

Deno.test("the openai client uploads a file, puts it into a store and searches it", async () => {
  await withClient(async (client, memory) => {
    const file = await client.files.create({
      file: await toFile(new TextEncoder().encode(handbook), "handbook.md"),
      purpose: "assistants",
    });
    assertEquals([file.filename, file.bytes], ["handbook.md", handbook.length]);
    const store = await client.vectorStores.create({ name: "Rules", metadata: { team: "a" } });
    assertEquals([store.name, store.status, store.metadata], ["Rules", "completed", { team: "a" }]);
    const attached = await client.vectorStores.files.createAndPoll(store.id, {
      file_id: file.id,
      attributes: { year: 2026, kind: "rules" },
    });
    assertEquals([attached.status, attached.last_error], ["completed", null]);
    const found = await client.vectorStores.search(store.id, { query: "how many holidays" });
    const [first] = found.data;
    assertEquals([first?.file_id, first?.filename], [file.id, "handbook.md"]);
    assert(first!.content[0]!.text.includes("thirty days"));
    assertEquals(first?.attributes, { year: 2026, kind: "rules" });
    const filtered = async (value: number) =>
      (await client.vectorStores.search(store.id, {
        query: ["backups", "holidays"],
        filters: {
          type: "and",
          filters: [
            { type: "gte", key: "year", value },
            { type: "eq", key: "kind", value: "rules" },
          ],
        },
      })).data.length;
    assertEquals([await filtered(2026), await filtered(2027)], [2, 0]);
    const content = await client.vectorStores.files.content(file.id, { vector_store_id: store.id });
    assertEquals(content.data.length, 2);
    const same = await client.vectorStores.retrieve(store.id);
    assertEquals([same.file_counts.completed, same.usage_bytes], [1, handbook.length]);
    assertEquals(await (await client.files.content(file.id)).text(), handbook);
    assertEquals((await memory.stats()).items, 2);
  });
});

Deno.test("the openai client changes, lists and deletes stores and files", async () => {
  await withClient(async (client, memory) => {
    const upload = async (name: string, text: string) =>
      await client.files.create({
        file: await toFile(new TextEncoder().encode(text), name),
        purpose: "assistants",
      });
    const one = await upload("one.txt", "first");
    const two = await upload("two.txt", "second");
    const bad = await client.files.create({
      file: await toFile(new Uint8Array([1, 0, 2]), "bad.txt"),
      purpose: "assistants",
    });
    const store = await client.vectorStores.create({ file_ids: [one.id] });
    const batch = await client.vectorStores.fileBatches.createAndPoll(store.id, {
      file_ids: [two.id, bad.id],
    });
    assertEquals([batch.file_counts.completed, batch.file_counts.failed], [1, 1]);
    const inBatch = await client.vectorStores.fileBatches.listFiles(batch.id, {
      vector_store_id: store.id,
      filter: "failed",
    });
    assertEquals(inBatch.data.map(({ id }) => id), [bad.id]);
    const listed: string[] = [];
    for await (const entry of client.vectorStores.files.list(store.id, { limit: 1 })) {
      listed.push(entry.id);
    }
    assertEquals(listed.sort(), [one.id, two.id, bad.id].sort());
    const renamed = await client.vectorStores.update(store.id, { name: "New" });
    assertEquals(renamed.name, "New");
    await client.vectorStores.files.delete(one.id, { vector_store_id: store.id });
    assertEquals((await memory.stats()).items, 1);
    await client.files.delete(two.id);
    assertEquals((await memory.stats()).items, 0);
    const left = (await client.files.list()).data.map(({ id }) => id);
    assertEquals(left.sort(), [one.id, bad.id].sort());
    assertEquals((await client.vectorStores.delete(store.id)).deleted, true);
    assertEquals((await client.vectorStores.list()).data, []);
  });
});

Deno.test("vector stores say what is wrong in OpenAI's shape", async () => {
  await withClient(async (client) => {
    const missing = await assertRejects(
      () => client.vectorStores.retrieve("vs_nope"),
      OpenAI.NotFoundError,
    );
    assertEquals(missing.param, "vector_store_id");
    const store = await client.vectorStores.create({});
    const refuses = (work: () => Promise<unknown>) => assertRejects(work, OpenAI.BadRequestError);
    await refuses(() => client.vectorStores.search(store.id, { query: "x", max_num_results: 51 }));
    await refuses(() =>
      client.vectorStores.search(store.id, {
        query: "x",
        filters: { type: "eq", key: "$where", value: 1 },
      })
    );
    await refuses(() =>
      client.vectorStores.create({ expires_after: { anchor: "last_active_at", days: 1 } })
    );
    await assertRejects(
      () => client.vectorStores.files.create(store.id, { file_id: "file-none" }),
      OpenAI.NotFoundError,
    );
    const stranger = client.withOptions({ apiKey: "wrong" });
    await assertRejects(() => stranger.vectorStores.create({}), OpenAI.AuthenticationError);
    await assertRejects(
      () => stranger.vectorStores.delete(store.id),
      OpenAI.AuthenticationError,
    );
    assertEquals((await stranger.vectorStores.search(store.id, { query: "x" })).data, []);
  });
});
