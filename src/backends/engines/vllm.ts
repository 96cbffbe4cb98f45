/**
 * vLLM.
 *
 * @module
 */

import { BackendError } from "../../core/mod.ts";
import type { Engine, EngineConnection } from "../engine.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { openAiEngine, readServedEntry } from "./openai_compatible.ts";

async function versionOf(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const document = await connection.json(`${connection.root}/version`, { signal });
    return asText(asObject(document)?.version, 64);
  } catch (error) {
    // Only newer ones tell.
    if (!(error instanceof BackendError)) throw error;
    return undefined;
  }
}

/** vLLM. */
export const vllm: Engine = openAiEngine({
  name: "vllm",
  title: "vLLM",
  ports: [8000],
  defaultUrl: "http://127.0.0.1:8000",
  healthPath: "/health",
  recognisedBy: "`/v1/models` names `vllm` as the owner",
  reads: "`/v1/models`: names, the model behind a served name (`root`), `max_model_len`",
  async identify(connection, signal) {
    const document = await connection.json(`${connection.api}/models`, { signal });
    const owned = asArray(asObject(document)?.data)?.some((entry) =>
      asObject(entry)?.owned_by === "vllm"
    );
    if (owned !== true) return undefined;
    const version = await versionOf(connection, signal);
    return version === undefined ? {} : { version };
  },
  readEntry: readServedEntry,
  // vLLM holds what it serves in memory, and constrains any model's output to a schema.
  refine: (models) =>
    Promise.resolve(models.map((model) => ({
      ...model,
      loaded: true,
      features: { ...model.features, json: true },
    }))),
});
