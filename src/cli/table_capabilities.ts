/**
 * Commands that use what the node can do.
 *
 * @module
 */

import type { CommandSpec, EnumFlag, FlagSpec } from "./spec.ts";

const model: FlagSpec = {
  name: "model",
  short: "m",
  type: "string",
  valueName: "MODEL",
  completes: "model",
  otherwise: "by meaning",
  description: "Model, backend/model, route or alias by name",
};

const prefer: FlagSpec = {
  name: "prefer",
  type: "enum",
  valueName: "WHAT",
  values: ["cost", "balanced", "quality"],
  otherwise: "as configured",
  description: "What counts more when several can serve it",
};

const localOnly: FlagSpec = {
  name: "local-only",
  type: "boolean",
  description: "Only what runs on this machine",
};

const kind: EnumFlag = {
  name: "kind",
  short: "k",
  type: "enum",
  valueName: "KIND",
  values: [
    "llm/chat",
    "llm/embed",
    "llm/rerank",
    "vision/analyze",
    "vision/generate",
    "audio/transcribe",
    "audio/generate",
    "memory/search",
    "code/search",
  ],
  prefixes: ["tool/", "agent/", "sensor/", "iot/"],
  description: "Kind of capability, such as llm/chat",
};

const modelList: CommandSpec = {
  name: "list",
  summary: "List the models and other capabilities",
  flags: [{ ...kind, description: "Only capabilities of this kind" }],
  examples: [
    { command: "atmosphere models", description: "List everything" },
    {
      command: "atmosphere models --kind llm/embed --json",
      description: "Embedding models, as JSON",
    },
  ],
  json:
    "`{models: [Capability]}`, each with `id`, `name`, `kind`, `backend`, `engine`, `nodeName`, " +
    "`locality`, `features`, `profile?`, `cost` and `load`",
  load: () => import("./commands/models.ts"),
};

const modelGroup: CommandSpec = {
  name: "model",
  summary: "Look at models",
  subcommands: [modelList],
};

const models: CommandSpec = {
  ...modelList,
  name: "models",
  summary: "List the models and other capabilities (short for model list)",
};

const route: CommandSpec = {
  name: "route",
  summary: "Show which capability would serve an intent, and why",
  description: [
    "Decides as for a request, but sends none. With --explain it prints every factor of every " +
    "score, and why the others were left out.",
  ],
  arguments: [{
    name: "INTENT",
    description: "What is wanted, in words; several arguments are joined by blanks",
    required: true,
    variadic: true,
  }],
  flags: [
    { name: "explain", short: "e", type: "boolean", description: "Print the table of factors" },
    {
      ...kind,
      description:
        `${kind.description} (default llm/chat, unless a route or the text leads to another)`,
    },
    model,
    prefer,
    localOnly,
  ],
  examples: [
    {
      command: 'atmosphere route "write a python function that parses dates" --explain',
      description: "The decision with its reasons",
    },
    {
      command: 'atmosphere route "what is in this picture" --kind vision/analyze --json',
      description: "The decision as JSON",
    },
  ],
  exitCodes: [
    { code: 3, meaning: "no model has the name that was asked for" },
    { code: 5, meaning: "nothing can serve it; what was looked for is printed" },
  ],
  json: "the decision: `{id, outcome, request, candidates: [{capability, score, factors: [{name, " +
    "value, range, detail}]}], rejected: [{capability, name, filter, reason}], route?, refusal?, " +
    "embedding, embedMs, decideMs}`",
  load: () => import("./commands/route.ts"),
};

const ask: CommandSpec = {
  name: "ask",
  summary: "Ask a model and print its answer as it comes",
  description: [
    "Text that is piped in is added to the prompt as context; with - it is the prompt itself.",
  ],
  arguments: [{
    name: "PROMPT",
    description: "The question, or - to read it from stdin; several arguments are joined by blanks",
    required: true,
    variadic: true,
  }],
  flags: [
    model,
    {
      name: "system",
      short: "s",
      type: "string",
      valueName: "TEXT",
      description: "Instructions that the model gets before the prompt",
    },
    {
      name: "temperature",
      short: "t",
      type: "number",
      valueName: "T",
      min: 0,
      max: 2,
      otherwise: "the model's",
      description: "Randomness of the answer, from 0 to 2",
    },
    {
      name: "max-tokens",
      type: "number",
      valueName: "N",
      integer: true,
      min: 1,
      otherwise: "the model's",
      description: "Longest answer in tokens",
    },
    prefer,
    localOnly,
    {
      name: "stream",
      type: "boolean",
      default: true,
      description: "Print the answer when it is complete",
    },
  ],
  examples: [
    { command: 'atmosphere ask "why is the sky blue?"', description: "Ask the best model for it" },
    {
      command: 'git diff | atmosphere ask "write a commit message" --local-only',
      description: "Ask about something without sending it away",
    },
  ],
  exitCodes: [{ code: 5, meaning: "no chat model is there" }],
  json: "`{text, model, backend, node, decision}` when the answer is complete",
  load: () => import("./commands/ask.ts"),
};

const embed: CommandSpec = {
  name: "embed",
  summary: "Turn texts into vectors, or compare them",
  description: [
    "Prints one JSON array a text in a pipe, and a short preview on a terminal. Works without any " +
    "model server: the embedding model comes with Atmosphere.",
  ],
  arguments: [{
    name: "TEXT",
    description: "Texts, each embedded on its own, or - to read one from stdin",
    required: false,
    variadic: true,
  }],
  flags: [
    {
      name: "file",
      short: "f",
      type: "list",
      valueName: "FILE",
      completes: "file",
      description: "Embed a file's content; may be repeated",
    },
    {
      name: "lines",
      short: "l",
      type: "boolean",
      description: "Each line of stdin and of files is a text of its own",
    },
    {
      name: "compare",
      short: "c",
      type: "boolean",
      description: "Print how alike the texts are (cosine) instead of vectors",
    },
    { ...model, otherwise: "the one that is built in", description: "Embedding model by name" },
  ],
  examples: [
    { command: 'atmosphere embed "hello world"', description: "One vector" },
    {
      command: 'atmosphere embed --compare "a cat" "a kitten" "a lorry"',
      description: "How alike three texts are",
    },
    { command: "atmosphere embed --lines - < texts.txt", description: "One vector a line" },
  ],
  json:
    'OpenAI\'s shape: `{object: "list", data: [{object: "embedding", index, embedding}], model, ' +
    "usage: {prompt_tokens, total_tokens}}`; with `--compare` `{model, texts, cosine: [[…]]}`",
  load: () => import("./commands/embed.ts"),
};

/** Commands that use what the node can do. */
export const capabilityCommands: readonly CommandSpec[] = [models, modelGroup, route, ask, embed];
