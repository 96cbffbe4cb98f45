import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type FakeAnswer, setUp, userMessage } from "./fakes_test.ts";

/** A listening app; `port` is where. */
async function listening(
  run: (server: ReturnType<typeof setUp> & { port: number }) => Promise<void>,
): Promise<void> {
  let port = 0;
  const setup = setUp({ settings: { port: () => port } });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => setup.app.fetch(request, info),
  );
  port = server.addr.port;
  try {
    await run({ ...setup, port });
  } finally {
    await server.shutdown();
  }
}

/** Sends raw bytes and returns everything that comes back until the connection ends. */
async function exchangeRaw(port: number, text: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(text));
  return await new Response(connection.readable).text();
}

function get(target: string, host: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
}

function statusOf(answer: string): number {
  return Number(answer.split(" ")[1]);
}

Deno.test("createApp() refuses foreign, missing, doubled and garbage hosts on the wire", async () => {
  await listening(async ({ port }) => {
    const own = `127.0.0.1:${port}`;
    const cases: Array<[host: string, status: number]> = [
      [own, 200],
      [`localhost:${port}`, 200],
      [`LOCALHOST.:${port}`, 200],
      [`[::1]:${port}`, 200],
      ["127.0.0.1", 200],
      ["evil.example", 403],
      [`evil.example:${port}`, 403],
      [`localhost:${port + 1}`, 403],
      [`0.0.0.0:${port}`, 403],
      [`localhost.evil.example:${port}`, 403],
      ["", 400],
      ["a b", 400],
      [`localhost/@evil.example`, 400],
      [`user@localhost:${port}`, 400],
      [`localhost:99999`, 400],
      [`${own}\r\nHost: evil.example`, 400],
      [`${own}, evil.example`, 400],
    ];
    for (const [host, status] of cases) {
      const answer = await exchangeRaw(port, get("/health", host));
      assertEquals(statusOf(answer), status, `Host: ${host}\n${answer}`);
    }
    const none = await exchangeRaw(port, "GET /health HTTP/1.1\r\nConnection: close\r\n\r\n");
    assertEquals(statusOf(none), 400);
    assertStringIncludes(none, "no Host header");
    assertEquals(statusOf(await exchangeRaw(port, "GET /health HTTP/1.0\r\n\r\n")), 400);
  });
});

Deno.test("createApp() refuses a target that names another host than Host does", async () => {
  await listening(async ({ port }) => {
    const own = `127.0.0.1:${port}`;
    const cases: Array<[target: string, status: number]> = [
      [`http://${own}/health`, 200],
      ["http://evil.example/health", 400],
      [`http://127.0.0.1:${port}1/health`, 400],
      [`http://user@${own}/health`, 400],
    ];
    for (const [target, status] of cases) {
      const answer = await exchangeRaw(port, get(target, own));
      assertEquals(statusOf(answer), status, `${target}\n${answer}`);
    }
    const connect =
      `CONNECT evil.example:443 HTTP/1.1\r\nHost: ${own}\r\nConnection: close\r\n\r\n`;
    assertEquals(statusOf(await exchangeRaw(port, connect)), 400);
  });
});

Deno.test("createApp() refuses ambiguous paths as they stand on the wire", async () => {
  await listening(async ({ port }) => {
    const own = `127.0.0.1:${port}`;
    const refused = [
      "/a/..%2fhealth",
      "/a/../health",
      "/./health",
      "/a/%2e%2e/health",
      "/a/.%2E",
      "/a%2fb",
      "/a%5cb",
      "/a\\b",
      "//health",
      "/health//",
      "/a%00b",
      "/a%0d%0ab",
      "/a%zz",
      "/a#b",
      "/v1/models/..%2f..%2fhealth",
      "/v1/models/a%2f%2e%2e%2fb",
    ];
    for (const path of refused) {
      const answer = await exchangeRaw(port, get(path, own));
      assertEquals(statusOf(answer), 400, `${path}\n${answer}`);
      assertStringIncludes(answer, "ambiguous");
    }
    const fine = ["/v1/models/Qwen%2FQwen2.5-Coder:7b", "/v1/models/Qwen/Qwen2.5-Coder%3A7b"];
    for (const path of fine) assertEquals(statusOf(await exchangeRaw(port, get(path, own))), 200);
  });
});

