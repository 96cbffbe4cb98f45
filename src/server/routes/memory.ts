/**
 * `/atmosphere/v1/memory`: the vector memory, natively.
 *
 * @module
 */

import { Hono } from "hono";
import {
  AtmosphereError,
  type CollectionChoice,
  type MediaType,
  type MemoryApi,
} from "../../core/mod.ts";
import { readJsonBody } from "../body.ts";
import type { RouteGroup } from "../deps.ts";
import type { Exchange } from "../exchange.ts";
import { optionalBoolean, optionalString, wrongType } from "../fields.ts";
import { readItems, readScope, readSearch, readSelection, readSpace } from "./memory_fields.ts";

/** Where the group is. */
export const memoryPrefix = "/atmosphere/v1/memory";

/** Environment of the routes that a server takes in. */
export interface GroupEnv {
  Bindings: { readonly exchange: Exchange };
}

const jsonLines = "application/jsonl";
const maxListItems = 1_000;

/** A parameter of the query as text; undefined when absent. */
function parameter(exchange: Exchange, name: string): string | undefined {
  return exchange.query().get(name) ?? undefined;
}

function choiceOf(exchange: Exchange): CollectionChoice {
  const collection = parameter(exchange, "collection");
  return {
    signal: exchange.request.signal,
    ...(collection === undefined ? {} : { collection }),
  };
}

function itemChoice(exchange: Exchange) {
  const id = parameter(exchange, "id");
  if (id === undefined) throw wrongType("id", "an item's id", id);
  const namespace = parameter(exchange, "namespace");
  return {
    id,
    choice: { ...choiceOf(exchange), ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** The scope that a query states; its `filter` is JSON. */
function scopeOf(exchange: Exchange) {
  const values: Record<string, unknown> = Object.fromEntries(exchange.query());
  if (values.filter !== undefined) {
    try {
      values.filter = JSON.parse(String(values.filter));
    } catch (cause) {
      throw new AtmosphereError("invalid_request", "The parameter filter is not JSON", {
        param: "filter",
        cause,
      });
    }
  }
  return readScope(values);
}

function readLimit(exchange: Exchange): number {
  const text = parameter(exchange, "limit") ?? "100";
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > maxListItems) {
    throw wrongType("limit", `a whole number from 1 to ${maxListItems}`, text);
  }
  return limit;
}

async function* bodyOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body !== null) yield* request.body;
}

function missing(what: string): AtmosphereError {
  return new AtmosphereError("not_found", `The memory has no ${what}`);
}

function addCollections(app: Hono<GroupEnv>, memory: MemoryApi, maxBytes: number): void {
  app.get(
    "/collections",
    async ({ env: { exchange } }) => exchange.json({ data: await memory.collections() }),
  );
  app.post("/collections", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const name = optionalString(value.name, "name");
    if (name === undefined) throw wrongType("name", "a collection's name", name);
    const created = await memory.createCollection(name, {
      space: readSpace(value.space),
      shared: optionalBoolean(value.shared, "shared") ?? false,
    });
    return exchange.json(created, { status: 201 });
  });
  app.patch("/collections/:name", async ({ env: { exchange }, req }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const shared = optionalBoolean(value.shared, "shared");
    if (shared === undefined) throw wrongType("shared", "true or false", shared);
    return exchange.json(await memory.changeCollection(req.param("name"), { shared }));
  });
  app.delete("/collections/:name", async ({ env: { exchange }, req }) => {
    const name = req.param("name");
    if (!await memory.dropCollection(name)) throw missing(`collection named "${name}"`);
    return exchange.json({ deleted: name });
  });
}

