import { assert, assertEquals, assertRejects } from "@std/assert";
import { type FakeEngine, startFakeServer } from "../../tests/fakes/mod.ts";
import type { Backend } from "../core/mod.ts";
import { LoopbackProbe } from "./loopback_probe.ts";
import { discover, type DiscoverOptions, ENGINE_PROFILES, usualPorts } from "./mod.ts";

const signal = new AbortController().signal;
const local: readonly FakeEngine[] = [
  "ollama",
  "llama.cpp",
  "vllm",
  "lmstudio",
  "localai",
  "jan",
  "sglang",
  "koboldcpp",
  "llamafarm",
  "openai-compatible",
];

function find(options: Partial<DiscoverOptions>): Promise<Backend[]> {
  return discover({ probeTimeoutMs: 2_000, extraPorts: [], skip: new Set(), signal, ...options });
}

async function disposed(backends: readonly Backend[]): Promise<void> {
  for (const backend of backends) await backend[Symbol.asyncDispose]();
}

for (const engine of local) {
  Deno.test(`discover() recognises ${engine} on a port that is not its own`, async () => {
    await using server = await startFakeServer({ engine, models: ["qwen3:8b"] });
    const found = await find({ ports: [server.port] });
    // Its own API tells LlamaFarm only where it is looked for: it lists no models for others.
    if (engine === "llamafarm") {
      assertEquals(found, []);
      const named = await find({ ports: [], extraPorts: [server.port] });
      assertEquals(named.map((backend) => backend.engine), ["llamafarm"]);
      return await disposed(named);
    }
    assertEquals(found.map((backend) => backend.engine), [engine]);
    assertEquals(found[0]?.address, `http://127.0.0.1:${server.port}`);
    assertEquals(found[0]?.source, "discovered");
    assertEquals(found[0]?.locality, "machine");
    assertEquals(found[0]?.id, `${engine}-${server.port}`);
    await disposed(found);
  });
}

Deno.test("discover() looks at the usual ports of every local engine", () => {
  const ports = usualPorts();
  for (const port of [11434, 8080, 8000, 1234, 1337, 30000, 5001, 5000, 14345]) {
    assert(ports.includes(port), String(port));
  }
  assert(!ports.includes(11451));
});

Deno.test("discover() never finds an Atmosphere, nor what is no model server", async () => {
  await using node = await startFakeServer({ engine: "atmosphere", models: [] });
  await using page = await startFakeServer({
    engine: "openai",
    models: [],
    script: () => ({ do: "html" }),
  });
  await using broken = await startFakeServer({
    engine: "openai",
    models: [],
    script: () => ({ do: "garbage" }),
  });
  await using mute = await startFakeServer({
    engine: "openai",
    models: [],
    script: () => ({ do: "silence" }),
  });
  await using mover = await startFakeServer({
    engine: "openai",
    models: [],
    script: () => ({ do: "redirect", to: "http://127.0.0.1:1/" }),
  });
  const found = await find({
    ports: [node.port, page.port, broken.port, mute.port, mover.port],
    probeTimeoutMs: 100,
  });
  assertEquals(found, []);
  // A stranger is asked for its models, and for nothing else, on a port that is usual too.
  assertEquals(page.requests.map(({ path }) => path), ["/v1/models"]);
});

Deno.test("discover() recognises llama.cpp that shows no properties", async () => {
  await using server = await startFakeServer({ engine: "llama.cpp", models: ["m"] });
  server.script(({ path }) => path === "/props" ? { do: "fail", status: 403 } : undefined);
  const found = await find({ ports: [server.port] });
  assertEquals(found.map((backend) => backend.engine), ["llama.cpp"]);
  assertEquals((await found[0]!.listModels({ signal })).length, 1);
  await disposed(found);
});

Deno.test("LoopbackProbe leaves a stranger on an engine's usual port alone", async () => {
  await using page = await startFakeServer({
    engine: "openai",
    models: [],
    script: () => ({ do: "html" }),
  });
  await using probe = new LoopbackProbe({ url: page.url, signal });
  const { vllm, localai, "llama.cpp": llamaCpp } = ENGINE_PROFILES;
  assertEquals(await probe.recognise([vllm, localai, llamaCpp], [localai, llamaCpp]), undefined);
  assertEquals(page.requests.map(({ path }) => path), ["/v1/models"]);
});

Deno.test("discover() leaves out what is known, in any spelling, and keeps ids apart", async () => {
  await using one = await startFakeServer({ engine: "ollama", models: [] });
  await using two = await startFakeServer({ engine: "vllm", models: ["m"] });
  const ports = [one.port, two.port];
  for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
    const found = await find({ ports, skip: new Set([`http://${host}:${one.port}/v1`]) });
    assertEquals(found.map((backend) => backend.engine), ["vllm"]);
    await disposed(found);
  }
  const found = await find({
    ports: [one.port],
    extraPorts: [two.port, one.port],
    takenIds: new Set([`ollama-${one.port}`]),
  });
  assertEquals(found.map(({ id }) => id), [`ollama-${one.port}-2`, `vllm-${two.port}`]);
  await disposed(found);
});

Deno.test("discover() finds what listens on IPv6 alone", async () => {
  await using server = await startFakeServer({ engine: "ollama", models: [], hostname: "::1" });
  const found = await find({ ports: [server.port] });
  assertEquals(found.map(({ address }) => address), [`http://[::1]:${server.port}`]);
  const [backend] = found;
  assertEquals((await backend!.probe({ signal })).reachable, true);
  await disposed(found);
});

Deno.test("discover() waits no longer than one probe for silent ports, and ends by its signal", async () => {
  await using mute = await startFakeServer({
    engine: "ollama",
    models: [],
    script: () => ({ do: "silence" }),
  });
  const stop = new AbortController();
  const reason = new Error("no more");
  const running = discover({
    probeTimeoutMs: 60_000,
    extraPorts: [],
    skip: new Set(),
    ports: [mute.port],
    signal: stop.signal,
  });
  await mute.received(0);
  stop.abort(reason);
  assertEquals(await assertRejects(() => running), reason);
  assertEquals(await find({ ports: [mute.port], probeTimeoutMs: 20 }), []);
});

Deno.test("a discovered backend answers", async () => {
  await using server = await startFakeServer({ engine: "lmstudio", models: ["qwen3-8b"] });
  const found = await find({ ports: [server.port] });
  const models = await found[0]!.listModels({ signal });
  assertEquals(models.map(({ name }) => name), ["qwen3-8b"]);
  await disposed(found);
});
