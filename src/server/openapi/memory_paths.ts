/**
 * The vector memory in OpenAPI's words.
 *
 * @module
 */

import {
  count,
  errors,
  flag,
  type Json,
  jsonAnswer,
  jsonBody,
  list,
  number,
  object,
  ref,
  text,
} from "./parts.ts";

const prefix = "/atmosphere/v1/memory";
const statuses = [400, 401, 403, 404, 405, 413, 415, 500, 503];
const failures = errors("Problem", statuses);

function query(name: string, description: string, required = false): Json {
  return { name, in: "query", required, description, schema: { type: "string" } };
}

const collection = query("collection", 'Name of the collection; "default" where absent');
const namespace = query("namespace", "Only this namespace");
const scope = [
  collection,
  namespace,
  query("source", "Only items of this source"),
  query("filter", "Condition on metadata, as JSON"),
  query("createdAfter", "ISO 8601, included"),
  query("createdBefore", "ISO 8601, excluded"),
  query("updatedAfter", "ISO 8601, included"),
  query("updatedBefore", "ISO 8601, excluded"),
];

function operation(
  id: string,
  summary: string,
  more: Json & { readonly answer: Json; readonly status?: string },
): Json {
  const { answer, status = "200", ...rest } = more;
  return {
    operationId: id,
    summary,
    tags: ["Memory"],
    ...rest,
    responses: { [status]: answer, ...failures },
  };
}

const scopeFields: Json = {
  namespace: text("Only this namespace"),
  source: text("Only items of this source"),
  filter: { type: "object", description: "Condition on metadata", additionalProperties: true },
  createdAfter: text("ISO 8601, included"),
  createdBefore: text("ISO 8601, excluded"),
  updatedAfter: text("ISO 8601, included"),
  updatedBefore: text("ISO 8601, excluded"),
};

/** Schemas by name. */
export const memorySchemas: Json = {
  MemoryItem: object("A stored item", {
    id: text("Unique in its collection and namespace"),
    collection: text("Name of its collection"),
    namespace: text("Empty where none was given"),
    text: text("What was remembered"),
    metadata: { type: "object", additionalProperties: true },
    source: text("Where it came from"),
    position: { type: "object", description: "Lines, page and headings in its source" },
    createdAt: text("ISO 8601", { format: "date-time" }),
    updatedAt: text("ISO 8601", { format: "date-time" }),
    expiresAt: text("ISO 8601", { format: "date-time" }),
    hash: text("SHA-256 of the content"),
  }, { required: ["id", "collection", "namespace", "text", "metadata", "createdAt", "updatedAt"] }),
  MemoryNewItem: object("An item to be added", {
    id: text("Made up where absent"),
    text: text("At most 1 MiB"),
    vector: list({ type: "number" }, "The caller's own vector"),
    model: text("Space of the vector, as NAME/DTYPE/DIMENSIONS"),
    metadata: { type: "object", additionalProperties: true },
    namespace: text("Empty where absent"),
    source: text("Where it comes from"),
    expiresAt: text("ISO 8601; gone from then on", { format: "date-time" }),
  }, { required: ["text"] }),
  MemorySpace: object("The vectors of a collection", {
    kind: { enum: ["embedder", "own", "none"] },
    name: text("Model of an embedder"),
    dtype: text("Its precision"),
    dimensions: count("Length of a vector"),
  }, { required: ["kind"] }),
  MemoryCollection: object("A collection", {
    name: text("Its name"),
    space: ref("MemorySpace"),
    items: count("Items in it"),
    shared: flag("Whether mesh peers may search it"),
    createdAt: text("ISO 8601", { format: "date-time" }),
  }, { required: ["name", "space", "items", "shared", "createdAt"] }),
  MemorySearch: object("A search; text, vector or both", {
    text: text("What to look for, in words"),
    vector: list({ type: "number" }, "What to look for, as a vector of the collection's space"),
    collection: text('"default" where absent'),
    mode: { enum: ["dense", "keyword", "hybrid"] },
    limit: { type: "integer", minimum: 1, maximum: 1000, default: 10 },
    minSimilarity: number("Least cosine of a dense hit", { minimum: -1, maximum: 1 }),
    explain: flag("Whether to tell how the answer came about"),
    ...scopeFields,
  }),
  MemorySearchAnswer: object("What was found", {
    mode: { enum: ["dense", "keyword", "hybrid"] },
    hits: list(object("One item that was found", {
      item: ref("MemoryItem"),
      score: number("Higher is better; comparable within one answer"),
      similarity: number("Cosine to the query"),
      bm25: number("Keyword score"),
      denseRank: count("Place in the dense list"),
      keywordRank: count("Place in the keyword list"),
    }, { required: ["item", "score"] })),
    explain: { type: "object", description: "How the answer came about" },
  }, { required: ["mode", "hits"] }),
  MemoryStats: object("What is in the database", {
    place: text("File or address"),
    version: count("Version of the schema"),
    collections: count("Collections"),
    items: count("Items"),
    versions: count("Former versions of items"),
    sizeBytes: count("Bytes of the database"),
    loadedBytes: count("Bytes of vectors in memory"),
  }),
};

const done = (description: string, properties: Json): Json =>
  jsonAnswer(description, object(description, properties));

