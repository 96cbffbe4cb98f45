/**
 * Commands about the user's routes.
 *
 * @module
 */

import type { CommandSpec, FlagSpec } from "./spec.ts";

const target: readonly FlagSpec[] = [
  {
    name: "model",
    short: "m",
    type: "string",
    valueName: "MODEL",
    completes: "model",
    description: "Lead to this model",
  },
  {
    name: "kind",
    short: "k",
    type: "string",
    valueName: "KIND",
    description: "Lead to the best capability of this kind, such as llm/chat",
  },
  {
    name: "tag",
    type: "string",
    valueName: "TAG",
    description: "Lead to a capability with this tag",
  },
  { name: "agent", type: "string", valueName: "NAME", description: "Lead to this agent" },
  { name: "tool", type: "string", valueName: "NAME", description: "Lead to this tool" },
  { name: "node", type: "string", valueName: "NAME", description: "Lead to this node" },
];

const skipBroken: FlagSpec = {
  name: "skip-broken",
  type: "boolean",
  description: "Leave broken lines out instead of refusing the file",
};

const seed: FlagSpec = {
  name: "seed",
  type: "number",
  valueName: "N",
  integer: true,
  min: 0,
  max: 4_294_967_295,
  default: 1,
  description: "Seed; the same one gives the same result",
};

const list: CommandSpec = {
  name: "list",
  summary: "List the routes",
  examples: [{ command: "atmosphere routes list", description: "Every route with its target" }],
  json: "`{routes: [Route]}`, each with `name`, `target`, `utterances`, `description?`, " +
    "`negativeUtterances?`, `threshold?`, `required?`, `policy?` and `source?`",
  load: () => import("./commands/routes_list.ts"),
};

const show: CommandSpec = {
  name: "show",
  summary: "Show one route with its utterances",
  arguments: [{ name: "NAME", description: "The route", required: true }],
  examples: [{ command: "atmosphere routes show billing", description: "One route" }],
  exitCodes: [{ code: 3, meaning: "there is no such route" }],
  json: "the route",
  load: () => import("./commands/routes_show.ts"),
};

const add: CommandSpec = {
  name: "add",
  summary: "Add a route, or utterances to one",
  description: [
    "Writes a file below routes/ in the data directory. A route that is there keeps what it has: " +
    "utterances are added, other flags replace what they name. A running node sees the change and " +
    "trains by itself.",
  ],
  arguments: [{ name: "NAME", description: "The route", required: true }],
  flags: [
    {
      name: "utterance",
      short: "u",
      type: "list",
      valueName: "TEXT",
      description: "A text that should take the route",
    },
    {
      name: "negative",
      type: "list",
      valueName: "TEXT",
      description: "A text that should not, though it looks alike",
    },
    {
      name: "description",
      short: "d",
      type: "string",
      valueName: "TEXT",
      description: "What the route is for, in a sentence",
    },
    {
      name: "threshold",
      type: "number",
      valueName: "SCORE",
      min: 0,
      max: 1,
      otherwise: "the router's own",
      description: "Least score at which it is taken",
    },
    ...target,
  ],
  examples: [{
    command: 'atmosphere routes add billing --model llama3.2 -u "where is my invoice"',
    description: "A route to a model",
  }],
  json: "the route",
  load: () => import("./commands/routes_add.ts"),
};

const remove: CommandSpec = {
  name: "remove",
  summary: "Remove a route",
  arguments: [{ name: "NAME", description: "The route", required: true }],
  examples: [{ command: "atmosphere routes remove billing", description: "Remove it" }],
  exitCodes: [{ code: 3, meaning: "there is no such route" }],
  json: "`{removed: NAME}`",
  load: () => import("./commands/routes_remove.ts"),
};

