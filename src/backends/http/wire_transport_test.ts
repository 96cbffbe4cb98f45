import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BackendError, streamOf } from "../../core/mod.ts";
import { parseHead } from "./head_parser.ts";
import { createTransport } from "./transport.ts";

const signal = new AbortController().signal;
const encoder = new TextEncoder();

/** A server that writes the given pieces to every connection that sends something, then closes. */
function serve(pieces: () => readonly Uint8Array[]) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const accepting = (async () => {
    for await (const conn of listener) {
      try {
        await conn.read(new Uint8Array(65_536));
        for (const piece of pieces()) await conn.write(piece);
        conn.close();
      } catch {
        // The client went away.
      }
    }
  })();
  return {
    base: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
}

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...points].map((from, index) => bytes.subarray(from, points[index]))
    .filter((piece) => piece.length > 0);
}

interface Got {
  readonly status: number;
  readonly text: string;
}

async function get(bytes: Uint8Array, cuts: readonly number[], streamed: boolean): Promise<Got> {
  await using server = serve(() => cutAt(bytes, cuts));
  await using transport = createTransport({ base: server.base, origin: "backend:x" });
  const answer = await transport.send({ method: "GET", path: "/", headers: {}, signal });
  const text = streamed
    ? await new Response(streamOf(answer.source())).text()
    : new TextDecoder().decode(await answer.bytes(1_000_000));
  return { status: answer.status, text };
}

function chunked(body: string, sizes: readonly number[]): string {
  let rest = body;
  let text = "";
  for (const size of sizes) {
    const part = rest.slice(0, size + 1);
    rest = rest.slice(size + 1);
    if (part !== "") text += `${part.length.toString(16)};ext=1\r\n${part}\r\n`;
  }
  return `${text}${
    rest === "" ? "" : `${rest.length.toString(16)}\r\n${rest}\r\n`
  }0\r\nx: y\r\n\r\n`;
}

