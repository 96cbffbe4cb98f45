/**
 * A prepared model's directory: what is in it, and whether it is what it says.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { join } from "../core/path.ts";

/** File that describes a prepared model's directory. */
export const manifestName = "manifest.json";

/** The graph, below a prepared model's directory; where transformers.js looks for it. */
export const graphFile = "onnx/model_quantized.onnx";

/** The graph's large constants, which ONNX Runtime maps into memory. */
export const weightsFile = "onnx/model_quantized.onnx_data";

/**
 * What the files looked like when they were hashed last: hashing them takes 50 ms, which the first
 * embedding of every start would wait for.
 */
const recordName = "verified.json";

/** What a prepared model's directory holds. */
export interface ModelManifest {
  readonly name: string;
  /** Precision of the weights, such as `q8`. */
  readonly dtype: string;
  readonly dimensions: number;
  readonly maxTokens: number;
  readonly licence: string;
  readonly source: string;
  readonly files: ReadonlyArray<{
    /** Path below the directory. */
    readonly path: string;
    readonly sizeBytes: number;
    /** SHA-256 in hexadecimal digits. */
    readonly sha256: string;
  }>;
}

/** SHA-256 of `bytes` in hexadecimal digits. */
export async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** The error for a prepared model's directory that can't be used. */
export function unusable(directory: string, reason: string, cause?: unknown): AtmosphereError {
  return new AtmosphereError(
    "embedder_failed",
    `The embedding model in ${directory} can't be used: ${reason}`,
    { hint: `Remove ${directory} and let it be made again`, cause },
  );
}

function isManifest(value: unknown): value is ModelManifest {
  if (typeof value !== "object" || value === null) return false;
  const manifest = value as Record<string, unknown>;
  return typeof manifest.name === "string" && typeof manifest.dtype === "string" &&
    Number.isInteger(manifest.dimensions) && Number.isInteger(manifest.maxTokens) &&
    Array.isArray(manifest.files) &&
    manifest.files.every((file) =>
      typeof file?.path === "string" && !file.path.includes("..") &&
      Number.isInteger(file.sizeBytes) && typeof file.sha256 === "string"
    );
}

/** The manifest of a prepared model; undefined where there is none. Throws when it is broken. */
export async function readManifest(directory: string): Promise<ModelManifest | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(directory, manifestName));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw unusable(directory, "its manifest can't be read", error);
  }
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw unusable(directory, "its manifest is not JSON", error);
  }
  if (!isManifest(manifest)) throw unusable(directory, "its manifest is not of the expected form");
  return manifest;
}

/**
 * Throws `embedder_failed` naming the first file that is missing, truncated or changed. Files that
 * look as they did when they were hashed last are taken for the same.
 */
export async function verifyModel(directory: string, manifest: ModelManifest): Promise<void> {
  const looks = await Promise.all(manifest.files.map(async ({ path, sizeBytes }) => {
    const info = await Deno.stat(join(directory, path)).catch((error) => {
      throw unusable(directory, `${path} can't be read`, error);
    });
    if (info.size !== sizeBytes) {
      throw unusable(directory, `${path} has ${info.size} bytes instead of ${sizeBytes}`);
    }
    return [path, info.size, info.mtime?.getTime(), info.ctime?.getTime(), info.ino];
  }));
  const seen = JSON.stringify({ looks, hashes: manifest.files.map(({ sha256 }) => sha256) });
  const record = join(directory, recordName);
  if (await Deno.readTextFile(record).catch(() => "") === seen) return;
  for (const { path, sha256 } of manifest.files) {
    const found = await hashFile(join(directory, path)).catch((error) => {
      throw unusable(directory, `${path} can't be read`, error);
    });
    if (found !== sha256) {
      throw unusable(directory, `${path} is not the file that was prepared`);
    }
  }
  // A directory that can't be written to is hashed each time.
  await Deno.writeTextFile(record, seen).catch(() => {});
}

/** Reads by the piece: memory for all of a model at once takes ten times as long to get as to hash. */
async function hashFile(path: string): Promise<string> {
  using file = await Deno.open(path);
  const { createHash } = await import("node:crypto"); // A slow import that a start can do without.
  const hash = createHash("sha256");
  const piece = new Uint8Array(256 * 1024);
  for (let count = await file.read(piece); count !== null; count = await file.read(piece)) {
    hash.update(piece.subarray(0, count));
  }
  return hash.digest("hex");
}
