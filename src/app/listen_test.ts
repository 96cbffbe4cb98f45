import { assertEquals } from "@std/assert";
import { listen } from "./listen.ts";

Deno.test({
  name: "listen() closes in its time though an answer does not end",
  // The answer outlives the listener on purpose.
  sanitizeOps: false,
  async fn() {
    const { promise: answering, resolve } = Promise.withResolvers<
      ReadableStreamDefaultController
    >();
    const errors: unknown[] = [];
    const listener = await listen({
      host: "127.0.0.1",
      port: 0,
      handler: () => new Response(new ReadableStream({ start: resolve })),
      onError: (error) => errors.push(error),
    });
    const request = new AbortController();
    const response = await fetch(`http://127.0.0.1:${listener.port}`, { signal: request.signal });
    (await answering).enqueue(new Uint8Array(1));
    await listener.close({ graceMs: 5 });
    await response.body?.cancel();
    request.abort();
    assertEquals(errors, []);
  },
});

Deno.test("listen() closes at once when nothing is under way and no time is given", async () => {
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    handler: () => new Response("hello"),
    onError: () => {},
  });
  assertEquals(await (await fetch(`http://127.0.0.1:${listener.port}`)).text(), "hello");
  await listener.close({ graceMs: 1_000 });
});
