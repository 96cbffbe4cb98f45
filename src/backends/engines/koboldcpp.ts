/**
 * KoboldCpp.
 *
 * @module
 */

import { BackendError, type BackendOperation } from "../../core/mod.ts";
import type { Engine, EngineConnection } from "../engine.ts";
import { asCount, asFlag, asObject, asText, type JsonObject } from "../fields.ts";
import { openAiEngine } from "./openai_compatible.ts";

async function readVersion(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const document = asObject(
    await connection.json(`${connection.root}/api/extra/version`, { signal }),
  );
  return document?.result === "KoboldCpp" ? document : undefined;
}

async function readContext(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const url = `${connection.root}/api/extra/true_max_context_length`;
    return asCount(asObject(await connection.json(url, { signal }))?.value, 100_000_000);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return undefined;
  }
}

/** KoboldCpp. */
export const koboldCpp: Engine = openAiEngine({
  name: "koboldcpp",
  title: "KoboldCpp",
  ports: [5001, 5000],
  defaultUrl: "http://127.0.0.1:5001",
  healthPath: "/api/extra/version",
  recognisedBy: '`/api/extra/version` answers `{"result": "KoboldCpp"}`',
  reads: "`/v1/models` (name), `/api/extra/version` (vision), " +
    "`/api/extra/true_max_context_length`",
  operations: new Set<BackendOperation>([
    "chat/completions",
    "completions",
    "embeddings",
    "images/generations",
    "audio/transcriptions",
    "audio/speech",
  ]),
  async identify(connection, signal) {
    const found = await readVersion(connection, signal);
    const version = asText(found?.version, 64);
    return found === undefined ? undefined : version === undefined ? {} : { version };
  },
  async refine(models, connection, signal) {
    const [version, contextTokens] = await Promise.all([
      readVersion(connection, signal),
      readContext(connection, signal),
    ]);
    // Started for images or speech only, it still lists a name for a text model that is not there.
    if (version?.llm === false) return [];
    const vision = asFlag(version?.vision);
    return models.map((model) => ({
      ...model,
      loaded: true,
      features: {
        ...model.features,
        ...(contextTokens === undefined ? {} : { contextTokens }),
        ...(vision === undefined ? {} : { vision }),
      },
    }));
  },
});