Deno.test("createApp() refuses 100 MB without reading them, declared or not", async () => {
  await listening(async ({ port, gateway }) => {
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
      "Content-Type: application/json\r\n";
    const declared = await sendUntilRefused(port, {
      head: `${head}Content-Length: 104857600\r\n\r\n`,
      chunk: new Uint8Array(64 << 10).fill(0x20),
    });
    assertMatch(declared.answer, /^HTTP\/1\.1 413 /);
    assertStringIncludes(declared.answer, "exceeds the limit of 1048576 bytes");

    const body = new Uint8Array(64 << 10).fill(0x20);
    const chunk = new Uint8Array([
      ...new TextEncoder().encode(`${body.length.toString(16)}\r\n`),
      ...body,
      0x0d,
      0x0a,
    ]);
    const chunked = await sendUntilRefused(port, {
      head: `${head}Transfer-Encoding: chunked\r\n\r\n`,
      chunk,
    });
    assertMatch(chunked.answer, /^HTTP\/1\.1 413 /);
    for (const { sentBytes } of [declared, chunked]) {
      assertEquals(sentBytes < 20 << 20, true, `${sentBytes} bytes were taken`);
    }
    assertEquals(gateway.requests.length, 0);
  });
});

/** Sends up to 100 MB and stops when an answer is there or the connection ends. */
async function sendUntilRefused(
  port: number,
  what: { head: string; chunk: Uint8Array },
): Promise<{ answer: string; sentBytes: number }> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(what.head));
  const buffer = new Uint8Array(16 << 10);
  let answer = "";
  let over = false;
  const reading = (async () => {
    try {
      for (;;) {
        const count = await connection.read(buffer);
        if (count === null) break;
        answer += new TextDecoder().decode(buffer.subarray(0, count));
        if (answer.includes("}}")) break;
      }
    } catch {
      // A reset: what was read before is what counts.
    }
    over = true;
  })();
  let sentBytes = 0;
  while (!over && sentBytes < 100 << 20) {
    try {
      sentBytes += await connection.write(what.chunk);
    } catch {
      break;
    }
  }
  await reading;
  return { answer, sentBytes };
}

Deno.test("createApp() tells a client that sends on regardless that it is too much", async () => {
  await listening(async ({ port }) => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: new Uint8Array(16 << 20),
    });
    assertEquals(response.status, 413);
    assertEquals((await response.json()).error.code, "payload_too_large");
  });
});

Deno.test("createApp() aborts the gateway when the client leaves before the answer", async () => {
  await listening(async ({ port, gateway }) => {
    const asked = Promise.withResolvers<void>();
    const left = Promise.withResolvers<unknown>();
    gateway.answer = ({ signal }) =>
      new Promise<FakeAnswer>((_, reject) => {
        signal.addEventListener("abort", () => {
          left.resolve(signal.reason);
          reject(signal.reason);
        });
        asked.resolve();
      });
    const client = new AbortController();
    const response = fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [userMessage] }),
      signal: client.signal,
    });
    await asked.promise;
    client.abort();
    await response.catch(() => {});
    assertEquals((await left.promise as Error).name, "AbortError");
  });
});

Deno.test("createApp() cancels the source and aborts the gateway when a reader leaves", async () => {
  await listening(async ({ port, gateway }) => {
    const cancelled = Promise.withResolvers<void>();
    gateway.answer = () => ({
      contentType: "text/event-stream",
      body: new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode("data: {}\n\n")),
        cancel: () => cancelled.resolve(),
      }),
    });
    const client = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [userMessage], stream: true }),
      signal: client.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    assertEquals(gateway.last.signal.aborted, false);
    client.abort();
    await reader?.closed.catch(() => {});
    await cancelled.promise;
    assertEquals(gateway.last.signal.aborted, true);
  });
});

Deno.test("createApp() does not abort the gateway of an answer that was read to its end", async () => {
  await listening(async ({ port, gateway }) => {
    gateway.answer = async () => {
      // Long enough for the request's own signal to be watched.
      await new Promise((resolve) => setTimeout(resolve, 40));
      return { body: { object: "chat.completion" } };
    };
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [userMessage] }),
    });
    await response.text();
    await (await fetch(`http://127.0.0.1:${port}/health`)).text();
    assertEquals(gateway.last.signal.aborted, false);
  });
});

Deno.test("createApp() sends events at the reader's pace", async () => {
  await listening(async ({ port, gateway }) => {
    let produced = 0;
    gateway.answer = () => ({
      contentType: "text/event-stream",
      body: new ReadableStream<Uint8Array>({
        pull: (controller) => {
          produced += 64 << 10;
          controller.enqueue(new TextEncoder().encode(`data: "${"x".repeat(64 << 10)}"\n\n`));
        },
      }, { highWaterMark: 0 }),
    });
    const response = await fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [userMessage], stream: true }),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    // Let everything happen that needs no reader.
    let before = -1;
    while (before !== produced) {
      before = produced;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assertEquals(produced < 32 << 20, true, `${produced} bytes were taken from the source`);
    await reader?.cancel();
  });
});
