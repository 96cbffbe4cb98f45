/** A request that comes before the node has looked around. */
import { assertEquals } from "@std/assert";
import { startFakeServer } from "../fakes/mod.ts";
import { serveProgram } from "../support/program.ts";

Deno.test("a request waits for backends that have not been asked yet", async () => {
  // The listing takes longer than the node needs to count as ready.
  await using fake = await startFakeServer({
    engine: "openai-compatible",
    models: ["llama3.2:3b"],
    script: (request) => request.method === "GET" ? { do: "ok", headMs: 1_000 } : undefined,
  });
  await using node = await serveProgram({
    config: `backends: [{ id: slow, engine: openai-compatible, url: "${fake.url}/v1" }]`,
  });
  const response = await fetch(`${node.url}/v1/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "llama3.2:3b", messages: [{ role: "user", content: "hi" }] }),
  });
  await response.body?.cancel();
  assertEquals(response.status, 200);
});