function addItems(app: Hono<GroupEnv>, memory: MemoryApi, maxBytes: number): void {
  app.get("/items", async ({ env: { exchange } }) => {
    const cursor = parameter(exchange, "cursor");
    const page = await memory.list({
      ...choiceOf(exchange),
      ...scopeOf(exchange),
      limit: readLimit(exchange),
      ...(cursor === undefined ? {} : { cursor }),
    });
    return exchange.json(page);
  });
  app.post("/items", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const collection = optionalString(value.collection, "collection");
    const results = await memory.add(readItems(value), {
      signal: exchange.request.signal,
      ...(collection === undefined ? {} : { collection }),
    });
    return exchange.json({ results });
  });
  app.get("/item", async ({ env: { exchange } }) => {
    const { id, choice } = itemChoice(exchange);
    const item = await memory.get(id, choice);
    const history = parameter(exchange, "history") === "true"
      ? await memory.history(id, choice)
      : undefined;
    if (item === undefined && (history ?? []).length === 0) throw missing(`item "${id}"`);
    return exchange.json({ item: item ?? null, ...(history === undefined ? {} : { history }) });
  });
  app.post("/forget", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    const collection = optionalString(value.collection, "collection");
    const forgotten = await memory.forget(
      readSelection(value),
      collection === undefined ? {} : { collection },
    );
    return exchange.json({ forgotten });
  });
}

/** `parts` once the first of them is there, so that a failure up to then has a status of its own. */
async function begun<T>(parts: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const iterator = parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let part = first; part.done !== true; part = await iterator.next()) yield part.value;
    } finally {
      await iterator.return?.();
    }
  })();
}

function addTransfer(app: Hono<GroupEnv>, memory: MemoryApi): void {
  app.post("/documents", async ({ env: { exchange } }) => {
    const name = parameter(exchange, "name");
    if (name === undefined) throw wrongType("name", "the document's name", name);
    const namespace = parameter(exchange, "namespace");
    const type = exchange.request.headers.get("content-type")?.split(";")[0]?.trim();
    const known: readonly string[] = ["text/markdown", "text/html", "application/pdf"];
    const bytes = new Uint8Array(await exchange.request.arrayBuffer());
    const report = await memory.addDocument({
      name,
      bytes,
      ...(type !== undefined && known.includes(type) ? { mediaType: type as MediaType } : {}),
      ...(namespace === undefined ? {} : { namespace }),
    }, choiceOf(exchange));
    return exchange.json(report);
  });
  app.get("/export", async ({ env: { exchange } }) => {
    const collection = parameter(exchange, "collection");
    const lines = memory.export({
      ...(collection === undefined ? {} : { collection }),
      ...scopeOf(exchange),
      vectors: parameter(exchange, "vectors") !== "false",
    });
    return new Response(ReadableStream.from(await begun(lines)), {
      headers: { ...exchange.headers(jsonLines), "cache-control": "no-store" },
    });
  });
  app.post("/import", async ({ env: { exchange } }) => {
    const { collection, signal } = choiceOf(exchange);
    const report = await memory.import(bodyOf(exchange.request), {
      skipBroken: parameter(exchange, "skipBroken") === "true",
      vectors: parameter(exchange, "vectors") !== "false",
      ...(collection === undefined ? {} : { collection }),
      ...(signal === undefined ? {} : { signal }),
    });
    return exchange.json(report);
  });
}

/** The memory's routes over `memory`. Bodies of JSON have at most `maxBodyBytes`. */
export function memoryGroup(
  memory: MemoryApi,
  options: { readonly maxBodyBytes: number },
): RouteGroup {
  const app = new Hono<GroupEnv>();
  const maxBytes = options.maxBodyBytes;
  app.get("/", async ({ env: { exchange } }) => exchange.json(await memory.stats()));
  app.post("/search", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, { maxBytes });
    return exchange.json(await memory.search(readSearch(value)));
  });
  addCollections(app, memory, maxBytes);
  addItems(app, memory, maxBytes);
  addTransfer(app, memory);
  return {
    prefix: memoryPrefix,
    app: app as unknown as Hono,
    reading: [`${memoryPrefix}/search`],
    openapi: async () => {
      const { memoryPaths, memorySchemas } = await import("../openapi/memory_paths.ts");
      return { paths: memoryPaths, schemas: memorySchemas };
    },
  };
}
