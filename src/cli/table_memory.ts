/**
 * Commands about the vector memory.
 *
 * @module
 */

import type { CommandSpec, FlagSpec } from "./spec.ts";

const collection: FlagSpec = {
  name: "collection",
  short: "c",
  type: "string",
  valueName: "NAME",
  default: "default",
  description: "Collection",
};

const namespace: FlagSpec = {
  name: "namespace",
  short: "n",
  type: "string",
  valueName: "NAME",
  otherwise: "all namespaces",
  description: "Namespace within the collection",
};

const source: FlagSpec = {
  name: "source",
  type: "string",
  valueName: "SOURCE",
  otherwise: "any source",
  description: "Only items that came from this file or address",
};

const filter: FlagSpec = {
  name: "filter",
  type: "string",
  valueName: "JSON",
  otherwise: "no condition",
  description: 'Condition on metadata, such as \'{"year": {"$gte": 2024}}\'',
};

const since: FlagSpec = {
  name: "since",
  type: "string",
  valueName: "TIME",
  otherwise: "any time",
  description: "Only items created at this time (ISO 8601) or later",
};

const until: FlagSpec = {
  name: "until",
  type: "string",
  valueName: "TIME",
  otherwise: "any time",
  description: "Only items created before this time (ISO 8601)",
};

const scope: readonly FlagSpec[] = [collection, namespace, source, filter, since, until];

const add: CommandSpec = {
  name: "add",
  summary: "Remember files, directories, text from stdin or a note",
  description: [
    "Documents (Markdown, plain text, HTML, PDF) are split into chunks by their structure. Adding " +
    "one again replaces what has changed and leaves the rest; so an interrupted command is simply " +
    "repeated.",
  ],
  arguments: [{
    name: "PATH",
    description: "File or directory; - reads stdin",
    required: false,
    variadic: true,
    completes: "file",
  }],
  flags: [
    {
      name: "text",
      short: "t",
      type: "list",
      valueName: "TEXT",
      description: "A note to remember as it is; may be repeated",
    },
    {
      name: "id",
      type: "string",
      valueName: "ID",
      otherwise: "made up",
      description: "Id of the note; another note of this id is replaced",
    },
    collection,
    { ...namespace, otherwise: "the unnamed one" },
    {
      name: "source",
      type: "string",
      valueName: "SOURCE",
      otherwise: "the file's path",
      description: "What to remember as the source of notes and of stdin",
    },
    {
      name: "metadata",
      type: "string",
      valueName: "JSON",
      otherwise: "none",
      description: 'Facts to filter by later, such as \'{"topic": "backups"}\'',
    },
    {
      name: "expires",
      type: "string",
      valueName: "TIME",
      otherwise: "never",
      description: "When notes are forgotten by themselves (ISO 8601)",
    },
    { name: "all", type: "boolean", description: "In directories, take every text file" },
  ],
  examples: [
    { command: "atmosphere memory add docs/", description: "Remember a directory" },
    {
      command: 'atmosphere memory add --text "Backups are kept for a year"',
      description: "Remember a note",
    },
    { command: "atmosphere memory add - --source minutes.md", description: "Remember stdin" },
  ],
  json: "`{documents: [{source, chunks, added, updated, unchanged, removed}], notes: [{id, " +
    "status}], failed: [{source, message}]}`",
  load: () => import("./commands/memory_add.ts"),
};

const search: CommandSpec = {
  name: "search",
  summary: "Find what was remembered, by meaning and by words",
  arguments: [{
    name: "QUERY",
    description: "What to look for; several arguments are joined by blanks",
    required: false,
    variadic: true,
  }],
  flags: [
    {
      name: "vector",
      type: "string",
      valueName: "FILE",
      completes: "file",
      otherwise: "the query's embedding",
      description: "Read the query's vector from a file as a JSON array; - reads stdin",
    },
    {
      name: "mode",
      type: "enum",
      valueName: "MODE",
      values: ["hybrid", "dense", "keyword"],
      otherwise: "hybrid where vectors are there",
      description: "Search by meaning (dense), by words (keyword) or both (hybrid)",
    },
    {
      name: "limit",
      short: "l",
      type: "number",
      valueName: "N",
      default: 10,
      min: 1,
      max: 1000,
      integer: true,
      description: "Most hits",
    },
    ...scope,
    { name: "explain", short: "e", type: "boolean", description: "Tell how the answer came about" },
  ],
  examples: [
    {
      command: 'atmosphere memory search "what did I decide about backups"',
      description: "By meaning and by words",
    },
    {
      command: "atmosphere memory search --mode keyword getUserName --json",
      description: "By words alone, as JSON",
    },
  ],
  json: "`{mode, hits: [{item, score, similarity?, bm25?, denseRank?, keywordRank?}], explain?}`",
  load: () => import("./commands/memory_search.ts"),
};

const list: CommandSpec = {
  name: "list",
  summary: "List what was remembered",
  flags: [
    ...scope,
    {
      name: "limit",
      short: "l",
      type: "number",
      valueName: "N",
      default: 100,
      min: 1,
      max: 1000,
      integer: true,
      description: "Most items",
    },
    {
      name: "cursor",
      type: "string",
      valueName: "CURSOR",
      otherwise: "the beginning",
      description: "Go on where a former list said",
    },
  ],
  examples: [{ command: "atmosphere memory list --limit 20", description: "The first twenty" }],
  json: "`{items: [Item], next?}`",
  load: () => import("./commands/memory_list.ts"),
};