const importFile: CommandSpec = {
  name: "import",
  summary: "Make routes of labelled texts",
  description: [
    "Reads CSV with a header (text,label or text,category) or JSON Lines with text and label. Each " +
    "label is a route; none and oos mean that a text belongs to no route. Importing again adds " +
    "what is new.",
  ],
  arguments: [{
    name: "FILE",
    description: "The file; - is stdin",
    required: true,
    completes: "file",
  }],
  flags: [
    skipBroken,
    {
      name: "name",
      type: "string",
      valueName: "NAME",
      otherwise: "as FILE",
      description: "Name of the route file that is written",
    },
    ...target,
  ],
  examples: [{
    command: "atmosphere routes import intents.csv --model llama3.2",
    description: "Routes to one model",
  }],
  json: "`{file, routes, added, known, outOfScope, conflicts, conflicting: [{text, label}], " +
    "broken: [{line, reason}]}`",
  load: () => import("./commands/routes_import.ts"),
};

const train: CommandSpec = {
  name: "train",
  summary: "Train the model that recognises the routes",
  description: [
    "Happens by itself when it is needed; this command does it now and says how good the model " +
    "is on utterances that it held out. Vectors of texts are kept, so that no text is embedded twice.",
  ],
  flags: [
    {
      name: "per-route",
      type: "number",
      valueName: "K",
      integer: true,
      min: 1,
      otherwise: "all",
      description: "Learn from K utterances of each route, drawn by the seed",
    },
    seed,
  ],
  examples: [
    { command: "atmosphere routes train", description: "Train on everything" },
    {
      command: "atmosphere routes train --per-route 10 --seed 3",
      description: "How good would ten utterances be?",
    },
  ],
  json: "`{file, bytes, embedder, seed, perRoute?, routes, utterances, accuracy, aurocOos, ece, " +
    "embedMs, trainMs}`",
  load: () => import("./commands/routes_train.ts"),
};

const test: CommandSpec = {
  name: "test",
  summary: "Show which route a text takes, and why",
  arguments: [{ name: "TEXT", description: "The text", required: true, variadic: true }],
  examples: [{
    command: 'atmosphere routes test "where is my invoice"',
    description: "Scores with the utterances and n-grams that decided",
  }],
  json: "`{route?, scores: [{route, score, threshold, evidence}]}`",
  load: () => import("./commands/routes_try.ts"),
};

const evaluate: CommandSpec = {
  name: "eval",
  summary: "Measure the routes over labelled texts",
  description: [
    "Accuracy, precision and recall of each route, confusions, out-of-scope AUROC, calibration " +
    "error, and what each threshold would let through. With --folds the file is learned from and " +
    "asked about in turns, whatever routes there are.",
  ],
  flags: [
    {
      name: "data",
      type: "string",
      valueName: "FILE",
      completes: "file",
      description: "Labelled texts, as for routes import; - is stdin",
    },
    {
      name: "folds",
      type: "number",
      valueName: "N",
      integer: true,
      min: 2,
      max: 100,
      description: "Cross-validate over the file in N parts",
    },
    seed,
    skipBroken,
    {
      name: "report",
      type: "string",
      valueName: "FILE",
      completes: "file",
      description: "Write an HTML page with pictures there",
    },
  ],
  examples: [
    { command: "atmosphere routes eval --data test.csv", description: "How good are they?" },
    {
      command: "atmosphere routes eval --data intents.jsonl --folds 5 --report report.html",
      description: "Cross-validate, and write a page",
    },
  ],
  json: "`{accuracy, auroc_oos, ece, n, n_in_scope, n_oos, decision_ms_p50, threshold, folds, " +
    "routes: [{route, support, precision, recall, f1, threshold}], confusions, coverage, " +
    "unknown_labels, broken}`; `accuracy` is over rows in scope, null where there is nothing to measure",
  load: () => import("./commands/routes_eval.ts"),
};

/** `routes` and what is below it. */
export const routesCommands: readonly CommandSpec[] = [{
  name: "routes",
  summary: "Say where requests lead, by example",
  subcommands: [list, show, add, remove, importFile, train, test, evaluate],
}];
