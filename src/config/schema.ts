/**
 * The schema of the configuration file: what validates it, and what its JSON Schema and the table in
 * `docs/configuration.md` are made from.
 *
 * @module
 */

import { logLevels } from "../core/logger.ts";
import { defaultSettings, type Settings } from "./defaults.ts";
import { backendSchema } from "./schema_backends.ts";
import { policySchema, routeSchema } from "./schema_routing.ts";
import {
  anyText,
  choice,
  identifier,
  list,
  mapping,
  numberBetween,
  optional,
  secretText,
  section,
  type Setting,
  text,
  variableName,
  wholeNumber,
  withDefault,
  yesOrNo,
} from "./schema_parts.ts";

const defaults = defaultSettings();
const dayMs = 86_400_000;
const serverSchema = section<Settings["server"]>(
  {
    host: withDefault(
      text(
        "an address or a host name",
        /^[A-Za-z0-9.:[\]_-]+$/,
        "Address to listen on. One that other machines can reach needs a token.",
      ),
      defaults.server.host,
    ),
    port: withDefault(
      wholeNumber(0, 65_535, "Port to listen on; 0 takes any free one."),
      defaults.server.port,
    ),
    allowedHosts: withDefault(
      list(
        anyText("a host name or an address", "A host name or an address."),
        "Host names, beside loopback ones and the host above, that requests may name.",
      ),
      [],
    ),
    allowedOrigins: withDefault(
      list(
        text(
          "an origin such as https://app.example",
          /^[a-z][a-z0-9+.-]*:\/\/[^\s/@?#*]+$/,
          "An origin: scheme, host and port.",
        ),
        "Origins of web pages, beside this node's own, that may call it.",
      ),
      [],
    ),
    maxBodyBytes: withDefault(
      wholeNumber(1_024, 1_073_741_824, "Largest request body that is accepted, in bytes."),
      defaults.server.maxBodyBytes,
    ),
  },
  "The listener.",
);

const logSchema = section<Settings["log"]>(
  {
    level: withDefault(
      choice(logLevels, "Least severity that is logged."),
      defaults.log.level,
    ),
    format: withDefault(
      choice(["text", "json"], "text for people, json for machines."),
      defaults.log.format,
    ),
    directory: optional(
      anyText("a path", "Directory of log files; logs in the data directory if absent."),
    ),
  },
  "Diagnostics.",
);

const embeddingSchema = section<Settings["embedding"]>(
  {
    model: withDefault(
      text(
        "a model's name such as all-minilm-l6-v2",
        /^[A-Za-z0-9][\w.-]*(\/[\w.-]+)?$/,
        "The model for embeddings: the one that is built in, or one of the Hugging Face hub.",
      ),
      defaults.embedding.model,
    ),
    threads: optional(
      wholeNumber(
        1,
        256,
        "Threads of the engine; one less than there are cores, at most 4, if absent.",
      ),
    ),
    cacheEntries: withDefault(
      wholeNumber(0, 10_000_000, "Vectors that are kept in memory; one takes about 1.7 KB."),
      defaults.embedding.cacheEntries,
    ),
    warm: withDefault(
      yesOrNo("Load the model in the background once the node is ready, not at its first use."),
      defaults.embedding.warm,
    ),
  },
  "The engine for sentence embeddings inside the node.",
);

const discoverySchema = section<Settings["discovery"]>(
  {
    enabled: withDefault(
      yesOrNo("Look for model servers on this machine."),
      defaults.discovery.enabled,
    ),
    intervalSeconds: withDefault(
      numberBetween(1, 86_400, "Time between two searches, in seconds."),
      defaults.discovery.intervalSeconds,
    ),
    probeTimeoutMs: withDefault(
      wholeNumber(10, 10_000, "Longest wait for one port, in milliseconds."),
      defaults.discovery.probeTimeoutMs,
    ),
    extraPorts: withDefault(
      list(
        wholeNumber(1, 65_535, "A port."),
        "Ports of this machine to try beside the engines' usual ones.",
      ),
      [],
    ),
  },
  "The search for model servers on this machine.",
);

const routerSchema = section<Settings["router"]>(
  {
    preference: withDefault(
      choice(["cost", "balanced", "quality"], "How quality is weighed against cost and speed."),
      defaults.router.preference,
    ),
    constants: withDefault(
      mapping(
        text("a constant's name", /^[A-Za-z][A-Za-z0-9]*$/, "A constant's name."),
        numberBetween(-1e12, 1e12, "The constant's value."),
        "The router's own constants, by name.",
      ),
      {},
    ),
    policy: withDefault(policySchema, {}),
  },
  "How requests are routed.",
);

function timeout(min: number, value: number, description: string): Setting<number> {
  return withDefault(wholeNumber(min, dayMs, `${description}, in milliseconds.`), value);
}

const timeoutsSchema = section<Settings["timeouts"]>(
  {
    firstByteMs: timeout(
      1,
      defaults.timeouts.firstByteMs,
      "Longest wait for the first byte of a streamed answer",
    ),
    completeMs: timeout(
      1,
      defaults.timeouts.completeMs,
      "Longest wait for the whole of an answer that is not streamed",
    ),
    idleMs: timeout(1, defaults.timeouts.idleMs, "Longest silence between two chunks of a stream"),
    hedgeMs: timeout(
      0,
      defaults.timeouts.hedgeMs,
      "Silence after which a second candidate is asked too (0 never asks one)",
    ),
  },
  "Time limits of one request.",
);

const memorySchema = section<Settings["memory"]>(
  {
    databaseUrl: optional(
      text(
        "an address that starts with libsql:, https:, http:, wss:, ws: or file:, without credentials",
        /^(?:(?:libsql|https?|wss?):\/\/[^\s@?#]+|file:[^\s?#]+)$/,
        "libSQL server; the file atmosphere.db in the data directory if absent.",
      ),
    ),
    databaseToken: optional(secretText()),
    databaseTokenEnv: optional(
      variableName("The environment variable that holds the token."),
    ),
    databaseTokenFile: optional(
      anyText("a path", "The file that holds the token; relative to this file's directory."),
    ),
  },
  "The vector memory's database.",
);

/** The whole file. */
export const fileSchema: Setting<Settings> = section<Settings>(
  {
    node: withDefault(
      section<Settings["node"]>(
        {
          name: optional(
            identifier("The node's name in the mesh; the machine's host name if absent."),
          ),
        },
        "This node.",
      ),
      {},
    ),
    server: withDefault(serverSchema, defaults.server),
    log: withDefault(logSchema, defaults.log),
    embedding: withDefault(embeddingSchema, defaults.embedding),
    discovery: withDefault(discoverySchema, defaults.discovery),
    backends: withDefault(
      list(backendSchema, "Model servers and APIs, beside what is found on this machine."),
      [],
    ),
    routes: withDefault(list(routeSchema, "Named targets that requests reach by meaning."), []),
    aliases: withDefault(
      mapping(
        text("a name without spaces", /^\S+$/, "The name that callers use."),
        anyText("a model's name", "The model that answers."),
        "Other names for models: the name that callers use, and the model that answers.",
      ),
      {},
    ),
    router: withDefault(routerSchema, defaults.router),
    timeouts: withDefault(timeoutsSchema, defaults.timeouts),
    memory: withDefault(memorySchema, {}),
  },
  "Configuration of an Atmosphere node.",
);
