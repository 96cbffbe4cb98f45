import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { defaultNodeName, defaultThreads } from "./defaults.ts";
import { loadConfig } from "./load.ts";
import type { Mistake } from "./mistake.ts";
import type { ConfigFlags } from "./overrides.ts";
import { TempDir } from "./testdata/temp_dir.ts";

async function mistakesOf(
  env: Record<string, string>,
  flags: Partial<ConfigFlags> = {},
): Promise<readonly Mistake[]> {
  const error = await assertRejects(() => loadConfig({ env, flags }), AtmosphereError);
  assertEquals(error.code, "config_invalid");
  return error.details?.["mistakes"] as readonly Mistake[];
}

Deno.test("loadConfig() gives the defaults when nobody says anything", async () => {
  await using dir = await TempDir.create();
  const config = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dir.path } });
  assertEquals(config, {
    dataDir: dir.path,
    logDir: `${dir.path}/logs`,
    file: undefined,
    node: { name: defaultNodeName() },
    server: {
      host: "127.0.0.1",
      port: 11451,
      allowedHosts: [],
      allowedOrigins: [],
      maxBodyBytes: 33554432,
    },
    log: { level: "info", format: "text" },
    token: undefined,
    embedding: {
      model: "all-minilm-l6-v2",
      threads: defaultThreads(),
      cacheEntries: 20000,
      warm: true,
    },
    discovery: { enabled: true, intervalSeconds: 30, probeTimeoutMs: 250, extraPorts: [] },
    backends: [],
    routes: [],
    aliases: [],
    router: { preference: "balanced", constants: {}, policy: {} },
    timeouts: { firstByteMs: 120000, completeMs: 600000, idleMs: 120000, hedgeMs: 1000 },
    memory: { databaseUrl: undefined, databaseToken: undefined },
  });
});

Deno.test("loadConfig() prefers flags to the environment, that to the file, that to defaults", async () => {
  await using dir = await TempDir.create();
  await dir.write("config.yaml", "server: { port: 1, host: 10.0.0.1 }\nlog: { level: error }\n");
  const env = {
    ATMOSPHERE_DATA_DIR: dir.path,
    ATMOSPHERE_PORT: "2",
    ATMOSPHERE_HOST: "0.0.0.0",
    ATMOSPHERE_NODE_NAME: "  studio ",
    ATMOSPHERE_LOG_LEVEL: "",
  };
  const flags = { port: "3", noDiscovery: true, localOnly: true, logFormat: "json" };
  const config = await loadConfig({ env, flags });
  assertEquals(config.server.port, 3);
  assertEquals(config.server.host, "0.0.0.0");
  assertEquals(config.log, { level: "error", format: "json" });
  assertEquals(config.node.name, "studio");
  assertEquals(config.discovery.enabled, false);
  assertEquals(config.router.policy, { localOnly: true });
  assertEquals(config.timeouts.idleMs, 120000);
  assertEquals(config.file, `${dir.path}/config.yaml`);
});

Deno.test("loadConfig() takes port 0 and flags that are absent or false", async () => {
  const flags = { port: 0, host: undefined, noDiscovery: false, localOnly: undefined };
  const config = await loadConfig({ env: { HOME: "/nonexistent" }, flags });
  assertEquals(config.server.port, 0);
  assertEquals(config.discovery.enabled, true);
});

Deno.test("loadConfig() freezes the result all the way down", async () => {
  await using dir = await TempDir.create();
  await dir.write("config.yaml", "backends: [{ engine: ollama, tags: [a] }]\n");
  const config = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dir.path } });
  assertThrows(() => void ((config.server as { port: number }).port = 1), TypeError);
  assertThrows(() => void (config.backends[0]?.tags as string[]).push("b"), TypeError);
  assertThrows(
    () => void ((config.router.policy as { localOnly: boolean }).localOnly = true),
    TypeError,
  );
});

Deno.test("loadConfig() reports the mistakes of file, environment and flags in one error", async () => {
  await using dir = await TempDir.create();
  await dir.write(
    "config.yaml",
    "server:\n  host: 5\nbackends:\n  - engine: groq\n    apiKeyEnv: NOPE\n",
  );
  const env = {
    ATMOSPHERE_DATA_DIR: dir.path,
    ATMOSPHERE_PORT: "many",
    ATMOSPHERE_TOKEN: "short",
    OPENAI_API_KEY: "not a key",
    OLLAMA_HOST: "ftp://x",
  };
  const mistakes = await mistakesOf(env, { logLevel: "loud" });
  const file = `${dir.path}/config.yaml`;
  assertEquals(mistakes.map(({ path, value, source }) => [path, value, source]), [
    ["server.host", "5", `${file}:2:9`],
    ["server.port", '"many"', "environment ATMOSPHERE_PORT"],
    ["log.level", '"loud"', "flag --log-level"],
    ["backends.0.apiKeyEnv", "not set", `${file}:5:16`],
    ["backends.ollama.url", "no address", "environment OLLAMA_HOST"],
    ["backends.openai.apiKey", "[redacted]", "environment OPENAI_API_KEY"],
    ["token", "[redacted]", "environment ATMOSPHERE_TOKEN"],
  ]);
});

