import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../core/errors.ts";
import { validateConfigText } from "./config_file.ts";
import { getConfigValue, setConfigValue } from "./edit.ts";
import { configTemplate } from "./template.ts";

const file = `# Mine, all mine
server:          # the listener
    port:   8080    # not the usual one
    allowedHosts: [ a.example,  b.example ]


log: {level: debug}
backends:
- id: box        # the GPU box
  engine: vllm
  apiKey: hunter2-hunter2

# the end
`;

async function refusal(work: () => Promise<unknown>): Promise<AtmosphereError> {
  return await assertRejects(work, AtmosphereError);
}

Deno.test("getConfigValue() gives the file's value, else the default", async () => {
  assertEquals(await getConfigValue(file, "server.port"), 8080);
  assertEquals(await getConfigValue(file, "server.host"), "127.0.0.1");
  assertEquals(await getConfigValue(file, "backends[0].engine"), "vllm");
  assertEquals(await getConfigValue(file, "backends.0.url"), undefined);
  assertEquals(await getConfigValue(file, "node.name"), undefined);
  assertEquals(await getConfigValue(configTemplate(), "timeouts.idleMs"), 120000);
  assertEquals(await getConfigValue("aliases: { gpt-4.1: x }\n", "aliases.gpt-4.1"), "x");
  assertEquals(await getConfigValue(file, "log"), { level: "debug", format: "text" });
});

Deno.test("getConfigValue() shows no secret", async () => {
  assertEquals(await getConfigValue(file, "backends.0.apiKey"), "[redacted]");
  assertEquals(await getConfigValue(file, "backends"), [
    { id: "box", engine: "vllm", apiKey: "[redacted]" },
  ]);
  const reference = "backends: [{ engine: vllm, apiKey: '${KEY}' }]\n";
  assertEquals(await getConfigValue(reference, "backends.0.apiKey"), "${KEY}");
});

Deno.test("getConfigValue() and setConfigValue() know no setting of a mistyped name", async () => {
  for (
    const work of [getConfigValue, (text: string, path: string) => setConfigValue(text, path, "1")]
  ) {
    const error = await refusal(() => work(file, "server.prot"));
    assertEquals(error.code, "not_found");
    assertEquals(error.hint, "Did you mean server.port?");
    for (
      const path of ["", "server.", "server..port", "server.port.x", "__proto__", "constructor"]
    ) {
      assertEquals((await refusal(() => work(file, path))).code, "not_found", path);
    }
  }
});

Deno.test("setConfigValue() changes the value and no byte beside it", async () => {
  assertEquals(
    await setConfigValue(file, "server.port", "9090"),
    file.replace("8080", "9090"),
  );
  assertEquals(
    await setConfigValue(file, "backends.0.id", "big-box"),
    file.replace("id: box", "id: big-box"),
  );
  assertEquals(
    await setConfigValue(file, "log.level", "warn"),
    file.replace("level: debug", "level: warn"),
  );
  const windows = file.replaceAll("\n", "\r\n");
  assertEquals(
    await setConfigValue(windows, "server.port", "9090"),
    windows.replace("8080", "9090"),
  );
});

Deno.test("setConfigValue() adds what is missing where it belongs", async () => {
  assertEquals(
    await setConfigValue(file, "server.host", "0.0.0.0"),
    file.replace("b.example ]\n", "b.example ]\n    host: 0.0.0.0\n"),
  );
  assertEquals(
    await setConfigValue(file, "backends.0.enabled", "no"),
    file.replace("hunter2-hunter2\n", "hunter2-hunter2\n  enabled: false\n"),
  );
  assertEquals(
    await setConfigValue(file, "backends.1", "{ engine: ollama }"),
    file.replace("hunter2-hunter2\n", "hunter2-hunter2\n- engine: ollama\n"),
  );
  assertEquals(
    await setConfigValue(file, "router.policy.localOnly", "true"),
    file.replace("hunter2-hunter2\n", "hunter2-hunter2\nrouter:\n  policy:\n    localOnly: true\n"),
  );
  assertEquals(
    await setConfigValue("server:\n  # nothing\n", "server.port", "1"),
    "server:\n  port: 1\n  # nothing\n",
  );
  assertEquals(await setConfigValue("", "server.port", "1"), "server:\n  port: 1\n");
});

