/**
 * One file out of a compressed archive (tar, gzip), read as a stream.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";

const blockBytes = 512;

/**
 * The bytes of the file `name` in the archive, in pieces. Ends with the file; what follows is not
 * read. Throws `update_failed` when the archive is broken or has no such file.
 */
export async function* fileInArchive(
  archive: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const source = new Bytes(archive.pipeThrough(new DecompressionStream("gzip")));
  try {
    for (;;) {
      const header = await source.take(blockBytes);
      if (header.every((byte) => byte === 0)) throw broken(`has no ${name}`);
      const entry = readHeader(header);
      if (entry.isFile && entry.name === name) {
        yield* source.pieces(entry.sizeBytes);
        return;
      }
      for await (const _ of source.pieces(padded(entry.sizeBytes)));
    }
  } catch (error) {
    if (error instanceof TypeError) throw broken(`is damaged: ${error.message}`);
    throw error;
  } finally {
    await source.end();
  }
}

function readHeader(header: Uint8Array): { name: string; sizeBytes: number; isFile: boolean } {
  const text = (from: number, length: number) =>
    new TextDecoder().decode(header.subarray(from, from + length)).replace(/\0.*$/s, "");
  const sizeBytes = Number.parseInt(text(124, 12).trim() || "0", 8);
  if (Number.isNaN(sizeBytes) || !text(257, 6).startsWith("ustar")) throw broken("is no archive");
  const prefix = text(345, 155);
  const path = prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  return { name: path.replace(/^\.\//, ""), sizeBytes, isFile: /^0?$/.test(text(156, 1)) };
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

/** A stream that is read by number of bytes. */
class Bytes {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(stream: ReadableStream<Uint8Array>) {
    this.#reader = stream.getReader();
  }

  async take(sizeBytes: number): Promise<Uint8Array> {
    const all = new Uint8Array(sizeBytes);
    let filled = 0;
    for await (const piece of this.pieces(sizeBytes)) {
      all.set(piece, filled);
      filled += piece.length;
    }
    return all;
  }

  async *pieces(sizeBytes: number): AsyncGenerator<Uint8Array> {
    let wanted = sizeBytes;
    while (wanted > 0) {
      if (this.#rest.length === 0) {
        const { value, done } = await this.#reader.read();
        if (done) throw broken("ends too early");
        this.#rest = value;
      }
      const piece = this.#rest.subarray(0, wanted);
      this.#rest = this.#rest.subarray(piece.length);
      wanted -= piece.length;
      yield piece;
    }
  }

  async end(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

function broken(how: string): AtmosphereError {
  return new AtmosphereError("update_failed", `The archive ${how}`, {
    hint: "Nothing was changed",
  });
}
