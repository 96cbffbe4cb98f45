/**
 * The memory over HTTP: the native routes on a real memory, through the server's guard.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createMemory, type Memory } from "../../src/memory/mod.ts";
import { setUp, token } from "../../src/server/fakes_test.ts";
import { memoryGroup } from "../../src/server/routes/memory.ts";

const prefix = "/atmosphere/v1/memory";
const authorization = `Bearer ${token}`;

interface Api {
  readonly memory: Memory;
  get(path: string): Promise<Response>;
  /** With the token. */
  post(path: string, body: unknown): Promise<Response>;
  call(path: string, init?: RequestInit): Promise<Response>;
}

async function withApi(work: (api: Api) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    const { call, post } = setUp({ groups: [memoryGroup(memory, { maxBodyBytes: 1 << 20 })] });
    await work({
      memory,
      get: (path) => call(prefix + path),
      post: (path, body) => post(prefix + path, body, { headers: { authorization } }),
      call: (path, init = {}) =>
        call(prefix + path, { ...init, headers: { authorization, ...init.headers as object } }),
    });
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("memory routes add, search, show, list and forget", async () => {
  await withApi(async ({ get, post }) => {
    const space = { kind: "own", dimensions: 2 };
    assertEquals((await post("/collections", { name: "default", space })).status, 201);
    const added = await post("/items", {
      items: [
        { id: "a/b#1", text: "backups at night", vector: [1, 0], metadata: { lang: "en" } },
        { text: "lunch at noon", vector: [0, 1] },
      ],
    });
    const { results } = await added.json();
    assertEquals(results[0], { id: "a/b#1", status: "added" });
    const found = await (await post("/search", {
      text: "backup",
      vector: [1, 0.1],
      filter: { lang: "en" },
      explain: true,
    })).json();
    assertEquals([found.mode, found.hits.length, found.explain.inScope], ["hybrid", 1, 1]);
    assertEquals(found.hits[0].item.id, "a/b#1");
    const item = await (await get(`/item?id=${encodeURIComponent("a/b#1")}&history=true`)).json();
    assertEquals([item.item.text, item.history], ["backups at night", []]);
    const filter = encodeURIComponent('{"lang":{"$exists":false}}');
    const listed = await (await get(`/items?filter=${filter}`)).json();
    assertEquals(listed.items.map(({ text }: { text: string }) => text), ["lunch at noon"]);
    assertEquals(await (await post("/forget", { ids: ["a/b#1"] })).json(), { forgotten: 1 });
    const gone = await get(`/item?id=${encodeURIComponent("a/b#1")}`);
    assertEquals(gone.status, 404);
    assertEquals((await gone.json()).code, "not_found");
    const stats = await (await get("")).json();
    assertEquals([stats.items, stats.collections], [1, 1]);
  });
});

Deno.test("memory routes change nothing without the node's token, but let anyone search", async () => {
  await withApi(async ({ memory, call }) => {
    await memory.createCollection("default", { space: { kind: "none" } });
    const body = (value: unknown, type = "application/json") => ({
      method: "POST",
      body: JSON.stringify(value),
      headers: { authorization: "", "content-type": type },
    });
    for (const path of ["/items", "/forget", "/collections", "/import", "/documents?name=x"]) {
      assertEquals((await call(path, body({ items: [{ text: "x" }] }))).status, 401, path);
    }
    const drop = { method: "DELETE", headers: { authorization: "" } };
    assertEquals((await call("/collections/default", drop)).status, 401);
    assertEquals((await call("/search", body({ text: "x" }))).status, 200);
    assertEquals((await memory.stats()).items, 0);
  });
});

Deno.test("memory routes name what is wrong with a request", async () => {
  await withApi(async ({ memory, get, post }) => {
    await memory.createCollection("default", { space: { kind: "none" } });
    const param = async (response: Promise<Response>) => {
      const answer = await response;
      assertEquals(answer.status, 400);
      return (await answer.json()).param;
    };
    assertEquals(await param(post("/items", {})), "items");
    assertEquals(await param(post("/items", { items: [{ text: 1 }] })), "items[0].text");
    assertEquals(
      await param(post("/items", { items: [{ text: "x", metadata: [] }] })),
      "items[0].metadata",
    );
    assertEquals(
      await param(post("/search", { text: "x", filter: { a: { $regex: "b" } } })),
      "filter",
    );
    assertEquals(await param(post("/search", { text: "x", mode: "magic" })), "mode");
    assertEquals(
      await param(post("/collections", { name: "../x", space: { kind: "none" } })),
      "collection",
    );
    assertEquals(await param(get("/items?filter={")), "filter");
    assertEquals(await param(get("/items?limit=0")), "limit");
    assertEquals((await post("/search", { text: "x", collection: "nope" })).status, 404);
    assertEquals((await post("/forget", {})).status, 400);
  });
});

Deno.test("memory routes take documents, and exports that they gave", async () => {
  await withApi(async ({ memory, call, get }) => {
    await memory.createCollection("default", { space: { kind: "none" } });
    const report = await (await call("/documents?name=notes.md", {
      method: "POST",
      body: "# Backups\n\nThey run at night.\n",
      headers: { "content-type": "text/markdown" },
    })).json();
    assertEquals([report.source, report.chunks, report.added], ["notes.md", 1, 1]);
    const exported = await get("/export");
    assertEquals(exported.headers.get("content-type"), "application/jsonl");
    const text = await exported.text();
    assertStringIncludes(text, '"headings":["Backups"]');
    await memory.createCollection("copy", { space: { kind: "none" } });
    const headers = { "content-type": "application/jsonl" };
    const sent = await call("/import?collection=copy", { method: "POST", body: text, headers });
    assertEquals((await sent.json()).added, 1);
    assertEquals(await (await get("/export?collection=copy")).text(), text);
    const broken = await call("/import", { method: "POST", body: `${text}{`, headers });
    assertEquals(broken.status, 400);
    assertStringIncludes((await broken.json()).detail, "Line 2");
  });
});

Deno.test("memory export that fails from the start has a status that says so", async () => {
  await withApi(async ({ memory, get }) => {
    assertEquals((await get("/export?collection=nope")).status, 404);
    await memory.createCollection("default", { space: { kind: "none" } });
    const empty = await get("/export");
    assertEquals([empty.status, await empty.text()], [200, ""]);
    const wrong = await get("/export?filter=%7B%22%24x%22%3A1%7D");
    assertEquals([wrong.status, (await wrong.json()).param], [400, "filter"]);
  });
});

Deno.test("memory routes are all in the OpenAPI document", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    const group = memoryGroup(memory, { maxBodyBytes: 1000 });
    const { call } = setUp({ groups: [group] });
    const { paths } = await (await call("/openapi.json")).json();
    for (const { method, path } of group.app.routes) {
      const documented = (prefix + path).replace(/\/$/, "").replace(/:(\w+)/g, "{$1}");
      assert(paths[documented]?.[method.toLowerCase()] !== undefined, `${method} ${documented}`);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
