/**
 * One TCP connection that carries one HTTP/1.1 exchange after another.
 *
 * @module
 */

import {
  findHeadEnd,
  MalformedHttp,
  maxHeadBytes,
  parseHead,
  type ResponseHead,
} from "./head_parser.ts";

const firstBufferBytes = 16_384;
const scratchBytes = 8_192;
const mostArguments = 4_096;
const lineFeed = 10;
const carriageReturn = 13;
const httpMark = [0x48, 0x54, 0x54, 0x50, 0x2f];

/**
 * Bytes as text, one character a byte. Not by the runtime's decoder: what it calls latin1 is
 * windows-1252, which makes characters of some bytes that no header of ours could carry on.
 */
function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += mostArguments) {
    const part = bytes.subarray(at, at + mostArguments);
    text += String.fromCharCode.apply(null, part as unknown as number[]);
  }
  return text;
}

/** The other side closed the connection in the middle of an answer. */
export class ConnectionCut extends Error {
  override readonly name = "ConnectionCut";
}

/**
 * A connection. Its buffer holds the bytes from `start` to `end`. Between two exchanges one read is
 * pending, so that a connection that the other side closes is known to be dead at once and never
 * used again: no request is ever sent twice.
 */
export class WireConnection {
  readonly #conn: Deno.Conn;
  readonly #onDead: (connection: WireConnection) => void;
  #buffer = new Uint8Array(firstBufferBytes);
  #start = 0;
  #end = 0;
  #resting = false;
  /** The read that was begun at rest. */
  #pending: Promise<number | null> | undefined;
  #closed = false;
  /** Room for what is sent, until it is sent. */
  readonly scratch: Uint8Array = new Uint8Array(scratchBytes);
  /** When it became idle, in milliseconds of `performance.now()`. */
  idleSinceMs = 0;

  /** Wraps a connection and owns it from now on. `onDead`: the other side ended it while it rested. */
  constructor(conn: Deno.Conn, onDead: (connection: WireConnection) => void) {
    this.#conn = conn;
    this.#onDead = onDead;
  }

  /** Whether it is closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Closes it; a pending read or write fails. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  /** Sends all of `bytes`. */
  async write(bytes: Uint8Array): Promise<void> {
    let written = await this.#conn.write(bytes);
    while (written < bytes.length) written += await this.#conn.write(bytes.subarray(written));
  }

