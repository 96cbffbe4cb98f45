/**
 * The schema of a backend in the configuration file.
 *
 * @module
 */

import { engineNames } from "../core/engine_name.ts";
import type { BackendSettings } from "./defaults.ts";
import {
  anyText,
  choice,
  identifier,
  list,
  optional,
  secretText,
  section,
  type Setting,
  text,
  variableName,
  withDefault,
  yesOrNo,
} from "./schema_parts.ts";

/** A backend as the file states it. */
export const backendSchema: Setting<BackendSettings> = section<BackendSettings>(
  {
    id: optional(
      identifier("Unique name of the backend; the engine's name if absent."),
    ),
    engine: choice(engineNames, "The engine, which decides the protocol and the usual address."),
    url: optional(
      text(
        "an http or https address without user name and password",
        /^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/,
        "Base address; the engine's usual one if absent.",
      ),
    ),
    apiKey: optional(secretText()),
    apiKeyEnv: optional(
      variableName("The environment variable that holds the key."),
    ),
    apiKeyFile: optional(
      anyText("a path", "The file that holds the key; relative to this file's directory."),
    ),
    models: optional(
      list(
        anyText("a model's name, or a pattern with *", "A model's name, or a pattern with *."),
        "Only these models: exact names, or patterns with *; all if absent.",
      ),
    ),
    tags: withDefault(
      list(
        text("a tag without spaces", /^\S+$/, "A tag."),
        "Labels that a policy or a route can name, such as region:EU.",
      ),
      [],
    ),
    enabled: withDefault(
      yesOrNo(
        "false switches the backend off, and with it the one of that id from the environment.",
      ),
      true,
    ),
  },
  "A model server or API that this node may use.",
);
