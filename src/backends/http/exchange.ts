/**
 * One request and its answer on a connection, from the first byte to the last.
 *
 * @module
 */

import { BackendError, type ByteSource } from "../../core/mod.ts";
import type { HttpAnswer } from "./answer_source.ts";
import type { ResponseHead } from "./head_parser.ts";
import { concatenated } from "./pieces.ts";
import type { TransportRequest, TransportTarget } from "./transport.ts";
import { silentFor, tooLong, unreachable } from "./transport_errors.ts";
import { WireBody } from "./wire_body.ts";
import type { WireConnection } from "./wire_connection.ts";

/** Gives a connection back to its pool. */
export type GiveBack = (connection: WireConnection, reusable: boolean) => void;

/** Owns a connection until the answer is whole, is cancelled, fails, or the caller goes away. */
export class Exchange {
  readonly #request: TransportRequest;
  readonly #target: TransportTarget;
  readonly #giveBack: GiveBack;
  #connection: WireConnection | undefined;
  #connecting: AbortController | undefined;
  #expired = false;
  readonly #onAbort = () => this.stop();

  /** Listens to the request's signal from now on. */
  constructor(parts: { request: TransportRequest; target: TransportTarget; giveBack: GiveBack }) {
    this.#request = parts.request;
    this.#target = parts.target;
    this.#giveBack = parts.giveBack;
    parts.request.signal.addEventListener("abort", this.#onAbort);
  }

  /** What ends the wait for a connection; the exchange does so when it ends itself. */
  connecting(): AbortController {
    return this.#connecting = new AbortController();
  }

  /** Takes a connection over. */
  start(connection: WireConnection): void {
    this.#connection = connection;
    this.#connecting = undefined;
    if (this.#expired || this.#request.signal.aborted) connection.close();
  }

  /** The time for the head is over. */
  expire(): void {
    this.#expired = true;
    this.stop();
  }

  /** Ends the exchange where it is: whatever is under way fails. */
  stop(): void {
    this.#connecting?.abort();
    this.finish(false);
  }

  /** Ends the exchange and gives the error for it. */
  fail(error: unknown): unknown {
    this.finish(false);
    const { signal, headTimeoutMs } = this.#request;
    if (signal.aborted) return signal.reason;
    if (error instanceof BackendError) return error;
    return this.#expired
      ? silentFor(headTimeoutMs ?? 0, this.#target)
      : unreachable(error, this.#target);
  }

  /** Gives the connection back; a no-op when it is given back already. */
  finish(reusable: boolean): void {
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    const connection = this.#connection;
    this.#connection = undefined;
    if (connection !== undefined) this.#giveBack(connection, reusable);
  }

  /** The answer whose head was just read. */
  answer(head: ResponseHead): HttpAnswer {
    const body = new WireBody(this.#connection!, head.framing);
    if (body.ended) this.finish(head.keepAlive);
    return new WireAnswer({ exchange: this, head, body, target: this.#target });
  }
}

class WireAnswer implements HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #exchange: Exchange;
  readonly #body: WireBody;
  readonly #keepAlive: boolean;
  readonly #target: TransportTarget;

  constructor(
    parts: { exchange: Exchange; head: ResponseHead; body: WireBody; target: TransportTarget },
  ) {
    this.status = parts.head.status;
    this.headers = parts.head.headers;
    this.#exchange = parts.exchange;
    this.#body = parts.body;
    this.#keepAlive = parts.head.keepAlive;
    this.#target = parts.target;
  }

  async bytes(maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const { length } = this.#body;
    if (length === undefined) return await this.#collect(maxBytes);
    if (length > maxBytes) throw this.#exchange.fail(tooLong(maxBytes, this.#target));
    try {
      const whole = this.#body.takeWhole() ?? await this.#body.readWhole();
      this.#exchange.finish(this.#keepAlive);
      return whole;
    } catch (error) {
      throw this.#exchange.fail(error);
    }
  }

  source(): ByteSource {
    return { read: () => this.#read(), cancel: () => this.discard() };
  }

  discard(): Promise<void> {
    // Reading on would only serve whoever sent what nobody wants.
    this.#exchange.finish(false);
    return Promise.resolve();
  }

  async #read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    try {
      const piece = await this.#body.read();
      if (this.#body.ended) this.#exchange.finish(this.#keepAlive);
      return piece;
    } catch (error) {
      throw this.#exchange.fail(error);
    }
  }

  async #collect(maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    for (let piece = await this.#read(); piece !== undefined; piece = await this.#read()) {
      length += piece.length;
      if (length > maxBytes) throw this.#exchange.fail(tooLong(maxBytes, this.#target));
      pieces.push(piece);
    }
    return concatenated(pieces, length);
  }
}
