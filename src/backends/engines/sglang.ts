/**
 * SGLang.
 *
 * @module
 */

import { BackendError } from "../../core/mod.ts";
import type { Engine, EngineConnection } from "../engine.ts";
import { asFlag, asObject, asText, type JsonObject } from "../fields.ts";
import { maxNameLength } from "../model_list.ts";
import { openAiEngine } from "./openai_compatible.ts";

/** What the server says of its one model, under the path's new or old name. */
async function readModelInfo(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  let document: unknown;
  try {
    document = await connection.json(`${connection.root}/get_model_info`, { signal });
  } catch (error) {
    if (!(error instanceof BackendError) || error.upstreamStatus === undefined) throw error;
    document = await connection.json(`${connection.root}/model_info`, { signal });
  }
  const info = asObject(document);
  return typeof info?.model_path === "string" ? info : undefined;
}

/** SGLang. */
export const sglang: Engine = openAiEngine({
  name: "sglang",
  title: "SGLang",
  ports: [30000],
  defaultUrl: "http://127.0.0.1:30000",
  healthPath: "/health",
  recognisedBy: "`/get_model_info` (or `/model_info`) answers with a `model_path`",
  reads: "`/v1/models` (names, `max_model_len`), `/get_model_info` (chat or embedding, vision)",
  async identify(connection, signal) {
    return await readModelInfo(connection, signal) === undefined ? undefined : {};
  },
  async refine(models, connection, signal) {
    const info = await readModelInfo(connection, signal);
    const path = asText(info?.model_path, maxNameLength);
    const generates = asFlag(info?.is_generation);
    const vision = asFlag(info?.has_image_understanding);
    return models.map((model) => ({
      ...model,
      loaded: true,
      ...(path === undefined ? {} : { familyHint: path }),
      ...(generates === false ? { kind: "llm/embed" as const } : {}),
      features: {
        ...model.features,
        ...(generates === false ? {} : { json: true }),
        ...(vision === undefined ? {} : { vision }),
      },
    }));
  },
});