/** Path items by path. */
export const memoryPaths: Json = {
  [prefix]: {
    get: operation("getMemory", "What is in the memory", {
      answer: jsonAnswer("Figures", ref("MemoryStats")),
    }),
  },
  [`${prefix}/search`]: {
    post: operation("searchMemory", "Finds items by meaning, by words or both", {
      requestBody: jsonBody(ref("MemorySearch"), { text: "backup policy", limit: 5 }),
      answer: jsonAnswer("Hits", ref("MemorySearchAnswer")),
    }),
  },
  [`${prefix}/collections`]: {
    get: operation("listMemoryCollections", "Lists the collections", {
      answer: done("Collections", { data: list(ref("MemoryCollection")) }),
    }),
    post: operation("createMemoryCollection", "Creates a collection", {
      requestBody: jsonBody(
        object("A collection to be made", {
          name: text("Letters, digits, dot, underscore and hyphen"),
          space: ref("MemorySpace"),
          shared: flag("Whether mesh peers may search it"),
        }, { required: ["name", "space"] }),
        { name: "notes", space: { kind: "none" } },
      ),
      status: "201",
      answer: jsonAnswer("The collection", ref("MemoryCollection")),
    }),
  },
  [`${prefix}/collections/{name}`]: {
    parameters: [{
      name: "name",
      in: "path",
      required: true,
      description: "Name of the collection",
      schema: { type: "string" },
    }],
    patch: operation("changeMemoryCollection", "Says whether mesh peers may search it", {
      requestBody: jsonBody(object("The change", { shared: flag("Whether they may") }), {
        shared: true,
      }),
      answer: jsonAnswer("The collection", ref("MemoryCollection")),
    }),
    delete: operation("deleteMemoryCollection", "Deletes a collection with everything in it", {
      answer: done("Deleted", { deleted: text("Its name") }),
    }),
  },
  [`${prefix}/items`]: {
    get: operation("listMemoryItems", "Lists items by namespace and id", {
      parameters: [
        ...scope,
        query("limit", "Most items of a page, 1 to 1000"),
        query("cursor", "The `next` of the page before"),
      ],
      answer: done("A page", {
        items: list(ref("MemoryItem")),
        next: text("Where the next page starts; absent after the last"),
      }),
    }),
    post: operation("addMemoryItems", "Adds items; the same content changes nothing", {
      requestBody: jsonBody(
        object("Items", {
          items: list(ref("MemoryNewItem")),
          collection: text('"default" where absent'),
        }, { required: ["items"] }),
        { items: [{ text: "Backups are kept for a year" }] },
      ),
      answer: done("One result an item, in order", {
        results: list(object("What became of it", {
          id: text("Its id"),
          status: { enum: ["added", "updated", "unchanged"] },
        })),
      }),
    }),
  },
  [`${prefix}/item`]: {
    get: operation("getMemoryItem", "One item, with its former versions where asked for", {
      parameters: [
        query("id", "Its id", true),
        collection,
        namespace,
        query("history", "`true` for former versions as well"),
      ],
      answer: done("The item", {
        item: { anyOf: [ref("MemoryItem"), { type: "null" }] },
        history: list(ref("MemoryItem"), "Latest first"),
      }),
    }),
  },
  [`${prefix}/forget`]: {
    post: operation("forgetMemoryItems", "Deletes items with their former versions, for good", {
      requestBody: jsonBody(
        object("Which items", {
          ids: list({ type: "string" }, "By id"),
          all: flag("Every item that the rest leaves"),
          collection: text('"default" where absent'),
          ...scopeFields,
        }),
        { ids: ["mem_1"] },
      ),
      answer: done("How many there were", { forgotten: count("Items") }),
    }),
  },
  [`${prefix}/documents`]: {
    post: operation("addMemoryDocument", "Adds a document as chunks; replaces what changed", {
      parameters: [query("name", "Path or address of the document", true), collection, namespace],
      requestBody: {
        required: true,
        content: Object.fromEntries(
          ["text/markdown", "text/plain", "text/html", "application/pdf"].map((type) => [type, {
            schema: { type: "string" },
          }]),
        ),
      },
      answer: done("What was done", {
        source: text("Name of the document"),
        chunks: count("Its chunks"),
        added: count("New ones"),
        updated: count("Changed ones"),
        unchanged: count("Those that were there"),
        removed: count("Former ones that are gone"),
      }),
    }),
  },
  [`${prefix}/export`]: {
    get: operation("exportMemory", "Items as JSON Lines; the same items give the same bytes", {
      parameters: [...scope, query("vectors", "`false` to leave vectors out")],
      answer: {
        description: "One item a line",
        content: { "application/jsonl": { schema: { type: "string" } } },
      },
    }),
  },
  [`${prefix}/import`]: {
    post: operation("importMemory", "Adds the items of an export; repeating it changes nothing", {
      parameters: [
        collection,
        query("skipBroken", "`true` to leave broken lines out"),
        query("vectors", "`false` to embed texts afresh"),
      ],
      requestBody: {
        required: true,
        content: { "application/jsonl": { schema: { type: "string" } } },
      },
      answer: done("What was done", {
        added: count("New items"),
        updated: count("Changed items"),
        unchanged: count("Items that were there"),
        broken: list(object("A broken line", { line: count("From 1"), message: text("Why") })),
      }),
    }),
  },
};
