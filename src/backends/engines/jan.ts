/**
 * Jan's local API server.
 *
 * @module
 */

import type { BackendOperation } from "../../core/mod.ts";
import type { Engine } from "../engine.ts";
import { asObject, asText } from "../fields.ts";
import { openAiEngine } from "./openai_compatible.ts";

/** Jan's local API server. */
export const jan: Engine = openAiEngine({
  name: "jan",
  title: "Jan",
  ports: [1337],
  defaultUrl: "http://127.0.0.1:1337",
  recognisedBy: "`/openapi.json` has a title that begins with `Jan`",
  reads: "`/v1/models`: names of the models that run",
  operations: new Set<BackendOperation>(["chat/completions", "completions", "embeddings"]),
  async identify(connection, signal) {
    const document = await connection.json(`${connection.root}/openapi.json`, { signal });
    const info = asObject(asObject(document)?.info);
    if (!/^jan\b/i.test(asText(info?.title) ?? "")) return undefined;
    const version = asText(info?.version, 64);
    return version === undefined ? {} : { version };
  },
  // It lists the models that run, and no others.
  refine: (models) => Promise.resolve(models.map((model) => ({ ...model, loaded: true }))),
});
