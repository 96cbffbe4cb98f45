/** Sets of files as an executable carries them, compressed; they are laid out where it runs. */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import zlib from "node:zlib";
import { distancesToPlaces } from "./branches.ts";

const { constants } = zlib;
const brotliCompress = promisify(zlib.brotliCompress);

/** Files that are laid out together. */
export interface PackedSet {
  /** Name by which the runtime asks for it. */
  readonly name: "onnxruntime" | "libsql" | "model";
  /** The file whose path the runtime needs. */
  readonly entry: string;
  readonly files: readonly PackedFile[];
}

/** One of them. */
export interface PackedFile {
  /** Path in the folder that it is laid out in. */
  readonly name: string;
  /** Where it is now. */
  readonly path: string;
  /** Whether it is code for x86. */
  readonly isX86: boolean;
}

/** What the runtime needs to lay out the sets, by their names. */
export interface PackManifest {
  readonly [name: string]: {
    readonly entry: string;
    /** Names the folder that the files are laid out in. */
    readonly hash: string;
    readonly files: ReadonlyArray<{
      readonly name: string;
      readonly sizeBytes: number;
      readonly sha256: string;
      readonly isX86: boolean;
    }>;
  };
}

/** Writes each file of `sets` compressed into `folder`, with the manifest. */
export async function packFiles(
  sets: readonly PackedSet[],
  options: { folder: string; cache: string },
): Promise<void> {
  const manifest: Record<string, PackManifest[string]> = {};
  await Promise.all(sets.map(async ({ name: set, entry, files }) => {
    const listed = await Promise.all(files.map(async ({ name, path, isX86 }) => {
      const bytes = await Deno.readFile(path);
      const described = { name, sizeBytes: bytes.byteLength, sha256: hex(bytes), isX86 };
      const packed = join(options.folder, set, `${name}.br`);
      await Deno.mkdir(dirname(packed), { recursive: true });
      await Deno.writeFile(packed, await compressed(bytes, { ...described, ...options }));
      return described;
    }));
    const hash = hex(new TextEncoder().encode(JSON.stringify(listed))).slice(0, 16);
    manifest[set] = { entry, hash, files: listed };
  }));
  await Deno.writeTextFile(
    join(options.folder, "manifest.json"),
    JSON.stringify(Object.fromEntries(sets.map(({ name }) => [name, manifest[name]])), null, 2),
  );
}

function hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** It takes a minute for the model and another for the libraries, so results are kept by content. */
async function compressed(
  bytes: Uint8Array,
  options: { sha256: string; isX86: boolean; cache: string },
): Promise<Uint8Array> {
  const kept = join(options.cache, `${options.sha256}${options.isX86 ? ".x86" : ""}.br`);
  try {
    return await Deno.readFile(kept);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (options.isX86) distancesToPlaces(bytes);
  const result = await brotliCompress(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
  await Deno.mkdir(options.cache, { recursive: true });
  const temporary = `${kept}.${Deno.pid}`;
  await Deno.writeFile(temporary, result);
  await Deno.rename(temporary, kept);
  return result;
}
