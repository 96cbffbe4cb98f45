/**
 * LlamaFarm (docs/website/docs/api of its repository). A model is a project, named
 * NAMESPACE/PROJECT; without a namespace it is in `discoverable`.
 *
 * @module
 */

import type { FakeModel } from "../models.ts";
import { openAiPost } from "../openai_routes.ts";
import { type Route, unknownPath } from "../route.ts";

function split(model: FakeModel): { namespace: string; name: string } {
  const [first = "", second] = model.name.split("/");
  return second === undefined
    ? { namespace: model.project?.namespace ?? "discoverable", name: first }
    : { namespace: first, name: second };
}

function toProject(model: FakeModel) {
  const { namespace, name } = split(model);
  return {
    namespace,
    name,
    config: {
      version: "v1",
      name,
      namespace,
      runtime: { models: [{ name: "main", provider: "ollama", model: "llama3.2:3b" }] },
      ...model.project?.config,
    },
  };
}

const project = "/v1/projects/";

/** LlamaFarm. */
export const llamaFarm: Route = (request, { models }) => {
  const { method, path } = request;
  if (method === "GET" && path === "/info") {
    return { json: { version: "0.0.31", data_directory: "/home/user/.llamafarm" } };
  }
  if (method === "GET" && path === "/health") return { json: { status: "healthy" } };
  const [namespace = "", name, ...rest] = path.startsWith(project)
    ? path.slice(project.length).split("/")
    : [];
  const inside = models.filter((model) => split(model).namespace === namespace);
  if (method === "GET" && namespace !== "" && name === undefined) {
    return inside.length === 0
      ? { status: 404, json: { detail: `Namespace ${namespace} not found` } }
      : { json: { total: inside.length, projects: inside.map(toProject) } };
  }
  if (method === "POST" && rest.join("/") === "chat/completions") {
    const found = inside.find((model) => split(model).name === name);
    return found === undefined
      ? { status: 404, json: { detail: `Project ${namespace}/${name} not found` } }
      // The project's own model answers, whatever the caller names.
      : openAiPost("chat/completions", { ...request.json, model: found.name }, models);
  }
  return unknownPath;
};
