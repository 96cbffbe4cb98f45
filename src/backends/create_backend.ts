/**
 * A backend from its definition.
 *
 * @module
 */

import { AtmosphereError, type Backend } from "../core/mod.ts";
import type { BackendDefinition, BackendOptions } from "./definition.ts";
import { ENGINE_PROFILES } from "./engines.ts";
import { HttpBackend } from "./http_backend.ts";

/**
 * Makes a backend; it connects on first use. Throws `config_invalid` for an unknown engine or an
 * address that is no http or https URL.
 *
 * @example
 * ```ts
 * import { createBackend } from "./mod.ts";
 *
 * await using backend = createBackend({
 *   id: "gpu-box",
 *   engine: "ollama",
 *   url: "http://gpu-box.local:11434",
 *   tags: ["gpu"],
 *   enabled: true,
 *   source: "configured",
 * });
 * console.log(backend.locality); // network
 * ```
 */
export function createBackend(
  definition: BackendDefinition,
  options: BackendOptions = {},
): Backend {
  const engine = ENGINE_PROFILES[definition.engine];
  if (engine === undefined) {
    throw new AtmosphereError(
      "config_invalid",
      `No engine is named "${definition.engine}"`,
      { hint: `Use one of ${Object.keys(ENGINE_PROFILES).join(", ")}` },
    );
  }
  return new HttpBackend({ definition, engine }, options);
}
