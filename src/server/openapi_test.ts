import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { ownEndpoints } from "./app.ts";
import type { ServerDeps } from "./deps.ts";
import { setUp } from "./fakes_test.ts";

type Node = Record<string, unknown>;

async function document(groups: ServerDeps["groups"] = []): Promise<Record<string, Node>> {
  return await (await setUp({ groups }).call("/openapi.json")).json();
}

/** Every object in `value`, itself included. */
function* objects(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield value as Node;
  for (const inner of Object.values(value)) yield* objects(inner);
}

Deno.test("openapiDocument() describes exactly the endpoints that there are", async () => {
  const { paths = {} } = await document();
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item as Node).map((method) => `${method.toUpperCase()} ${path}`)
  );
  const endpoints = ownEndpoints({ settings: {} } as ServerDeps).map(({ method, path }) =>
    `${method} ${path.replace("/*", "/{id}")}`
  );
  assertEquals(described.sort(), [...endpoints, "GET /"].sort());
});

Deno.test("openapiDocument() has no dangling reference and no unused schema", async () => {
  const doc = await document();
  const used = new Set<string>();
  for (const { $ref } of objects(doc)) {
    if (typeof $ref !== "string") continue;
    const target = $ref.slice(2).split("/").reduce<unknown>((at, key) => (at as Node)?.[key], doc);
    assertEquals(typeof target, "object", $ref);
    used.add($ref);
  }
  const schemas = Object.keys(doc.components?.schemas as Node);
  assertEquals(schemas.filter((name) => !used.has(`#/components/schemas/${name}`)), []);
});

Deno.test("openapiDocument() gives each operation a name, answers and errors", async () => {
  const { paths = {} } = await document();
  const operations = Object.values(paths).flatMap((item) => Object.values(item as Node)) as Node[];
  const ids = operations.map(({ operationId }) => operationId);
  assertEquals(new Set(ids).size, ids.length);
  for (const { operationId, summary, responses } of operations) {
    const statuses = Object.keys(responses as Node);
    assertEquals(statuses.includes("200") && statuses.includes("403"), true, String(operationId));
    assertEquals(typeof summary, "string");
  }
});

Deno.test("openapiDocument() takes in what other rooms bring along", async () => {
  const doc = await document([{
    prefix: "/atmosphere/v1/memory",
    app: new Hono(),
    openapi: () =>
      Promise.resolve({
        paths: { "/atmosphere/v1/memory/search": { post: { operationId: "searchMemory" } } },
        schemas: { MemoryItem: { type: "object" } },
      }),
  }]);
  assertEquals("/atmosphere/v1/memory/search" in (doc.paths ?? {}), true);
  assertEquals("MemoryItem" in (doc.components?.schemas as Node), true);
});