Deno.test("setConfigValue() adds to the file that init writes", async () => {
  const text = await setConfigValue(configTemplate(), "node.name", "studio");
  assertEquals(text, `${configTemplate()}node:\n  name: studio\n`);
  const more = await setConfigValue(text, "discovery.extraPorts", "9000,9001");
  assertEquals(await getConfigValue(more, "discovery.extraPorts"), [9000, 9001]);
  assert(more.startsWith(configTemplate()));
});

Deno.test("setConfigValue() reads values as the setting's type", async () => {
  const cases: [path: string, value: string, wanted: unknown][] = [
    ["node.name", "123", "123"],
    ["aliases.true", "yes", "yes"],
    ["embedding.warm", "off", false],
    ["router.policy.maxCostPerMTok", "1.5", 1.5],
    ["server.allowedHosts", "a.example, b.example", ["a.example", "b.example"]],
    ["server.allowedHosts", "[a.example]", ["a.example"]],
    ["server.allowedHosts", "", []],
    ["router.policy", "{ localOnly: true }", { localOnly: true }],
    ["backends.0.apiKeyEnv", "KEY", "KEY"],
  ];
  for (const [path, value, wanted] of cases) {
    const base = path.startsWith("backends") ? "backends: [{ engine: vllm }]\n" : "";
    const text = await setConfigValue(base, path, value);
    assertEquals(await getConfigValue(text, path), wanted, path);
  }
});

Deno.test("setConfigValue() refuses what would be a mistake", async () => {
  const error = await refusal(() => setConfigValue(file, "server.port", "many"));
  assertEquals(error.code, "config_invalid");
  assertStringIncludes(
    error.message,
    'new value: server.port is "many", expected a whole number from 0 to 65535',
  );
  for (
    const [path, value] of [
      ["server.port", ""],
      ["log.level", "loud"],
      ["backends.0.engine", "openai-compatible"],
      ["backends.0.apiKeyEnv", "KEY"],
      ["backends.5", "{ engine: ollama }"],
      ["router.policy", "{ localOnly: "],
      ["router.policy", "[]"],
    ] as const
  ) {
    const { code } = await refusal(() => setConfigValue(file, path, value));
    assertEquals(code, "config_invalid", path);
  }
  assertEquals(
    (await refusal(() => setConfigValue("a: [\n", "server.port", "1"))).code,
    "config_invalid",
  );
});

Deno.test("setConfigValue() mends a file with several mistakes one by one", async () => {
  const broken = "server: { port: x }\nlog: { level: loud }\n";
  const half = await setConfigValue(broken, "server.port", "1");
  assertEquals((await validateConfigText(half, "c")).length, 1);
  assertEquals(await validateConfigText(await setConfigValue(half, "log.level", "info"), "c"), []);
});

Deno.test("setConfigValue() leaves every comment and every other value in any layout", async () => {
  const layouts = [
    (port: number, host: string) => `server:\n  port: ${port} # c1\n  host: "${host}" # c2\n# c3\n`,
    (port: number, host: string) => `# c1\nserver: {port: ${port}, # c2\n  host: ${host}} # c3\n`,
    (port: number, host: string) =>
      `# c1\n"server":\n      host: '${host}'\n # c2\n      port: !!int ${port}\n# c3`,
    (port: number, host: string) =>
      `---\nserver: # c1\n\n  host: >-\n    ${host}\n  # c2\n  port: ${port}\n...\n# c3\n`,
    (port: number, host: string) =>
      `x-is-no-key: 1\nserver: # c1 c2\n  host: ${host}\n  port: 0x${port.toString(16)} # c3`,
  ];
  const name = fc.stringMatching(/^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/);
  await fc.assert(fc.asyncProperty(
    fc.constantFrom(...layouts),
    fc.integer({ min: 1, max: 65535 }),
    name,
    fc.constantFrom(
      "server.port",
      "server.host",
      "server.maxBodyBytes",
      "node.name",
      "aliases.a.b",
    ),
    fc.integer({ min: 1024, max: 65535 }),
    name,
    async (layout, port, host, path, newNumber, newName) => {
      const text = layout(port, host);
      const value = /port|Bytes/.test(path) ? String(newNumber) : newName;
      const changed = await setConfigValue(text, path, value);
      for (const comment of ["c1", "c2", "c3"]) assert(changed.includes(comment), changed);
      assertEquals(String(await getConfigValue(changed, path)), value, changed);
      if (path !== "server.port") assertEquals(await getConfigValue(changed, "server.port"), port);
      if (path !== "server.host") assertEquals(await getConfigValue(changed, "server.host"), host);
    },
  ));
});