Deno.test("loadConfig() does not report a value that a stronger one replaces", async () => {
  const env = { HOME: "/nonexistent", ATMOSPHERE_PORT: "many" };
  assertEquals((await loadConfig({ env, flags: { port: "80" } })).server.port, 80);
});

Deno.test("loadConfig() needs the file that --config names", async () => {
  await using dir = await TempDir.create();
  const env = { ATMOSPHERE_DATA_DIR: dir.path };
  const [mistake] = await mistakesOf(env, { config: `${dir.path}/other.yaml` });
  assertEquals(mistake?.value, "no file");
  await dir.write("other.yaml", "server: { port: 7 }\nlog: { directory: l }\n");
  const config = await loadConfig({ env, flags: { config: `${dir.path}/other.yaml` } });
  assertEquals(config.server.port, 7);
  assertEquals(config.logDir, `${dir.path}/l`);
});

Deno.test("loadConfig() takes keys from where the file says", async () => {
  await using dir = await TempDir.create();
  await dir.write("work.key", "key-from-file\n");
  await dir.write(
    "config.yaml",
    `backends:
  - { id: a, engine: vllm, apiKey: literal-key }
  - { id: b, engine: vllm, apiKey: "\${MY_KEY}" }
  - { id: c, engine: vllm, apiKeyEnv: MY_KEY }
  - { id: d, engine: vllm, apiKeyFile: work.key }
  - { id: e, engine: vllm }
  - { id: f, engine: groq }
  - { id: g, engine: groq, enabled: false, apiKeyEnv: NOT_SET }
memory: { databaseUrl: "libsql://db.example", databaseTokenEnv: MY_KEY }
`,
  );
  const env = { ATMOSPHERE_DATA_DIR: dir.path, MY_KEY: "key-from-env", GROQ_API_KEY: "groq-key" };
  const config = await loadConfig({ env });
  const keys = Object.fromEntries(
    config.backends.map(({ id, apiKey }) => [id, apiKey?.reveal()]),
  );
  assertEquals(keys, {
    a: "literal-key",
    b: "key-from-env",
    c: "key-from-env",
    d: "key-from-file",
    e: undefined,
    f: "groq-key",
    g: undefined,
    groq: "groq-key",
  });
  assertEquals(config.memory.databaseToken?.reveal(), "key-from-env");
  const printed = Deno.inspect(config, { depth: 10 }) + JSON.stringify(config);
  for (const key of ["literal-key", "key-from-env", "key-from-file", "groq-key"]) {
    assert(!printed.includes(key), key);
  }
});

Deno.test("loadConfig() says which key is missing, never which is there", async () => {
  await using dir = await TempDir.create();
  await dir.write(
    "config.yaml",
    `backends:
  - engine: openai
  - { id: b, engine: vllm, apiKeyFile: none.key }
  - { id: c, engine: vllm, apiKeyEnv: pasted_4f9a8c7d6e5b4a3f2e1d }
`,
  );
  const error = await assertRejects(
    () => loadConfig({ env: { ATMOSPHERE_DATA_DIR: dir.path } }),
    AtmosphereError,
  );
  assertStringIncludes(error.message, "OPENAI_API_KEY in the environment");
  assertStringIncludes(error.message, "backends.1.apiKeyFile is a file that can't be read");
  assertStringIncludes(error.message, "backends.2.apiKeyEnv is not set");
  assert(!JSON.stringify([error.message, error.details]).includes("pasted"));
});

