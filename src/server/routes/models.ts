/**
 * `/v1/models` and `/v1/models/{id}`.
 *
 * @module
 */

import { AtmosphereError, type CapabilityView } from "../../core/mod.ts";
import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";
import { quote } from "../host_policy.ts";
import { nearNames } from "../near_names.ts";

const prefix = "/v1/models/";

/** A model as OpenAI's clients list it, with what this node knows of it. */
export interface ModelView {
  readonly id: string;
  readonly object: "model";
  /** No backend tells when; 0 stands for unknown. */
  readonly created: 0;
  readonly owned_by: string;
  readonly atmosphere: {
    readonly kind: string;
    /** Backends that have it, the first of which `owned_by` names. */
    readonly backends: readonly string[];
    readonly features?: CapabilityView["features"];
    readonly description?: string;
  };
}

/** The list of models, and each of them. */
export function modelEndpoints(deps: ServerDeps): Endpoint[] {
  return [
    {
      method: "GET",
      path: "/v1/models",
      access: "use",
      handle: async (exchange) => {
        const data = listModels(await deps.node.capabilities());
        return exchange.json({ object: "list", data });
      },
    },
    {
      method: "GET",
      path: `${prefix}*`,
      access: "use",
      handle: async (exchange) => {
        const id = decodeURIComponent(exchange.path.slice(prefix.length));
        return exchange.json(findModel(await deps.node.capabilities(), id));
      },
    },
  ];
}

/** Models of all backends, one entry a name, with `auto` first where something can chat. */
export function listModels(capabilities: readonly CapabilityView[]): ModelView[] {
  const models = new Map<string, ModelView>();
  if (capabilities.some(({ kind }) => kind === "llm/chat")) {
    models.set("auto", {
      id: "auto",
      object: "model",
      created: 0,
      owned_by: "atmosphere",
      atmosphere: {
        kind: "llm/chat",
        backends: [],
        description: "Chosen for each request by its meaning",
      },
    });
  }
  for (const { name, backend, kind, features, description } of capabilities) {
    if (!/^(?:llm|vision|audio)\//.test(kind)) continue;
    const known = models.get(name);
    if (known !== undefined && known.owned_by !== "atmosphere") {
      const backends = [...new Set([...known.atmosphere.backends, backend])];
      models.set(name, { ...known, atmosphere: { ...known.atmosphere, backends } });
      continue;
    }
    models.set(name, {
      id: name,
      object: "model",
      created: 0,
      owned_by: backend,
      atmosphere: { kind, backends: [backend], features, description },
    });
  }
  return [...models.values()];
}

function findModel(capabilities: readonly CapabilityView[], id: string): ModelView {
  const models = listModels(capabilities);
  const found = models.find((model) => model.id === id);
  if (found !== undefined) return found;
  const scoped = capabilities.find(({ name, backend, nodeName, node }) =>
    id === `${backend}/${name}` || id === `${nodeName}/${name}` || id === `${node}/${name}`
  );
  const [model] = scoped === undefined ? [] : listModels([scoped]).slice(-1);
  if (model !== undefined) return { ...model, id };
  const near = nearNames(id, models.map((known) => known.id));
  throw new AtmosphereError("model_not_found", `No model is named ${quote(id)}`, {
    param: "model",
    hint: near.length > 0
      ? `Did you mean ${near.join(", ")}`
      : "GET /v1/models lists the models that there are",
    details: { suggestions: near },
  });
}
