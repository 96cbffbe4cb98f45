/**
 * LocalAI.
 *
 * @module
 */

import { BackendError } from "../../core/mod.ts";
import type { Engine, EngineConnection, Identity } from "../engine.ts";
import { asArray, asObject, asText } from "../fields.ts";
import { openAiEngine } from "./openai_compatible.ts";

async function readSystem(connection: EngineConnection, signal: AbortSignal) {
  const system = asObject(await connection.json(`${connection.root}/system`, { signal }));
  return asArray(system?.backends) === undefined ? undefined : system;
}

async function identify(
  connection: EngineConnection,
  signal: AbortSignal,
): Promise<Identity | undefined> {
  try {
    if (await readSystem(connection, signal) === undefined) return undefined;
  } catch (error) {
    if (!(error instanceof BackendError) || error.upstreamStatus === undefined) throw error;
    // Since 4.9 only this document is open where authentication is on.
    const known = asObject(
      await connection.json(`${connection.root}/.well-known/localai.json`, { signal }),
    );
    const version = asText(known?.version, 64);
    return asObject(known?.endpoints) === undefined
      ? undefined
      : version === undefined
      ? {}
      : { version };
  }
  try {
    const document = await connection.json(`${connection.root}/version`, { signal });
    const version = asText(asObject(document)?.version, 64);
    return version === undefined ? {} : { version };
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    return {};
  }
}

/** LocalAI. */
export const localAi: Engine = openAiEngine({
  name: "localai",
  title: "LocalAI",
  ports: [8080],
  defaultUrl: "http://127.0.0.1:8080",
  healthPath: "/readyz",
  recognisedBy: "`/system` lists `backends`, or `/.well-known/localai.json` is there",
  reads: "`/v1/models` (names), `/system` (loaded)",
  identify,
  async refine(models, connection, signal) {
    try {
      const system = await readSystem(connection, signal);
      const running = asArray(system?.loaded_models);
      if (running === undefined) return models;
      const loaded = new Set(running.map((item) => asText(asObject(item)?.id)));
      return models.map((model) => ({ ...model, loaded: loaded.has(model.name) }));
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      return models;
    }
  },
});