const show: CommandSpec = {
  name: "show",
  summary: "Show one item",
  arguments: [{ name: "ID", description: "Its id", required: true }],
  flags: [
    collection,
    { ...namespace, otherwise: "the unnamed one" },
    { name: "history", type: "boolean", description: "Show former versions as well" },
  ],
  examples: [{ command: "atmosphere memory show mem_1 --history", description: "With its past" }],
  exitCodes: [{ code: 3, meaning: "there is no such item" }],
  json: "`{item, history?: [Item]}`",
  load: () => import("./commands/memory_show.ts"),
};

const forget: CommandSpec = {
  name: "forget",
  summary: "Delete items for good, with their former versions",
  arguments: [{ name: "ID", description: "Ids of items", required: false, variadic: true }],
  flags: [
    ...scope,
    { name: "all", type: "boolean", description: "Forget everything that the other flags leave" },
  ],
  examples: [
    { command: "atmosphere memory forget mem_1", description: "One item" },
    { command: "atmosphere memory forget --source notes.md", description: "A document" },
  ],
  exitCodes: [{ code: 3, meaning: "nothing was there to forget" }],
  json: "`{forgotten}`",
  load: () => import("./commands/memory_forget.ts"),
};

const exportCommand: CommandSpec = {
  name: "export",
  summary: "Write items as JSON Lines",
  arguments: [{
    name: "FILE",
    description: "File to write; stdout when absent or -",
    required: false,
    completes: "file",
  }],
  flags: [
    ...scope,
    { name: "vectors", type: "boolean", default: true, description: "Leave the vectors out" },
  ],
  examples: [
    { command: "atmosphere memory export backup.jsonl", description: "Everything of a collection" },
  ],
  json: "the lines themselves on stdout; with FILE `{file, items}`",
  load: () => import("./commands/memory_export.ts"),
};

const importCommand: CommandSpec = {
  name: "import",
  summary: "Read items from JSON Lines",
  description: [
    "Repeating an import changes nothing, so that an interrupted one is simply repeated.",
  ],
  arguments: [{
    name: "FILE",
    description: "File to read; - reads stdin",
    required: true,
    completes: "file",
  }],
  flags: [
    collection,
    {
      name: "vectors",
      type: "boolean",
      default: true,
      description: "Embed texts afresh instead of taking the file's vectors",
    },
    { name: "skip-broken", type: "boolean", description: "Leave broken lines out and go on" },
  ],
  examples: [{ command: "atmosphere memory import backup.jsonl", description: "An export" }],
  json: "`{added, updated, unchanged, broken: [{line, message}]}`",
  load: () => import("./commands/memory_import.ts"),
};

const stats: CommandSpec = {
  name: "stats",
  summary: "Show how much is remembered and where",
  flags: [{ name: "verify", type: "boolean", description: "Read the whole database and check it" }],
  examples: [{ command: "atmosphere memory stats --verify", description: "With a check" }],
  exitCodes: [{ code: 1, meaning: "the check found something wrong" }],
  json: "`{place, version, collections, items, versions, sizeBytes, loadedBytes, problems?}`",
  load: () => import("./commands/memory_stats.ts"),
};

const collections: CommandSpec = {
  name: "collections",
  summary: "List, create, share or delete collections",
  flags: [
    {
      name: "create",
      type: "string",
      valueName: "NAME",
      otherwise: "nothing is created",
      description: "Create a collection",
    },
    {
      name: "space",
      type: "string",
      valueName: "SPACE",
      default: "none",
      description: "Its vectors: none (words only), own/DIMENSIONS or MODEL/DTYPE/DIMENSIONS",
    },
    {
      name: "share",
      type: "string",
      valueName: "NAME",
      otherwise: "nothing is shared",
      description: "Let mesh peers search a collection",
    },
    {
      name: "unshare",
      type: "string",
      valueName: "NAME",
      otherwise: "nothing is changed",
      description: "Keep a collection to this node again",
    },
    {
      name: "delete",
      type: "string",
      valueName: "NAME",
      otherwise: "nothing is deleted",
      description: "Delete a collection with everything in it",
    },
  ],
  examples: [
    { command: "atmosphere memory collections", description: "List them" },
    {
      command: "atmosphere memory collections --create vectors --space own/768",
      description: "A collection for vectors of your own",
    },
  ],
  exitCodes: [{ code: 3, meaning: "there is no such collection" }],
  json: "`{collections: [{name, space, items, shared, createdAt}]}`",
  load: () => import("./commands/memory_collections.ts"),
};

const recover: CommandSpec = {
  name: "recover",
  summary: "Set a damaged database aside and save what can be read",
  description: [
    "The damaged file stays as it is under another name. Stop the node and other programs that " +
    "use the memory first.",
  ],
  examples: [{ command: "atmosphere memory recover", description: "After a damaged disk" }],
  json: "`{backup, recovered, lost}`",
  load: () => import("./commands/memory_recover.ts"),
};

/** The `memory` group. */
export const memoryCommands: readonly CommandSpec[] = [{
  name: "memory",
  summary: "Remember text and find it again",
  subcommands: [
    add,
    search,
    list,
    show,
    forget,
    exportCommand,
    importCommand,
    stats,
    collections,
    recover,
  ],
}];