Deno.test("loadConfig() makes backends of the providers' usual keys", async () => {
  const env = {
    HOME: "/nonexistent",
    OPENAI_API_KEY: "k1",
    OPENAI_BASE_URL: "https://proxy.example/v1",
    ANTHROPIC_API_KEY: "k2",
    OPENROUTER_API_KEY: "k3",
    GROQ_API_KEY: "k4",
    MISTRAL_API_KEY: "k5",
    DEEPSEEK_API_KEY: "k6",
    TOGETHER_API_KEY: "k7",
    GOOGLE_API_KEY: "k8",
    OLLAMA_HOST: "gpu.lan",
  };
  const { backends } = await loadConfig({ env });
  assertEquals(
    backends.map((
      { id, engine, url, apiKey, source, enabled },
    ) => [id, engine, url, apiKey?.reveal(), source, enabled]),
    [
      ["ollama", "ollama", "http://gpu.lan:11434", undefined, "environment", true],
      ["openai", "openai", "https://proxy.example/v1", "k1", "environment", true],
      ["anthropic", "anthropic", undefined, "k2", "environment", true],
      ["openrouter", "openrouter", undefined, "k3", "environment", true],
      ["groq", "groq", undefined, "k4", "environment", true],
      ["mistral", "mistral", undefined, "k5", "environment", true],
      ["deepseek", "deepseek", undefined, "k6", "environment", true],
      ["together", "together", undefined, "k7", "environment", true],
      ["gemini", "gemini", undefined, "k8", "environment", true],
    ],
  );
});

Deno.test("loadConfig() lets a backend of the file win over the environment's of the same id", async () => {
  await using dir = await TempDir.create();
  await dir.write(
    "config.yaml",
    `backends:
  - { engine: ollama, url: "http://10.0.0.5:11434" }
  - { engine: openai, enabled: false }
`,
  );
  const env = { ATMOSPHERE_DATA_DIR: dir.path, OLLAMA_HOST: "ftp://x", OPENAI_API_KEY: "k" };
  const { backends } = await loadConfig({ env });
  assertEquals(backends.map(({ id, url, enabled, source }) => [id, url, enabled, source]), [
    ["ollama", "http://10.0.0.5:11434", true, "configured"],
    ["openai", undefined, false, "configured"],
  ]);
});

Deno.test("loadConfig() never makes the node its own backend", async () => {
  await using dir = await TempDir.create();
  const env = {
    ATMOSPHERE_DATA_DIR: dir.path,
    OLLAMA_HOST: "localhost:11451",
    OPENAI_API_KEY: "for-the-clients",
    OPENAI_BASE_URL: "http://127.0.0.1:11451/v1",
  };
  assertEquals((await loadConfig({ env })).backends, []);
  const elsewhere = await loadConfig({ env, flags: { port: "11452" } });
  assertEquals(elsewhere.backends.map(({ id }) => id), ["ollama", "openai"]);
  await dir.write("config.yaml", "backends: [{ engine: vllm, url: 'http://localhost:11451' }]\n");
  const [mistake] = await mistakesOf({ ATMOSPHERE_DATA_DIR: dir.path });
  assertStringIncludes(mistake?.expected ?? "", "not of this node itself");
});

Deno.test("loadConfig() reads routes, aliases and the rest of the file", async () => {
  await using dir = await TempDir.create();
  const file = await dir.write(
    "config.yaml",
    `routes:
  - name: code
    target: { model: "qwen2.5-coder:7b" }
    utterances: [write a test]
    threshold: 0.4
aliases:
  gpt-4.1: llama3.1:70b
router: { constants: { hysteresisGain: 0.1 }, policy: { excludeTags: [cloud] } }
`,
  );
  const config = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dir.path } });
  assertEquals(config.routes, [{
    name: "code",
    target: { model: "qwen2.5-coder:7b" },
    utterances: ["write a test"],
    threshold: 0.4,
    source: file,
  }]);
  assertEquals(config.aliases, [{ name: "gpt-4.1", model: "llama3.1:70b" }]);
  assertEquals(config.router.constants, { hysteresisGain: 0.1 });
  assertEquals(config.router.policy, { excludeTags: ["cloud"] });
});

Deno.test("loadConfig() takes the token and the paths of the environment", async () => {
  const config = await loadConfig({
    env: {
      HOME: "/home/ann",
      ATMOSPHERE_TOKEN: "0123456789abcdef",
      ATMOSPHERE_LOG_DIR: "~/logs",
      ATMOSPHERE_DATABASE_URL: "https://db.example",
      ATMOSPHERE_DATABASE_TOKEN: "db-token",
    },
  });
  assertEquals(config.token?.reveal(), "0123456789abcdef");
  assertEquals(config.logDir, "/home/ann/logs");
  assertEquals(config.memory.databaseUrl, "https://db.example");
  assertEquals(config.memory.databaseToken?.reveal(), "db-token");
});

Deno.test("defaultNodeName() is the host's name without its domain, in a valid form", () => {
  assertEquals(defaultNodeName("studio.lan.example"), "studio");
  assertEquals(defaultNodeName("Ann's Mac"), "Ann-s-Mac");
  assertEquals(defaultNodeName("日本"), "node");
  assertEquals(defaultNodeName(""), "node");
});

Deno.test("defaultThreads() leaves a core free and stops at four", () => {
  assertEquals([1, 2, 4, 5, 64].map(defaultThreads), [1, 1, 3, 4, 4]);
});