Deno.test("any well-formed answer is read, however it is framed and split", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        framing: fc.constantFrom("length", "chunked", "close"),
        body: fc.string({ maxLength: 300 }),
        sizes: fc.array(fc.nat(40), { maxLength: 8 }),
        cuts: fc.array(fc.nat(), { maxLength: 8 }),
        interim: fc.boolean(),
        streamed: fc.boolean(),
      }),
      async ({ framing, body, sizes, cuts, interim, streamed }) => {
        const head = framing === "length"
          ? `content-length: ${body.length}\r\n`
          : framing === "chunked"
          ? "Transfer-Encoding: chunked\r\n"
          : "";
        const content = framing === "chunked" ? chunked(body, sizes) : body;
        const before = interim ? "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" : "";
        const bytes = encoder.encode(`${before}HTTP/1.1 200 OK\r\n${head}\r\n${content}`);
        assertEquals(await get(bytes, cuts, streamed), { status: 200, text: body });
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a large body is read whole", async () => {
  const body = "0123456789".repeat(50_000);
  for (const text of [body, chunked(body, [100, 70_000, 3])]) {
    const framing = text === body ? `content-length: ${body.length}` : "transfer-encoding: chunked";
    const bytes = encoder.encode(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${text}`);
    for (const streamed of [false, true]) {
      assertEquals((await get(bytes, [5, 16_390, 200_000], streamed)).text, body);
    }
  }
});

const malformed = [
  "",
  "\r\n\r\n",
  "HTTP/2 200 OK\r\n\r\n",
  "HTTP/1.1 20 OK\r\n\r\n",
  "HTTP/1.1 999 OK\r\n\r\n",
  "HTTP/1.1 200OK\r\n\r\n",
  "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n",
  "ICY 200 OK\r\n\r\n",
  "SSH-2.0-OpenSSH_9.2\r\n",
  "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
  "HTTP/1.1 200 OK\r\nname : value\r\n\r\n",
  "HTTP/1.1 200 OK\r\na: b\r\n folded\r\n\r\n",
  "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
  "HTTP/1.1 200 OK\r\ncontent-length: 1, 2\r\n\r\nab",
  "HTTP/1.1 200 OK\r\ncontent-length: 0x10\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
  "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab",
  `HTTP/1.1 200 OK\r\n${"a: b\r\n".repeat(300)}\r\n`,
  `HTTP/1.1 200 OK\r\na: ${"x".repeat(100_000)}`,
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;${"x".repeat(10_000)}`,
  `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n${"a: b\r\n".repeat(100)}\r\n`,
];

for (const text of malformed) {
  Deno.test(`an answer that is none fails: ${JSON.stringify(text.slice(0, 60))}`, async () => {
    await assertRejects(() => get(encoder.encode(text), [], false), BackendError);
    await assertRejects(() => get(encoder.encode(text), [3, 17], true), BackendError);
  });
}

Deno.test("arbitrary bytes never hang and never throw anything but a BackendError", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
      ),
      async (tail, start) => {
        const bytes = new Uint8Array([...encoder.encode(start), ...tail]);
        try {
          await get(bytes, [], false);
        } catch (error) {
          assert(error instanceof BackendError, String(error));
        }
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("parseHead() tells which connections can be used again", () => {
  const head = (text: string) => parseHead(`HTTP/1.1 200 OK\r\n${text}`).keepAlive;
  assertEquals(head("content-length: 1"), true);
  assertEquals(head("content-length: 1\r\nConnection: close"), false);
  assertEquals(head("transfer-encoding: chunked"), true);
  assertEquals(head("transfer-encoding: chunked\r\ncontent-length: 1"), false);
  assertEquals(head("x: y"), false);
  assertEquals(parseHead("HTTP/1.0 200 OK\r\ncontent-length: 1").keepAlive, false);
  assertEquals(parseHead("HTTP/1.1 204 No Content").framing, { kind: "length", bytes: 0 });
  assertThrows(() => parseHead("HTTP/1.1 200 OK\r\na\u0000b: c"));
});

Deno.test("a head's bytes are characters of the same number, however long it is", async () => {
  for (const filler of [10, 5_000]) {
    const head = `HTTP/1.1 200 OK\r\nx: ${"x".repeat(filler)}\r\nx-request-id: a?b\r\n`;
    const bytes = encoder.encode(`${head}content-length: 0\r\n\r\n`);
    bytes[bytes.indexOf(0x3f)] = 0x80;
    await using server = serve(() => [bytes]);
    await using transport = createTransport({ base: server.base, origin: "backend:x" });
    const answer = await transport.send({ method: "GET", path: "/", headers: {}, signal });
    assertEquals(answer.headers.get("x-request-id"), "a\u0080b");
    await answer.discard();
  }
});

Deno.test("bytes that nobody asked for end a connection", async () => {
  const once = encoder.encode("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
  let count = 0;
  await using server = serve(() => {
    count++;
    return [once];
  });
  await using transport = createTransport({ base: server.base, origin: "backend:x" });
  for (let round = 1; round <= 3; round++) {
    const answer = await transport.send({ method: "GET", path: "/", headers: {}, signal });
    assertEquals(new TextDecoder().decode(await answer.bytes(10)), "ok");
    assertEquals(count, round);
  }
});

Deno.test("a request with text beyond ASCII has the right length", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using transport = createTransport({
    base: `http://127.0.0.1:${port}`,
    origin: "backend:x",
  });
  for (const body of ["plain", "grüße 🦙", "x".repeat(70_000), "ü".repeat(70_000)]) {
    const accepted = (async () => {
      const conn = await listener.accept();
      const bytes = new Uint8Array(300_000);
      let length = 0;
      let text = "";
      for (;;) {
        length += await conn.read(bytes.subarray(length)) ?? 0;
        text = new TextDecoder().decode(bytes.subarray(0, length));
        const told = Number(/content-length: (\d+)/.exec(text)?.[1]);
        if (length === text.indexOf("\r\n\r\n") + 4 + told) break;
      }
      await conn.write(encoder.encode("HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"));
      conn.close();
      return text.slice(text.indexOf("\r\n\r\n") + 4);
    })();
    const answer = await transport.send({ method: "POST", path: "/", headers: {}, body, signal });
    assertEquals(answer.status, 204);
    assertEquals(await accepted, body);
  }
  listener.close();
});

Deno.test("an aborted request ends with the caller's reason at every stage", async () => {
  const reason = new Error("gone");
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  await using transport = createTransport({
    base: `http://127.0.0.1:${port}`,
    origin: "backend:x",
  });
  const early = AbortSignal.abort(reason);
  const ask = (signal: AbortSignal) =>
    transport.send({ method: "GET", path: "/", headers: {}, signal });
  assertEquals(await assertRejects(() => ask(early)), reason);

  const late = new AbortController();
  const sent = ask(late.signal);
  const conn = await listener.accept();
  await conn.read(new Uint8Array(1_000));
  await conn.write(encoder.encode("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"));
  const answer = await sent;
  const body = answer.bytes(100);
  late.abort(reason);
  assertEquals(await assertRejects(() => body), reason);
  // The other side sees the end of the connection.
  assertEquals(await conn.read(new Uint8Array(10)), null);
  conn.close();
  listener.close();
});
