/**
 * LlamaFarm: every project becomes a model, described by its domain, topics and sources.
 *
 * @module
 */

import { BackendError, type BackendOperation, type CapabilityFeatures } from "../../core/mod.ts";
import type { Engine, EngineConnection, ListedModel } from "../engine.ts";
import { asArray, asCount, asObject, asText, asTexts, type JsonObject } from "../fields.ts";
import { readModelList } from "../model_list.ts";

// It has no list of namespaces. `discoverable` is the one that projects are put in to be found;
// another can be named in the address.
const usualNamespaces = ["discoverable", "default"] as const;
const namespacePath = /\/projects\/([^/]+)$/;
const projectName = /^[A-Za-z0-9][\w.-]{0,127}$/;

/** The first of the fields that is text, in the configuration or in what describes it. */
function describedIn(config: JsonObject, fields: readonly string[]): string | undefined {
  for (const place of [config, asObject(config.metadata), asObject(config.atmosphere)]) {
    for (const field of fields) {
      const text = asText(place?.[field], 600);
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

function listedIn(config: JsonObject, field: string): string[] {
  for (const place of [config, asObject(config.metadata), asObject(config.atmosphere)]) {
    const texts = asTexts(place?.[field], 32);
    if (texts.length > 0) return texts;
  }
  return [];
}

function namesOf(list: unknown): string[] {
  return (asArray(list) ?? []).slice(0, 32).map((item) => asText(asObject(item)?.name, 128))
    .filter((name) => name !== undefined);
}

/** The beginning of the project's own system prompt: often the best word on what it is for. */
function systemPrompt(config: JsonObject): string | undefined {
  for (const set of asArray(config.prompts) ?? []) {
    const messages = asArray(asObject(set)?.messages) ?? [set];
    for (const message of messages) {
      const { role, content } = asObject(message) ?? {};
      if (role !== undefined && role !== "system") continue;
      const text = typeof content === "string" ? content.replace(/\s+/g, " ").trim() : "";
      if (text !== "") return text.length > 240 ? `${text.slice(0, 240)}…` : text;
    }
  }
  return undefined;
}

function describe(config: JsonObject, name: string): string {
  const domain = describedIn(config, ["domain"]);
  const topics = listedIn(config, "topics");
  const sources = [...namesOf(config.datasets), ...namesOf(asObject(config.rag)?.databases)];
  const said = describedIn(config, ["description"]) ?? systemPrompt(config);
  return [
    said ?? `Answers questions about ${(domain ?? name).replaceAll(/[-_]/g, " ")}.`,
    ...(domain === undefined || said === undefined ? [] : [`Domain: ${domain}.`]),
    ...(topics.length === 0 ? [] : [`Topics: ${topics.join(", ")}.`]),
    ...(sources.length === 0
      ? []
      : [`Looks facts up in ${[...new Set(sources)].join(", ").replaceAll("_", " ")}.`]),
  ].join(" ");
}

interface ProjectModel {
  /** Undefined for the project's default model. */
  readonly name: string | undefined;
  readonly model: string | undefined;
  readonly features: CapabilityFeatures;
}

/** The models of a project, the default one first. */
function modelsOf(config: JsonObject): ProjectModel[] {
  const runtime = asObject(config.runtime) ?? {};
  const listed = (asArray(runtime.models) ?? []).slice(0, 32).map(asObject).filter((item) =>
    item !== undefined
  );
  // Older configurations have one model right in `runtime`.
  if (listed.length === 0) {
    return [{ name: undefined, model: asText(runtime.model, 256), features: {} }];
  }
  const defaultName = asText(runtime.default_model, 128) ?? listed[0]?.name;
  const models = listed.map((item) => {
    const contextTokens = asCount(asObject(item.extra_body)?.n_ctx, 100_000_000);
    const name = asText(item.name, 128);
    return {
      name: name === defaultName ? undefined : name,
      model: asText(item.model, 256),
      features: contextTokens === undefined ? {} : { contextTokens },
    };
  });
  return models.toSorted((a, b) => Number(a.name !== undefined) - Number(b.name !== undefined));
}

function readProject(entry: JsonObject, fallbackNamespace: string): ListedModel[] {
  const namespace = asText(entry.namespace, 128) ?? fallbackNamespace;
  const name = asText(entry.name, 128) ?? "";
  if (!projectName.test(name) || !projectName.test(namespace)) return [];
  const config = asObject(entry.config) ?? {};
  const domain = describedIn(config, ["domain"]);
  const hasRag = (asArray(asObject(config.rag)?.databases)?.length ?? 0) > 0;
  return modelsOf(config).map((model) => ({
    name: model.name === undefined ? `${namespace}/${name}` : `${namespace}/${name}:${model.name}`,
    kind: "llm/chat",
    description: describe(config, name),
    examples: listedIn(config, "examples"),
    features: model.features,
    tags: [
      `namespace:${namespace}`,
      ...(hasRag ? ["rag"] : []),
      ...(domain === undefined ? [] : [`domain:${domain}`]),
      ...listedIn(config, "topics").map((topic) => `topic:${topic}`),
    ],
    ...(model.model === undefined ? {} : { familyHint: model.model }),
  }));
}

async function listNamespace(
  connection: EngineConnection,
  options: { base: string; namespace: string; signal: AbortSignal },
): Promise<ListedModel[]> {
  const { namespace } = options;
  const url = `${options.base}/projects/${encodeURIComponent(namespace)}`;
  const projects = new Map<string, ListedModel[]>();
  let document: unknown;
  try {
    document = await connection.json(url, { signal: options.signal });
  } catch (error) {
    // A namespace that nobody made.
    if (error instanceof BackendError && error.upstreamStatus === 404) return [];
    throw error;
  }
  readModelList(document, {
    id: connection.id,
    logger: connection.logger,
    field: "projects",
    nameFields: ["name"],
    read(entry, name) {
      projects.set(name, readProject(entry, namespace));
      return {};
    },
  });
  return [...projects.values()].flat();
}

function split(model: string): { project: string; model: string | undefined } {
  const colon = model.indexOf(":");
  return colon < 0
    ? { project: model, model: undefined }
    : { project: model.slice(0, colon), model: model.slice(colon + 1) };
}

/** LlamaFarm. */
export const llamaFarm: Engine = {
  name: "llamafarm",
  title: "LlamaFarm",
  ports: [14345],
  withoutOpenAiList: true,
  defaultUrl: "http://127.0.0.1:14345",
  apiPath: "/v1",
  cloud: false,
  healthPath: "/health",
  recognisedBy: "`/info` answers with a `version` and a `data_directory`",
  reads: "`/v1/projects/discoverable` and `/v1/projects/default` (or the namespace in the " +
    "address, `…/v1/projects/NAME`): models, domain, topics, examples, system prompt, RAG databases",
  operations: new Set<BackendOperation>(["chat/completions"]),
  async identify(connection, signal) {
    const origin = new URL(connection.root).origin;
    const info = asObject(await connection.json(`${origin}/info`, { signal }));
    if (typeof info?.data_directory !== "string") return undefined;
    const version = asText(info.version, 64);
    return version === undefined ? {} : { version };
  },
  async list(connection, signal) {
    const chosen = namespacePath.exec(connection.root)?.[1];
    const base = `${new URL(connection.root).origin}/v1`;
    const namespaces = chosen === undefined ? usualNamespaces : [decodeURIComponent(chosen)];
    const lists = await Promise.all(
      namespaces.map((namespace) => listNamespace(connection, { base, namespace, signal })),
    );
    return lists.flat();
  },
  async send(connection, request, exchange) {
    const { project, model } = split(String(request.body.model ?? ""));
    const parts = project.split("/");
    if (parts.length !== 2 || !parts.every((part) => projectName.test(part))) {
      throw new BackendError(
        "model_not_found",
        `${connection.id} has no project "${project.slice(0, 100)}"`,
        { origin: `backend:${connection.id}`, hint: "Name it as NAMESPACE/PROJECT" },
      );
    }
    const { model: _, ...body } = request.body;
    return await exchange({
      url: `${new URL(connection.root).origin}/v1/projects/${project}/chat/completions`,
      body: { ...body, stream: request.stream, ...(model === undefined ? {} : { model }) },
      // The caller sends the whole conversation; a session would repeat it.
      headers: { "x-no-session": "1" },
    });
  },
};
