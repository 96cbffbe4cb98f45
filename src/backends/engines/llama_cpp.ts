/**
 * llama.cpp's server.
 *
 * @module
 */

import { BackendError } from "../../core/mod.ts";
import type { Engine, EngineConnection, Identity } from "../engine.ts";
import { asArray, asCount, asFlag, asObject, asText, type JsonObject } from "../fields.ts";
import { contextOf, openAiEngine } from "./openai_compatible.ts";

function readEntry(entry: JsonObject) {
  const meta = asObject(entry.meta) ?? {};
  const parameters = asCount(meta.n_params, 1e14);
  const trained = asCount(meta.n_ctx_train, 100_000_000);
  return {
    features: trained === undefined ? contextOf(entry) : { contextTokens: trained },
    ...(parameters === undefined ? {} : { parametersB: parameters / 1e9 }),
  };
}

async function identify(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<Identity | undefined> {
  try {
    const props = asObject(await connection.json(`${connection.root}/props`, { signal }));
    if (asObject(props?.default_generation_settings) === undefined) return undefined;
    const version = asText(props?.build_info, 64);
    return version === undefined ? {} : { version };
  } catch (error) {
    if (!(error instanceof BackendError) || error.upstreamStatus === undefined) throw error;
    // With several models, or behind a key, it has no properties to show.
    const list = asObject(await connection.json(`${connection.api}/models`, { signal }));
    const owned = asArray(list?.data)?.some((entry) => asObject(entry)?.owned_by === "llamacpp");
    return owned === true ? {} : undefined;
  }
}

/** llama.cpp's server. */
export const llamaCpp: Engine = openAiEngine({
  name: "llama.cpp",
  title: "llama.cpp",
  ports: [8080],
  defaultUrl: "http://127.0.0.1:8080",
  healthPath: "/health",
  recognisedBy: "`/props` answers with `default_generation_settings`, or `/v1/models` names " +
    "`llamacpp` as the owner",
  reads: "`/v1/models` (parameters), `/props` (context length in use, vision, audio)",
  identify,
  readEntry,
  async refine(models, connection, signal) {
    try {
      const props = asObject(await connection.json(`${connection.root}/props`, { signal }));
      const settings = asObject(props?.default_generation_settings);
      const modalities = asObject(props?.modalities);
      const contextTokens = asCount(settings?.n_ctx, 100_000_000);
      const vision = asFlag(modalities?.vision);
      const audio = asFlag(modalities?.audio);
      return models.map((model) => ({
        ...model,
        loaded: true,
        features: {
          ...model.features,
          json: true,
          ...(contextTokens === undefined ? {} : { contextTokens }),
          ...(vision === undefined ? {} : { vision }),
          ...(audio === undefined ? {} : { audio }),
        },
      }));
    } catch (error) {
      // `--no-props` and router mode have none; the list alone is enough to serve.
      if (!(error instanceof BackendError)) throw error;
      return models;
    }
  },
});
