/** The native addons of one target, compressed once and kept by content. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import zlib from "node:zlib";
import type { Target } from "./targets.ts";

/** Files that are laid beside each other when an addon is loaded. */
export interface NativeSet {
  /** Name by which the runtime asks for it. */
  readonly name: "onnxruntime" | "libsql";
  /** The addon itself. */
  readonly entry: string;
  readonly files: readonly NativeFile[];
}

/** One native file. */
export interface NativeFile {
  readonly name: string;
  readonly path: string;
}

/**
 * The natives of `target` in `nodeModules`, those of ONNX Runtime in its package's folder `engine`.
 * Throws naming what is missing.
 */
export async function findNatives(
  nodeModules: string,
  { target, engine }: { target: Target; engine: string },
): Promise<NativeSet[]> {
  const store = join(nodeModules, ".deno");
  const packageFolder = async (name: string): Promise<string> => {
    const prefix = `${name.replace("/", "+")}@`;
    for await (const entry of Deno.readDir(store)) {
      if (entry.name.startsWith(prefix)) return join(store, entry.name, "node_modules", name);
    }
    throw new Error(`${name} is not installed for ${target.triple}`);
  };
  const onnx = join(engine, "bin", "napi-v3", target.os, target.cpu);
  const sets: NativeSet[] = [
    {
      name: "onnxruntime",
      entry: target.onnxruntime[0] ?? "",
      files: target.onnxruntime.map((name) => ({ name, path: join(onnx, name) })),
    },
    {
      name: "libsql",
      entry: "index.node",
      files: [{
        name: "index.node",
        path: join(await packageFolder(target.libsql), "index.node"),
      }],
    },
  ];
  for (const { path } of sets.flatMap(({ files }) => files)) {
    await Deno.stat(path).catch((cause) => {
      throw new Error(`${basename(path)} of ${target.triple} is not at ${path}`, { cause });
    });
  }
  return sets;
}

/** What the runtime needs to lay out one set of natives. */
export interface NativeManifest {
  readonly [name: string]: {
    readonly entry: string;
    /** Names the folder that the files are extracted to. */
    readonly hash: string;
    readonly files: ReadonlyArray<{
      readonly name: string;
      readonly sizeBytes: number;
      readonly sha256: string;
    }>;
  };
}

/** Writes each file of `sets` compressed into `folder`, with the manifest. */
export async function packNatives(
  sets: readonly NativeSet[],
  options: { folder: string; cache: string; isSmall: boolean },
): Promise<void> {
  await Deno.mkdir(options.folder, { recursive: true });
  await Deno.mkdir(options.cache, { recursive: true });
  const manifest: Record<string, NativeManifest[string]> = {};
  for (const set of sets) {
    const files = [];
    for (const file of set.files) {
      const bytes = await Deno.readFile(file.path);
      const sha256 = hex(bytes);
      await Deno.writeFile(
        join(options.folder, `${set.name}.${file.name}.br`),
        await compressed(bytes, { sha256, ...options }),
      );
      files.push({ name: file.name, sizeBytes: bytes.byteLength, sha256 });
    }
    manifest[set.name] = {
      entry: set.entry,
      hash: hex(new TextEncoder().encode(JSON.stringify(files))).slice(0, 16),
      files,
    };
  }
  await Deno.writeTextFile(
    join(options.folder, "natives.json"),
    JSON.stringify(manifest, null, 2),
  );
}

function hex(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Brotli takes 20 s for the largest library, 135 s where it is to be small, so its result is kept
 * by content.
 */
async function compressed(
  bytes: Uint8Array,
  options: { sha256: string; cache: string; isSmall: boolean },
): Promise<Uint8Array> {
  const quality = options.isSmall ? 11 : 9;
  const kept = join(options.cache, `${options.sha256}${options.isSmall ? ".small" : ""}.br`);
  try {
    return await Deno.readFile(kept);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const result = zlib.brotliCompressSync(bytes, {
    params: {
      [zlib.constants.BROTLI_PARAM_QUALITY]: quality,
      [zlib.constants.BROTLI_PARAM_LGWIN]: 24,
      [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
    },
  });
  const temporary = `${kept}.${Deno.pid}`;
  await Deno.writeFile(temporary, result);
  await Deno.rename(temporary, kept);
  return result;
}
