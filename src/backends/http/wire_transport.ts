/**
 * HTTP/1.1 straight over TCP, for model servers in plain http.
 *
 * Why not `fetch`: it takes about 80 us of CPU for a small request where this takes about 25, and
 * it sends a request again by itself when a pooled connection turns out to be dead, so that a
 * model may be asked twice.
 *
 * @module
 */

import type { HttpAnswer } from "./answer_source.ts";
import { Exchange } from "./exchange.ts";
import type { Transport, TransportRequest, TransportTarget } from "./transport.ts";
import { WireConnection } from "./wire_connection.ts";

const maxIdle = 64;
const maxIdleMs = 60_000;
// A host that is off answers nothing at all; the next candidate should not wait for that.
const connectTimeoutMs = 5_000;
const maxSmallBody = 65_536;
const encoder = new TextEncoder();

/** A pool of connections to one host and port. */
export class WireTransport implements Transport {
  readonly #target: TransportTarget;
  readonly #hostname: string;
  readonly #port: number;
  readonly #hostLine: string;
  readonly #idle: WireConnection[] = [];
  /** Those at rest and those at work. */
  readonly #open = new Set<WireConnection>();
  #disposed = false;

  /** Makes a transport; it connects on first use. */
  constructor(target: TransportTarget) {
    const { hostname, host, port } = new URL(target.base);
    this.#target = target;
    this.#hostname = hostname.replace(/^\[|\]$/g, "");
    this.#port = Number(port || 80);
    this.#hostLine = ` HTTP/1.1\r\nhost: ${host}\r\n`;
  }

  async send(request: TransportRequest): Promise<HttpAnswer> {
    request.signal.throwIfAborted();
    const exchange = new Exchange({ request, target: this.#target, giveBack: this.#give });
    const { headTimeoutMs } = request;
    const timer = headTimeoutMs === undefined
      ? undefined
      : setTimeout(() => exchange.expire(), headTimeoutMs);
    try {
      const connection = this.#take() ?? await this.#connect(exchange.connecting());
      exchange.start(connection);
      await connection.write(this.#encode(request, connection.scratch));
      return exchange.answer(await connection.readHead());
    } catch (error) {
      throw exchange.fail(error);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const connection of this.#open) connection.close();
    this.#open.clear();
    this.#idle.length = 0;
    return Promise.resolve();
  }

  #take(): WireConnection | undefined {
    const connection = this.#idle.pop();
    connection?.wake();
    return connection;
  }

  async #connect(limit: AbortController): Promise<WireConnection> {
    const timer = setTimeout(
      () => limit.abort(new Deno.errors.TimedOut("no connection in time")),
      connectTimeoutMs,
    );
    try {
      const conn = await Deno.connect({
        hostname: this.#hostname,
        port: this.#port,
        signal: limit.signal,
      });
      conn.setNoDelay(true);
      const connection = new WireConnection(conn, this.#forget);
      this.#open.add(connection);
      return connection;
    } catch (error) {
      const { reason } = limit.signal;
      throw reason instanceof Deno.errors.TimedOut ? reason : error;
    } finally {
      clearTimeout(timer);
    }
  }

  readonly #give = (connection: WireConnection, reusable: boolean): void => {
    if (!reusable || this.#disposed || connection.closed || this.#idle.length >= maxIdle) {
      this.#open.delete(connection);
      return connection.close();
    }
    // The one that rests longest is at the bottom.
    const oldest = this.#idle[0];
    if (oldest !== undefined && performance.now() - oldest.idleSinceMs > maxIdleMs) {
      this.#forget(oldest);
      oldest.close();
    }
    this.#idle.push(connection);
    connection.rest();
  };

  readonly #forget = (connection: WireConnection): void => {
    this.#open.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  };

  #encode(request: TransportRequest, scratch: Uint8Array): Uint8Array {
    const head = `${request.method} ${request.path}${this.#hostLine}${linesOf(request.headers)}`;
    const { body } = request;
    if (body === undefined) return encoded(`${head}\r\n`, scratch);
    if (typeof body === "string" && body.length < maxSmallBody) {
      return encodeSmall(head, { body, scratch });
    }
    const content = typeof body === "string" ? encoder.encode(body) : body;
    const start = encoder.encode(`${head}content-length: ${content.length}\r\n\r\n`);
    const bytes = new Uint8Array(start.length + content.length);
    bytes.set(start);
    bytes.set(content, start.length);
    return bytes;
  }
}

// A backend sends the same headers with every request: their text is made once.
const headerLines = new WeakMap<object, string>();

function linesOf(headers: Readonly<Record<string, string>>): string {
  let lines = headerLines.get(headers);
  if (lines === undefined) {
    lines = "";
    for (const name in headers) lines += `${name}: ${headers[name]}\r\n`;
    headerLines.set(headers, lines);
  }
  return lines;
}

/** Head and body in one pass where the body is ASCII, as most are; in two where it is not. */
function encodeSmall(
  head: string,
  { body, scratch }: { readonly body: string; readonly scratch: Uint8Array },
): Uint8Array {
  const start = `${head}content-length: `;
  const bytes = encoded(`${start}${body.length}\r\n\r\n${body}`, scratch);
  const expected = start.length + String(body.length).length + 4 + body.length;
  if (bytes.length === expected) return bytes;
  const length = bytes.length - expected + body.length;
  return encoded(`${start}${length}\r\n\r\n${body}`, scratch);
}

/** The bytes of a text, in `scratch` where it surely has room: memory of their own costs more. */
function encoded(text: string, scratch: Uint8Array): Uint8Array {
  const mostBytes = text.length * 3;
  return mostBytes > scratch.length
    ? encoder.encode(text)
    : scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}
