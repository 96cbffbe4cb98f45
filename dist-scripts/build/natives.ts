/** The native addons of one target, and what stands in for one. */
import { basename, join } from "node:path";
import type { PackedSet } from "./pack.ts";
import type { Target } from "./targets.ts";

/**
 * The natives of `target` in `nodeModules`, those of ONNX Runtime in its package's folder `engine`.
 * Throws naming what is missing.
 */
export async function findNatives(
  nodeModules: string,
  { target, engine }: { target: Target; engine: string },
): Promise<PackedSet[]> {
  const store = join(nodeModules, ".deno");
  const packageFolder = async (name: string): Promise<string> => {
    const prefix = `${name.replace("/", "+")}@`;
    for await (const entry of Deno.readDir(store)) {
      if (entry.name.startsWith(prefix)) return join(store, entry.name, "node_modules", name);
    }
    throw new Error(`${name} is not installed for ${target.triple}`);
  };
  const onnx = target.runtime === "wasm"
    ? join(await packageFolder("onnxruntime-web"), "dist")
    : join(engine, "bin", "napi-v6", target.os, target.cpu);
  const isX86 = target.cpu === "x64";
  const sets: PackedSet[] = [
    {
      name: "onnxruntime",
      entry: target.onnxruntime[0] ?? "",
      files: target.onnxruntime.map((name) => ({
        name,
        path: join(onnx, name),
        isX86: isX86 && target.runtime === "native",
      })),
    },
    {
      name: "libsql",
      entry: "index.node",
      files: [{
        name: "index.node",
        path: join(await packageFolder(target.libsql), "index.node"),
        isX86,
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
