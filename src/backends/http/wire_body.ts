/**
 * The body of an answer on a {@linkcode WireConnection}, in pieces.
 *
 * @module
 */

import { type BodyFraming, MalformedHttp } from "./head_parser.ts";
import { ConnectionCut, type WireConnection } from "./wire_connection.ts";

const maxPieceBytes = 65_536;
const maxLineLength = 4_096;
const maxTrailers = 64;
const chunkSize = /^([0-9a-f]{1,12})[ \t]*(?:;|$)/i;

/** The body of one answer. */
export class WireBody {
  readonly #connection: WireConnection;
  readonly #framing: BodyFraming;
  /** Bytes left of the body, or of the current chunk. */
  #left: number;
  /** The line that comes next once the current chunk is read. */
  #expected: "chunk size" | "chunk end" | "trailer" = "chunk size";
  #trailers = 0;
  #ended: boolean;

  /** The body that follows the head that was read last. */
  constructor(connection: WireConnection, framing: BodyFraming) {
    this.#connection = connection;
    this.#framing = framing;
    this.#left = framing.kind === "length" ? framing.bytes : 0;
    this.#ended = framing.kind === "length" && framing.bytes === 0;
  }

  /** Whether the whole of it was read. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Length of the whole body where it was told. */
  get length(): number | undefined {
    return this.#framing.kind === "length" ? this.#framing.bytes : undefined;
  }

  /** The next piece; undefined after the last. Throws `ConnectionCut`, `MalformedHttp`. */
  async read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#ended) return undefined;
    if (this.#framing.kind === "chunked" && this.#left === 0) {
      while (!this.#openChunk()) {
        if (!await this.#connection.fill()) throw new ConnectionCut();
      }
      if (this.#ended) return undefined;
    }
    const max = this.#framing.kind === "until-close" ? maxPieceBytes : this.#left;
    const piece = await this.#connection.readSome(Math.min(max, maxPieceBytes));
    if (piece === undefined) {
      if (this.#framing.kind !== "until-close") throw new ConnectionCut();
      this.#ended = true;
      return undefined;
    }
    this.#left -= piece.length;
    if (this.#framing.kind === "length" && this.#left === 0) this.#ended = true;
    return piece;
  }

  /** The whole body of a told length, where it is there already, as it is with a short answer. */
  takeWhole(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#connection.available < this.#left) return undefined;
    const whole = this.#connection.takeSome(this.#left);
    if (whole === undefined) return undefined;
    this.#left = 0;
    this.#ended = true;
    return whole;
  }

  /** The whole body of a told length. */
  async readWhole(): Promise<Uint8Array<ArrayBuffer>> {
    const whole = new Uint8Array(this.#left);
    await this.#connection.readInto(whole);
    this.#left = 0;
    this.#ended = true;
    return whole;
  }

  /**
   * Goes on to the next chunk, or over the trailers to the end, as far as the bytes are there; false
   * while they are not.
   */
  #openChunk(): boolean {
    const connection = this.#connection;
    for (;;) {
      const line = connection.takeLine(maxLineLength);
      if (line === undefined) return false;
      switch (this.#expected) {
        case "chunk end":
          if (line !== "") throw new MalformedHttp("a chunk is longer than it says");
          this.#expected = "chunk size";
          break;
        case "chunk size": {
          const size = chunkSize.exec(line)?.[1];
          if (size === undefined) throw new MalformedHttp("a chunk has no size");
          this.#left = Number.parseInt(size, 16);
          this.#expected = this.#left > 0 ? "chunk end" : "trailer";
          if (this.#left > 0) return true;
          break;
        }
        case "trailer":
          if (line === "") return this.#ended = true;
          if (++this.#trailers > maxTrailers) throw new MalformedHttp("its trailers have no end");
      }
    }
  }
}
