import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../core/errors.ts";
import { hasSettings, readConfigFile, readSettings, validateConfigText } from "./config_file.ts";
import { defaultSettings } from "./defaults.ts";
import { describeMistake } from "./mistake.ts";
import { TempDir } from "./testdata/temp_dir.ts";

async function lines(text: string): Promise<string[]> {
  return (await validateConfigText(text, "c.yaml")).map(describeMistake);
}

Deno.test("validateConfigText() finds nothing wrong with valid settings", async () => {
  assertEquals(await lines("server:\n  port: 8080\nbackends:\n  - engine: ollama\n"), []);
  assertEquals(await lines("{}\n"), []);
  assertEquals(await lines("# only a comment\n"), []);
});

Deno.test("validateConfigText() reports all mistakes at once, each with its place", async () => {
  const text = `server:
  port: 70000
  host: "not a host"
  prot: 1
log:
  level: loud
backends:
  - id: "a b"
    engine: olama
    tags: nope
  - engine: openai-compatible
routes:
  - description: no name
    target: { model: m, tag: t }
timeouts: [1]
embeding:
  warm: true
`;
  assertEquals(await lines(text), [
    "c.yaml:2:9: server.port is 70000, expected a whole number from 0 to 65535",
    'c.yaml:3:9: server.host is "not a host", expected an address or a host name',
    "c.yaml:4:3: server.prot is 1, expected a known key; did you mean server.port?",
    'c.yaml:6:10: log.level is "loud", expected one of debug, info, warn, error, silent',
    `c.yaml:8:9: backends.0.id is "a b", expected a name of letters, digits, '.', '_' and '-'`,
    'c.yaml:9:13: backends.0.engine is "olama", expected one of ollama, llama.cpp, vllm, ' +
    "lmstudio, localai, jan, sglang, koboldcpp, llamafarm, openai-compatible, openai, anthropic, " +
    "openrouter, groq, mistral, deepseek, together, gemini",
    'c.yaml:10:11: backends.0.tags is "nope", expected a list',
    "c.yaml:11:5: backends.1.url is absent, expected an address, for this engine has no usual one",
    "c.yaml:13:5: routes.0.name is absent, expected a name of letters, digits, '.', '_' and '-'",
    "c.yaml:14:13: routes.0.target is a mapping, expected exactly one of model, kind, tag, agent, tool, node",
    "c.yaml:15:11: timeouts is a list, expected a mapping",
    "c.yaml:16:1: embeding is a mapping, expected a known key; did you mean embedding?",
  ]);
});

Deno.test("validateConfigText() suggests the section that a misplaced key belongs to", async () => {
  assertEquals(await lines("port: 1\n"), [
    "c.yaml:1:1: port is 1, expected a known key; did you mean server.port?",
  ]);
});

Deno.test("validateConfigText() checks settings against one another", async () => {
  const text = `backends:
  - engine: ollama
  - engine: ollama
  - { id: x, engine: vllm, apiKey: abc, apiKeyEnv: ABC }
  - { id: y, engine: vllm, apiKey: "Bearer-\${ABC}" }
  - { id: z, engine: vllm, url: "http://me:pw@h" }
server:
  allowedHosts: [a.example, "b.example:80"]
  allowedOrigins: ["https://a.example:443", "tauri://localhost", "https://*.example"]
router:
  constants: { routeTreshold: 0.5, routeThreshold: 2, meaningGain: 1.5 }
routes:
  - { name: r, target: {} }
  - { name: r, target: { kind: llm/chat } }
`;
  const found = await lines(text);
  const wanted = [
    'backends.1.engine is "ollama", expected an id beside it',
    "backends.2.apiKeyEnv is [redacted], expected only one of apiKey and apiKeyEnv",
    "backends.3.apiKey is [redacted], expected the key itself, or ${NAME} and nothing else",
    'backends.4.url is "http://[redacted]@h", expected an http or https address without user name',
    "server.allowedHosts.1",
    'server.allowedOrigins.0 is "https://a.example:443", expected https://a.example',
    'server.allowedOrigins.2 is "https://*.example", expected an origin such as',
    "router.constants.routeTreshold is 0.5, expected a constant that docs/routing.md lists; did you mean routeThreshold?",
    "router.constants.routeThreshold is 2, expected a number from 0 to 1",
    "routes.0.target is a mapping, expected exactly one of",
    'routes.1.name is "r", expected a name that routes.0.name has not',
  ];
  for (const part of wanted) {
    assert(found.some((line) => line.includes(part)), `${part}\n${found.join("\n")}`);
  }
  assertEquals(found.length, wanted.length, found.join("\n"));
});

