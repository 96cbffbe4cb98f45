/**
 * A small HTTP/1.1 server on a real socket, with a hand on every byte: real servers refuse to
 * reset, to cut and to lie, and that is what the tests are about.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import net from "node:net";

/** One request as it came in. */
export interface FakeRequest {
  /** Counts from 0. */
  readonly index: number;
  readonly method: string;
  /** Path without query. */
  readonly path: string;
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; undefined where it is none. */
  readonly json: Readonly<Record<string, unknown>> | undefined;
  /** Whether the client went away before the answer was whole. */
  readonly aborted: boolean;
  /** Resolves when the client went away before the answer was whole. */
  readonly gone: Promise<void>;
  /** Resolves when the answer is whole, or the connection is closed. */
  readonly finished: Promise<void>;
}

/** Writes one answer. */
export interface AnswerWriter {
  /** Whether nobody reads any more. */
  readonly closed: boolean;
  /** Head of an answer; without `content-length` the body is chunked. */
  head(status: number, headers: Record<string, string>): void;
  /** Some of the body; resolves when it is handed to the socket. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Ends the body. */
  end(): void;
  /** Writes bytes as they are, head or not. */
  raw(bytes: string | Uint8Array): void;
  /** Closes the connection in order (FIN), whatever is still to come. */
  close(): void;
  /** Resets the connection (RST). */
  reset(): void;
}

type Handler = (request: FakeRequest, answer: AnswerWriter) => Promise<void>;

const statusTexts: Record<number, string> = { 200: "OK", 404: "Not Found", 500: "Error" };

interface Pending {
  request: FakeRequest & { aborted: boolean };
  leave: () => void;
  finish: () => void;
}

/** The parts of a request that is wholly in `buffer`, and how many bytes it takes. */
function parseRequest(buffer: Buffer): { head: string; body: Buffer; length: number } | undefined {
  const split = buffer.indexOf("\r\n\r\n");
  if (split < 0) return undefined;
  const head = buffer.subarray(0, split).toString("latin1");
  const start = split + 4;
  if (/\r\ntransfer-encoding:\s*chunked/i.test(head)) {
    const parts: Buffer[] = [];
    for (let at = start;;) {
      const line = buffer.indexOf("\r\n", at);
      if (line < 0) return undefined;
      const size = Number.parseInt(buffer.subarray(at, line).toString("latin1"), 16);
      const end = line + 2 + size;
      if (buffer.length < end + 2) return undefined;
      if (size === 0) return { head, body: Buffer.concat(parts), length: end + 2 };
      parts.push(buffer.subarray(line + 2, end));
      at = end + 2;
    }
  }
  const declared = /\r\ncontent-length:\s*(\d+)/i.exec(head);
  const end = start + Number(declared?.[1] ?? 0);
  return buffer.length < end ? undefined : { head, body: buffer.subarray(start, end), length: end };
}

function toRequest(parsed: { head: string; body: Buffer }, index: number): Pending {
  const [first = "", ...lines] = parsed.head.split("\r\n");
  const [method = "", target = "/"] = first.split(" ");
  const [path = "/", query = ""] = target.split("?", 2);
  const headers = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const text = parsed.body.toString("utf8");
  let json: Record<string, unknown> | undefined;
  try {
    json = text === "" ? undefined : JSON.parse(text);
  } catch {
    // Recorded as text only.
  }
  const gone = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  const request = {
    index,
    method,
    path,
    query,
    headers,
    text,
    json,
    aborted: false,
    gone: gone.promise,
    finished: finished.promise,
  };
  return {
    request,
    leave() {
      request.aborted = true;
      gone.resolve();
      finished.resolve();
    },
    finish: () => finished.resolve(),
  };
}

function answerWriter(socket: net.Socket, pending: Pending, done: () => void): AnswerWriter {
  let chunked = false;
  const writer: AnswerWriter = {
    get closed() {
      return socket.destroyed;
    },
    head(status, headers) {
      chunked = headers["content-length"] === undefined;
      const lines = Object.entries({
        date: new Date(0).toUTCString(),
        ...headers,
        ...(chunked ? { "transfer-encoding": "chunked" } : {}),
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(
        `HTTP/1.1 ${status} ${statusTexts[status] ?? "Status"}\r\n${lines.join("")}\r\n`,
      );
    },
    write(chunk) {
      const bytes = Buffer.from(chunk as string);
      if (bytes.length === 0 || socket.destroyed) return Promise.resolve();
      const framed = chunked
        ? Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, crlf])
        : bytes;
      return new Promise((resolve) => {
        // A reader that is gone must not leave the writer waiting.
        socket.once("close", resolve);
        socket.write(framed, () => {
          socket.off("close", resolve);
          resolve();
        });
      });
    },
    end() {
      if (chunked) socket.write("0\r\n\r\n");
      pending.finish();
      done();
    },
    raw(bytes) {
      socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
    },
    close() {
      pending.finish();
      socket.end();
      done();
    },
    reset() {
      pending.finish();
      socket.resetAndDestroy();
      done();
    },
  };
  return writer;
}

const crlf = Buffer.from("\r\n");

/** A listening server. */
export interface HttpServer {
  readonly port: number;
  readonly requests: readonly FakeRequest[];
  /** Connections that are open now. */
  readonly connections: number;
  /** Resolves to the request of this index once it is there. */
  received(index: number): Promise<FakeRequest>;
  close(): Promise<void>;
}

/** Listens on loopback; `handler` answers each request. */
export async function startHttpServer(
  handler: Handler,
  options: { port?: number; hostname?: string } = {},
): Promise<HttpServer> {
  const requests: FakeRequest[] = [];
  const waiting = new Map<number, PromiseWithResolvers<FakeRequest>>();
  const sockets = new Set<net.Socket>();

  function serve(socket: net.Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    let buffer: Buffer = Buffer.alloc(0);
    let current: Pending | undefined;
    const next = () => {
      if (current !== undefined) return;
      // As real servers answer what is no HTTP, such as the greeting of TLS.
      if (buffer.length > 0 && !/[A-Z]/.test(String.fromCharCode(buffer[0]!))) {
        socket.end("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        return;
      }
      const parsed = parseRequest(buffer);
      if (parsed === undefined) return;
      buffer = buffer.subarray(parsed.length);
      const pending = toRequest(parsed, requests.length);
      current = pending;
      requests.push(pending.request);
      waiting.get(pending.request.index)?.resolve(pending.request);
      const answer = answerWriter(socket, pending, () => {
        current = undefined;
        next();
      });
      handler(pending.request, answer).catch((error) => {
        console.error("fake server:", error);
        socket.destroy();
      });
    };
    socket.on("data", (data) => {
      buffer = buffer.length === 0 ? data as Buffer : Buffer.concat([buffer, data as Buffer]);
      next();
    });
    // A client that half-closes has gone away too.
    socket.on("end", () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      current?.leave();
    });
  }

  const server = net.createServer({ allowHalfOpen: false }, serve);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.hostname ?? "127.0.0.1", () => resolve());
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    requests,
    get connections() {
      return sockets.size;
    },
    received(index) {
      const there = requests[index];
      if (there !== undefined) return Promise.resolve(there);
      const wait = waiting.get(index) ?? Promise.withResolvers<FakeRequest>();
      waiting.set(index, wait);
      return wait.promise;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
