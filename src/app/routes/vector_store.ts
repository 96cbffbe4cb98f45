/**
 * Vectors of texts on disk, so that no text is embedded twice by the commands that come one after another.
 *
 * Where the embedder gives a second vector of a text, a record's vector is both, one behind the other.
 * One file for each vector space: a header, then records of the text's hash and its vector. Records
 * are only ever appended, each by one write; a torn or damaged one is passed over and made anew.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { EmbedderModel } from "../../core/mod.ts";

const magic = "ATMVECT1";
const hashBytes = 16;
/** How far the length of a vector may be from one. */
const unitTolerance = 1e-3;
/** Beyond this the file is started anew. */
const maxFileBytes = 512 * 1024 * 1024;

/** Vectors of one space by text. */
export class VectorStore {
  readonly #path: string;
  /** Numbers of a record. */
  readonly #width: number;
  readonly #vectors: Map<string, Float32Array>;

  private constructor(path: string, width: number, vectors: Map<string, Float32Array>) {
    this.#path = path;
    this.#width = width;
    this.#vectors = vectors;
  }

  /** Opens the store of `model` in `directory`, which is made when something is first kept. */
  static async open(directory: string, model: EmbedderModel): Promise<VectorStore> {
    const parts = [model.dimensions, model.viewDimensions ?? 0].filter((size) => size > 0);
    const name = `${model.name}-${model.dtype}-${parts.join("-")}`.replace(
      /[^A-Za-z0-9._-]/g,
      "_",
    );
    const path = `${directory}/vectors-${name}.bin`;
    const vectors = parse(await read(path), parts);
    return new VectorStore(path, parts.reduce((sum, size) => sum + size, 0), vectors);
  }

  /** The vector of `text`, where it is known. */
  get(text: string): Float32Array | undefined {
    return this.#vectors.get(keyOf(text));
  }

  /** Keeps vectors, now and on disk. */
  async add(texts: readonly string[], vectors: readonly Float32Array[]): Promise<void> {
    if (texts.length === 0) return;
    const recordBytes = hashBytes + this.#width * 4;
    const records = new Uint8Array(texts.length * recordBytes);
    for (const [i, text] of texts.entries()) {
      const key = keyOf(text);
      const vector = vectors[i]!;
      this.#vectors.set(key, vector);
      records.set(hexBytes(key), i * recordBytes);
      records.set(
        new Uint8Array(vector.buffer, vector.byteOffset, this.#width * 4),
        i * recordBytes + hashBytes,
      );
    }
    await append(this.#path, records, recordBytes);
  }
}

function keyOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, hashBytes * 2);
}

function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const { size } = await Deno.stat(path);
    if (size > maxFileBytes) {
      await Deno.remove(path);
      return new Uint8Array();
    }
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Uint8Array();
    throw error;
  }
}

/** `parts` are the lengths of the vectors in a record. */
function parse(bytes: Uint8Array, parts: readonly number[]): Map<string, Float32Array> {
  const vectors = new Map<string, Float32Array>();
  const start = new TextDecoder().decode(bytes.subarray(0, magic.length));
  if (start !== magic) return vectors;
  const recordBytes = hashBytes + parts.reduce((sum, size) => sum + size, 0) * 4;
  for (let at = magic.length; at + recordBytes <= bytes.length; at += recordBytes) {
    let key = "";
    for (let i = 0; i < hashBytes; i++) key += bytes[at + i]!.toString(16).padStart(2, "0");
    const vector = new Float32Array(bytes.slice(at + hashBytes, at + recordBytes).buffer);
    if (isWhole(vector, parts)) vectors.set(key, vector);
  }
  return vectors;
}

function isWhole(vector: Float32Array, parts: readonly number[]): boolean {
  let end = 0;
  return parts.every((size) => {
    let squares = 0;
    for (const x of vector.subarray(end, end += size)) squares += x * x;
    return Math.abs(squares - 1) < unitTolerance;
  });
}

/** Appends whole records; what a crash left of one is cut off first, so that the next ones are in step. */
async function append(path: string, records: Uint8Array, recordBytes: number): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  using file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
  await file.lock(true);
  const { size } = await file.stat();
  const whole = size < magic.length ? 0 : size - (size - magic.length) % recordBytes;
  if (whole !== size) await file.truncate(whole);
  await file.seek(whole, Deno.SeekMode.Start);
  const bytes = whole === 0 ? new Uint8Array([...new TextEncoder().encode(magic)]) : undefined;
  for (const part of [...(bytes === undefined ? [] : [bytes]), records]) {
    for (let written = 0; written < part.length;) {
      written += await file.write(part.subarray(written));
    }
  }
}
