/**
 * Writes the protocol buffers wire format, as far as ONNX needs it.
 *
 * @module
 */

const utf8 = new TextEncoder();

const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;

/** One message under construction; fields come out in the order in which they were added. */
export class ProtoMessage {
  readonly #parts: Uint8Array[] = [];
  #sizeBytes = 0;

  /** Bytes of the message as it is now. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds an integer field; negative values take ten bytes, as `int32` and `int64` do. */
  int(field: number, value: number | bigint): this {
    this.#key(field, wireVarint);
    return this.#push(varint(BigInt(value)));
  }

  /** Adds a `float` field. */
  float(field: number, value: number): this {
    this.#key(field, wireFixed32);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(bytes);
  }

  /** Adds a `string` field. */
  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  /** Adds a `bytes` field; `value` is not copied until {@linkcode finish}. */
  bytes(field: number, value: Uint8Array): this {
    this.#key(field, wireBytes);
    this.#push(varint(BigInt(value.byteLength)));
    return this.#push(value);
  }

  /** Adds an embedded message, which must be complete. */
  message(field: number, value: ProtoMessage): this {
    this.#key(field, wireBytes);
    this.#push(varint(BigInt(value.#sizeBytes)));
    for (const part of value.#parts) this.#push(part);
    return this;
  }

  /** The encoded message. */
  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#sizeBytes);
    let offset = 0;
    for (const part of this.#parts) {
      all.set(part, offset);
      offset += part.byteLength;
    }
    return all;
  }

  #key(field: number, wireType: number): void {
    this.#push(varint(BigInt(field << 3 | wireType)));
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#sizeBytes += part.byteLength;
    return this;
  }
}

function varint(value: bigint): Uint8Array {
  let rest = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
