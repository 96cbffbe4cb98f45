/** The command line as a process: signals, pipes, exit codes, one node seen from several commands. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startFakeServer } from "../fakes/mod.ts";
import { fromFileUrl } from "../support/paths.ts";
import { runProgram, serveProgram, temporaryDataDir } from "../support/program.ts";

const devScript = fromFileUrl(new URL("../../dist-scripts/dev.ts", import.meta.url));

/** Starts a command whose streams the test holds; SIGTERM reaches it through the task runner too. */
function startProgram(args: readonly string[], dataDir: string): Deno.ChildProcess {
  const binary = Deno.env.get("ATMOSPHERE_BINARY");
  const words = ["run", "-A", "--quiet", "--no-config", "--no-lock", devScript, "atmosphere"];
  return new Deno.Command(binary ?? Deno.execPath(), {
    args: [...(binary === undefined ? words : []), ...args],
    env: { ATMOSPHERE_DATA_DIR: dataDir, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function text(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream).text();
}

/** A data directory whose only backend is the fake server at `url`. */
async function dataDirFor(url: string) {
  const dir = await temporaryDataDir();
  await Deno.writeTextFile(
    `${dir.path}/config.yaml`,
    `discovery: { enabled: false }\nbackends:\n  - { id: fake, engine: ollama, url: "${url}" }\n`,
  );
  return dir;
}

Deno.test("ask streams from a model server without a running node, and keeps stdout clean", async () => {
  await using server = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
  await using dir = await dataDirFor(server.url);
  const options = { dataDir: dir.path };
  const plain = await runProgram(["ask", "hello", "there"], options);
  assertEquals(plain, { code: 0, stdout: "You said: hello there\n", stderr: "" });
  const piped = await runProgram(["ask", "-m", "llama3.2:3b", "-"], {
    ...options,
    stdin: "from stdin",
  });
  assertEquals(piped.stdout, "You said: from stdin\n");
  const json = await runProgram(["ask", "hello", "--json"], options);
  const { text, model, backend } = JSON.parse(json.stdout);
  assertEquals([text, model, backend], ["You said: hello", "llama3.2:3b", "fake"]);
  const unknown = await runProgram(["ask", "-m", "llama3.2:3x", "hello"], options);
  assertEquals([unknown.code, unknown.stdout], [3, ""]);
  assertStringIncludes(unknown.stderr, "llama3.2:3b");
});

Deno.test("ask that is interrupted exits with 130 and cancels the request upstream", async () => {
  await using server = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
  server.script([{ do: "stall-after", chunks: 2 }]);
  await using dir = await dataDirFor(server.url);
  const child = startProgram(["ask", "say something long please"], dir.path);
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertStringIncludes(new TextDecoder().decode(value), "You");
  reader.releaseLock();
  const asked = await server.askedOf(0);
  child.kill("SIGTERM");
  const [{ code }, stderr] = await Promise.all([child.status, text(child.stderr)]);
  await child.stdout.cancel();
  assertEquals([code, stderr], [130, ""]);
  await asked.gone;
  assert(asked.aborted);
});

Deno.test("a command whose reader goes away ends quietly", async () => {
  await using dir = await temporaryDataDir();
  const child = startProgram(["config", "schema"], dir.path);
  await child.stdout.cancel();
  const [{ code }, stderr] = await Promise.all([child.status, text(child.stderr)]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("commands give the same result through the node as on its data directory", async () => {
  await using server = await startFakeServer({
    engine: "ollama",
    models: ["llama3.2:3b", "qwen2.5-coder:7b"],
  });
  const config =
    `discovery: { enabled: false }\nbackends:\n  - { id: fake, engine: ollama, url: "${server.url}" }\n`;
  await using node = await serveProgram({ config });
  await using dir = await temporaryDataDir();
  await Deno.writeTextFile(`${dir.path}/config.yaml`, config);
  const commands = [
    ["models", "--json"],
    ["route", "write a python function", "--json", "--explain"],
    ["ask", "hello", "-m", "llama3.2:3b"],
    ["embed", "hello", "--json"],
  ];
  for (const args of commands) {
    const [through, direct] = await Promise.all([
      runProgram(args, { dataDir: node.dataDir }),
      runProgram(args, { dataDir: dir.path }),
    ]);
    assertEquals(through.code, 0, through.stderr);
    assertEquals(direct.code, 0, direct.stderr);
    if (!args.includes("--json")) assertEquals(through.stdout, direct.stdout);
    assertEquals(shapeOf(through.stdout), shapeOf(direct.stdout), args.join(" "));
  }
});

/** The keys of a JSON document at every depth; a text that is none stands for itself. */
function shapeOf(text: string): unknown {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length === 0 ? [] : [walk(value[0])];
    if (typeof value !== "object" || value === null) return typeof value;
    return Object.fromEntries(
      Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1).map(([key, v]) => [key, walk(v)]),
    );
  };
  try {
    return walk(JSON.parse(text));
  } catch {
    return text;
  }
}

Deno.test("health, status and doctor see the node that serves", async () => {
  await using node = await serveProgram();
  const options = { dataDir: node.dataDir };
  const health = await runProgram(["health"], options);
  assertEquals([health.code, health.stderr], [0, ""]);
  assertStringIncludes(health.stdout, `${node.url} is ready`);

  const status = JSON.parse((await runProgram(["status", "--json"], options)).stdout);
  assertEquals([status.running, status.url, status.pid], [true, node.url, node.pid]);

  const doctor = await runProgram(["doctor", "--no-discovery", "--json"], options);
  assertEquals(doctor.code, 2); // A flag of serve.
  const checks = JSON.parse((await runProgram(["doctor", "--json"], options)).stdout).checks;
  const found = (id: string) => checks.find((check: { id: string }) => check.id === id);
  assertEquals(found("port").verdict, "ok");
  assertStringIncludes(found("port").found, node.url);
  assertEquals(found("embedding").verdict, "ok", found("embedding").found);

  const second = await runProgram(["serve", "--port", new URL(node.url).port], {
    dataDir: `${node.dataDir}-other`,
  });
  assertEquals(second.code, 1);
  assertStringIncludes(second.stderr, `Port ${new URL(node.url).port}`);
  // The executable may not look into other processes.
  if (Deno.build.os === "linux" && Deno.env.get("ATMOSPHERE_BINARY") === undefined) {
    assertStringIncludes(second.stderr, `process ${node.pid} (`);
  }
  await Deno.remove(`${node.dataDir}-other`, { recursive: true }).catch(() => {});

  assertEquals(await node.stop(), 0);
  assertEquals((await runProgram(["health", "--url", node.url], options)).code, 1);
});

/** A node started by `serve --json`, and what it says. */
async function startServing(dataDir: string) {
  const child = startProgram(["serve", "--json", "--port", "0"], dataDir);
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = "";
  // One line when it listens and one when it has looked around; they may come at once.
  while (printed.split("\n").length < 3) printed += (await lines.read()).value ?? "";
  const { url, pid } = JSON.parse(printed.split("\n")[0] ?? "");
  const said = { text: "" };
  const heard = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) said.text += decoder.decode(chunk, { stream: true });
  })();
  return {
    url: url as string,
    interrupt: () => Deno.kill(pid, "SIGINT"),
    stderr: () => said.text,
    /** Resolves to the exit code, once the node has ended by itself. */
    ended: async () => {
      const { code } = await child.status;
      await Promise.all([heard, lines.cancel()]);
      return code;
    },
    /** Leaves no process behind, whatever the test found. */
    [Symbol.asyncDispose]: async () => {
      const dead = await Promise.race([child.status, delay(0)]);
      if (dead === undefined) Deno.kill(pid, "SIGKILL");
      await Promise.all([child.status, heard, lines.cancel()]);
    },
  };
}

Deno.test({
  name: "serve drains at the first interrupt and ends at once at the second",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using server = await startFakeServer({ engine: "ollama", models: ["llama3.2:3b"] });
    await using dir = await dataDirFor(server.url);
    const ask = async (url: string, stream = false) => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          model: "llama3.2:3b",
          stream,
          messages: [{ role: "user", content: "hello there" }],
        }),
      });
      return await response.text();
    };

    server.script([{ do: "silence" }, { do: "stall-after", chunks: 1 }]);
    await using soft = await startServing(dir.path);
    const answer = ask(soft.url);
    await Promise.race([server.askedOf(0), answer.then(unexpected)]);
    soft.interrupt();
    await until(() => soft.stderr().includes("Stopping when 1 request under way is done"));
    server.release();
    assertStringIncludes(await answer, "You said: hello there");
    assertEquals(await soft.ended(), 0);
    assertStringIncludes(soft.stderr(), "Stopped");

    await using hard = await startServing(dir.path);
    // An answer that streams is under way as well, though its head is long there.
    const cut = ask(hard.url, true).catch(() => "cut");
    await Promise.race([server.askedOf(1), cut.then(unexpected)]);
    hard.interrupt();
    await until(() => hard.stderr().includes("Stopping when"));
    hard.interrupt();
    assertEquals(await hard.ended(), 130);
    assertEquals(await cut, "cut");
  },
});

function unexpected(answer: string): never {
  throw new Error(`The node answered before it should: ${answer}`);
}

/** Resolves when `condition` holds; what it looks at comes from another process. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    assert(Date.now() < deadline, `not within 10 s: ${condition}`);
    await delay(10);
  }
}

function delay(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(() => resolve(undefined), ms));
}