  /** Waits for the next exchange. */
  rest(): void {
    this.#resting = true;
    // Bytes that nobody asked for belong to no exchange.
    if (this.#start !== this.#end) return this.#die();
    this.#start = this.#end = 0;
    this.idleSinceMs = performance.now();
    this.#pending = this.#conn.read(this.#buffer);
    this.#pending.then(this.#die, this.#die);
  }

  /** The pending read has ended; if that is not what an exchange waits for, so has the connection. */
  readonly #die = (): void => {
    if (!this.#resting) return;
    this.close();
    this.#onDead(this);
  };

  /** Begins an exchange: the bytes of the pending read are its answer's. */
  wake(): void {
    this.#resting = false;
  }

  /** Reads more into the buffer; false at the end of the connection. */
  async fill(): Promise<boolean> {
    if (this.#start === this.#end) this.#start = this.#end = 0;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === undefined && this.#end === this.#buffer.length) this.#makeRoom();
    const count = await (pending ?? this.#conn.read(this.#buffer.subarray(this.#end)));
    if (count === null) return false;
    this.#end += count;
    return true;
  }

  #makeRoom(): void {
    const held = this.#buffer.subarray(this.#start, this.#end);
    const target = held.length * 2 > this.#buffer.length
      ? new Uint8Array(this.#buffer.length * 2)
      : this.#buffer;
    target.set(held);
    this.#buffer = target;
    this.#end = held.length;
    this.#start = 0;
  }

  /** The next head; interim ones (1xx) are passed over. Throws `MalformedHttp`, `ConnectionCut`. */
  async readHead(): Promise<ResponseHead> {
    let searched = 0;
    for (;;) {
      const at = findHeadEnd(this.#buffer, this.#start + searched, this.#end);
      if (at >= 0) {
        const head = parseHead(textOf(this.#buffer.subarray(this.#start, at)));
        this.#start = at + 4;
        searched = 0;
        if (head.status === 101) throw new MalformedHttp("it switches protocols unasked");
        if (head.status >= 200) return head;
        continue;
      }
      // The empty line may begin in what is there already.
      searched = Math.max(0, this.#end - this.#start - 3);
      if (this.#end - this.#start > maxHeadBytes) throw new MalformedHttp("its head has no end");
      if (!await this.fill()) {
        throw this.#end > this.#start && !this.#looksLikeHttp()
          ? new MalformedHttp("no HTTP/1.1 answer")
          : new ConnectionCut();
      }
      if (this.#end - this.#start >= 5 && !this.#looksLikeHttp()) {
        throw new MalformedHttp("no HTTP/1.1 answer");
      }
    }
  }

  #looksLikeHttp(): boolean {
    const seen = Math.min(this.#end - this.#start, httpMark.length);
    for (let at = 0; at < seen; at++) {
      if (this.#buffer[this.#start + at] !== httpMark[at]) return false;
    }
    return true;
  }

  /** A line without its end, of at most `maxLength` characters. */
  async readLine(maxLength: number): Promise<string> {
    for (;;) {
      const line = this.takeLine(maxLength);
      if (line !== undefined) return line;
      if (!await this.fill()) throw new ConnectionCut();
    }
  }

  /** As {@linkcode readLine}, but undefined when the whole line is not there yet. */
  takeLine(maxLength: number): string | undefined {
    const at = this.#buffer.indexOf(lineFeed, this.#start);
    if (at < 0 || at >= this.#end) {
      if (this.#end - this.#start > maxLength) throw new MalformedHttp("a line is too long");
      return undefined;
    }
    const end = this.#buffer[at - 1] === carriageReturn && at > this.#start ? at - 1 : at;
    if (end - this.#start > maxLength) throw new MalformedHttp("a line is too long");
    const line = end === this.#start ? "" : textOf(this.#buffer.subarray(this.#start, end));
    this.#start = at + 1;
    return line;
  }

  /** What is there of the next `max` bytes, at least one; undefined at the connection's end. */
  async readSome(max: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.takeSome(max) ?? (await this.fill() ? this.takeSome(max) : undefined);
  }

  /** Bytes that are there already. */
  get available(): number {
    return this.#end - this.#start;
  }

  /** As {@linkcode readSome}, but undefined when nothing is there yet. */
  takeSome(max: number): Uint8Array<ArrayBuffer> | undefined {
    const count = Math.min(max, this.#end - this.#start);
    if (count === 0) return undefined;
    const piece = this.#buffer.slice(this.#start, this.#start + count);
    this.#start += count;
    return piece;
  }

  /** Exactly `target.length` bytes. Throws `ConnectionCut` when there are fewer. */
  async readInto(target: Uint8Array<ArrayBuffer>): Promise<void> {
    let have = Math.min(target.length, this.#end - this.#start);
    target.set(this.#buffer.subarray(this.#start, this.#start + have));
    this.#start += have;
    while (have < target.length) {
      if (target.length - have < firstBufferBytes) {
        if (!await this.fill()) throw new ConnectionCut();
        const count = Math.min(target.length - have, this.#end - this.#start);
        target.set(this.#buffer.subarray(this.#start, this.#start + count), have);
        this.#start += count;
        have += count;
      } else {
        // Large bodies go straight to where they belong.
        const count = await this.#conn.read(target.subarray(have));
        if (count === null) throw new ConnectionCut();
        have += count;
      }
    }
  }
}
