/** What is wrong on the machine or in a request, each said plainly, nothing lost. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { startFakeServer } from "../fakes/mod.ts";
import { runProgram, serveProgram, temporaryDataDir } from "../support/program.ts";

function post(url: string, body: unknown): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

Deno.test("a refusal names the configured servers that are down", async () => {
  await using server = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
  const config = `discovery: { enabled: false }
backends:
  - { id: desk, engine: ollama, url: "${server.url}" }
  - { id: attic, engine: vllm, url: "http://127.0.0.1:9" }
`;
  await using node = await serveProgram({ config });
  const messages = [{ role: "user", content: "hello" }];
  const unknown = await post(node.url, { model: "mistral-7b", messages });
  const { error } = await unknown.json();
  assertEquals([unknown.status, error.code], [404, "model_not_found"]);
  assertMatch(error.hint, /^"attic" is down \(.+\), and its models with it\. /);
  // What can be served is served without a word of it.
  assertEquals((await post(node.url, { model: "llama3.2:3b", messages }).then(read)).status, 200);
  const asked = await runProgram(["ask", "-m", "mistral-7b", "hello"], { dataDir: node.dataDir });
  assertEquals([asked.code, asked.stdout], [3, ""]);
  assertStringIncludes(asked.stderr, '"attic" is down');
});

async function read(response: Response): Promise<Response> {
  await response.body?.cancel();
  return response;
}

Deno.test("requests that are none are refused in OpenAI's shape, and the node goes on", async (t) => {
  await using server = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
  const config =
    `discovery: { enabled: false }\nbackends:\n  - { id: desk, engine: ollama, url: "${server.url}" }\n`;
  await using node = await serveProgram({ config });
  const cases: [what: string, body: unknown, status: number, code: string][] = [
    ["nothing", "", 400, "invalid_json"],
    ["half a document", '{"model":"auto","messages":[', 400, "invalid_json"],
    ["a list", [], 400, "invalid_request"],
    ["messages of a wrong type", { messages: "hello" }, 400, "invalid_request"],
    ["a model of a wrong type", { model: 7, messages: [] }, 400, "invalid_request"],
    [
      "more than fits",
      { model: "llama3.2:3b", messages: [{ role: "user", content: "word ".repeat(100_000) }] },
      400,
      "context_too_long",
    ],
  ];
  for (const [what, body, status, code] of cases) {
    await t.step(what, async () => {
      const response = await post(node.url, body);
      const { error } = await response.json();
      assertEquals([response.status, error.code, error.origin], [status, code, "node"]);
      assertEquals(typeof error.message, "string");
    });
  }
  const after = await post(node.url, { messages: [{ role: "user", content: "hello" }] });
  assertEquals((await read(after)).status, 200);
});

Deno.test({
  name: "serve in a data directory that can't be written to says so and ends in order",
  // The superuser may write everywhere.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  async fn() {
    await using dir = await temporaryDataDir();
    assertEquals((await runProgram(["init"], { dataDir: dir.path })).code, 0);
    await Deno.chmod(dir.path, 0o500);
    const serve = await runProgram(["serve", "--port", "0", "--no-discovery"], {
      dataDir: dir.path,
    });
    await Deno.chmod(dir.path, 0o700);
    assertEquals(serve.code, 1);
    assertMatch(serve.stderr, /^error: /m);
    assertEquals(serve.stderr.includes("Uncaught"), false);
  },
});

Deno.test("every mistake in the configuration is told at once, before anything starts", async () => {
  await using dir = await temporaryDataDir();
  await Deno.writeTextFile(
    join(dir.path, "config.yaml"),
    `server: { port: "eighty", allowedOrigins: ["https://*.example"] }
router: { constants: { nonsense: 1 } }
bakends: []
`,
  );
  const wanted = [
    'server.port is "eighty"',
    'server.allowedOrigins.0 is "https://*.example"',
    "router.constants.nonsense is 1",
    "did you mean backends?",
  ];
  for (const args of [["config", "validate"], ["serve"], ["status"]]) {
    const { code, stdout, stderr } = await runProgram(args, { dataDir: dir.path });
    assertEquals([args, code], [args, 2]);
    for (const part of wanted) assertStringIncludes(stdout + stderr, part);
  }
  assertEquals([...Deno.readDirSync(dir.path)].map(({ name }) => name), ["config.yaml"]);
});