Deno.test("validateConfigText() explains YAML that is none without quoting it", async () => {
  const cases: [text: string, wanted: string][] = [
    ["server:\n\tport: 1\n", "c.yaml:2:1: found a tab, expected spaces as indentation"],
    [
      "log:\n  level: info\nlog:\n  level: warn\n",
      'c.yaml:3:1: found the key "log" for the second time',
    ],
    ["a: 'open\n", "closing quote"],
    ["server: port: 1\n", "c.yaml:1:9: found a setting inside a setting on one line"],
    ["a: 1\n---\nb: 1\n", "c.yaml:2:1: found a second document"],
    ["a: *none\n", "an alias of an anchor that does not exist"],
    ["a: !!js/function x\n", "a tag that is not known"],
    ["- a\n- b\n", "found a list, expected a mapping"],
    ["just text\n", 'found "just text", expected a mapping'],
    ["42\n", "found 42, expected a mapping"],
    ["", "found an empty file"],
    [" \n\n", "found an empty file"],
  ];
  for (const [text, wanted] of cases) {
    assertStringIncludes((await lines(text)).join("\n"), wanted, JSON.stringify(text));
  }
  const secret = "backends:\n - apiKey: 'hunter2\n - hunter2: [hunter2\n";
  assert(!(await lines(secret)).join("\n").includes("hunter2"));
});

Deno.test("validateConfigText() refuses aliases that multiply without end", async () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
  );
  const found = await lines(`l0: &l0 [x]\n${levels.join("\n")}\n`);
  assertEquals(found, ["c.yaml:1:1: found too many aliases, expected a plain configuration"]);
});

Deno.test("readSettings() reads an empty section as absent", async () => {
  const { settings, mistakes } = await readSettings("server:\n  # port: 1\nbackends:\n", "c");
  assertEquals(mistakes, []);
  assertEquals(settings, defaultSettings());
});

Deno.test("readSettings() never throws and never loses its way, whatever the text", async () => {
  const word = fc.constantFrom(
    "server:",
    "port: 1",
    "  ",
    "- ",
    "backends:",
    "id: a",
    "[",
    "]",
    "{",
    "}",
    "&a",
    "*a",
    "\n",
    "\t",
    "#",
    "'",
    '"',
    "|",
    ">",
    "? ",
    ": ",
    "!!map",
    "%",
    "@",
    "---",
    "<<: *a",
    "__proto__: 1",
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 25 }), async (words) => {
      const { settings, mistakes } = await readSettings(words.join(""), "c.yaml");
      assert((settings === undefined) === (mistakes.length > 0));
      for (const { source } of mistakes) {
        assert(/^c\.yaml(:[1-9]\d*:[1-9]\d*)?$/.test(source), source);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("hasSettings() is false for comments alone", () => {
  assertEquals(hasSettings("# a\n\n  # b\r\n---\n"), false);
  assertEquals(hasSettings("# a\nserver:\n"), true);
  assertEquals(hasSettings("{}"), true);
});

Deno.test("readConfigFile() refuses what is no text file, each with its reason", async () => {
  await using dir = await TempDir.create();
  const options = { required: false };
  const cases: [path: string, reason: string][] = [
    [dir.path, "found a directory"],
    [await dir.write("nul", "server:\n\0"), "found binary data"],
    [await dir.write("latin", new Uint8Array([0x23, 0xe9, 0x0a])), "found binary data"],
    [await dir.write("big", "#".repeat(1024 * 1024 + 1)), "a file of 1048577 bytes"],
  ];
  for (const [path, reason] of cases) {
    const error = await assertRejects(() => readConfigFile(path, options), AtmosphereError);
    assertEquals(error.code, "config_invalid");
    assertStringIncludes(error.message, reason);
    assertStringIncludes(error.message, path);
  }
});

Deno.test("readConfigFile() misses a file only when it was asked for", async () => {
  await using dir = await TempDir.create();
  const path = `${dir.path}/config.yaml`;
  assertEquals(await readConfigFile(path, { required: false }), undefined);
  const error = await assertRejects(
    () => readConfigFile(path, { required: true }),
    AtmosphereError,
  );
  assertEquals(error.code, "config_invalid");
  const file = await dir.write("file", "x");
  const below = await assertRejects(
    () => readConfigFile(`${file}/config.yaml`, { required: false }),
    AtmosphereError,
  );
  assertEquals(below.code, "data_dir_unusable");
});

Deno.test("readConfigFile() takes a byte order mark for what it is", async () => {
  await using dir = await TempDir.create();
  const path = await dir.write("bom", "\ufeffserver: {}\n");
  assertEquals(await readConfigFile(path, { required: true }), "server: {}\n");
});

Deno.test({
  name: "readConfigFile() tells a data directory of another user's from a file that is named",
  // The superuser may read everything.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using dir = await TempDir.create();
    const file = await dir.write("config.yaml", "server: {}\n");
    await Deno.chmod(file, 0);
    const unnamed = await assertRejects(
      () => readConfigFile(file, { required: false }),
      AtmosphereError,
    );
    assertEquals(unnamed.code, "data_dir_unusable");
    const named = await assertRejects(
      () => readConfigFile(file, { required: true }),
      AtmosphereError,
    );
    assertEquals(named.code, "config_invalid");
  },
});
