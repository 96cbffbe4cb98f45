/** Bundles the program and its workers into plain JavaScript that needs no packages. */
import * as esbuild from "esbuild";
import { builtinModules } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { StdModules } from "./std.ts";
import type { Target } from "./targets.ts";

/** What {@linkcode bundleProgram} needs. */
export interface BundleOptions {
  /** The checkout. */
  readonly root: string;
  /** Where the packages of the target are installed; its parent is where they resolve from. */
  readonly nodeModules: string;
  /** Empty folder for the result. */
  readonly outDir: string;
  /** The folder of the package `onnxruntime-node` that is packed. */
  readonly engine: string;
  readonly runtime: Target["runtime"];
  /** Where the `@std` packages are. */
  readonly std: StdModules;
}

/** What was bundled. */
export interface Bundle {
  /** File names of the entry points in `outDir`: the program first, then its workers. */
  readonly entries: readonly string[];
  readonly sizeBytes: number;
  /** Paths of every bundled input, for the notices. */
  readonly inputs: readonly string[];
}

const runtimeFolder = fileURLToPath(new URL("./runtime/", import.meta.url));
const workerUrl = /new URL\(\s*"(\.\/[\w/]*worker\.ts)"\s*,\s*import\.meta\.url\s*,?\s*\)/g;

/** Bundles `main.ts` and every `*worker.ts` that the sources start. */
export async function bundleProgram(options: BundleOptions): Promise<Bundle> {
  const workers = await findWorkers(join(options.root, "src"));
  const entryName = (path: string) =>
    relative(options.root, path).replace(/\.ts$/, "").replaceAll(/[\\/]/g, "_");
  const entryPoints = [join(options.root, "main.ts"), ...workers].map((path) => ({
    in: path,
    out: entryName(path),
  }));
  const result = await esbuild.build({
    entryPoints,
    outdir: options.outDir,
    absWorkingDir: options.root,
    entryNames: "[name]",
    // Flat, so that a worker's URL is the same from every chunk.
    chunkNames: "chunk-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "esnext",
    minify: true,
    keepNames: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    conditions: ["node", "import"],
    // Importing node:module would cost each start 80 ms; this costs nothing until it is called.
    banner: { js: "const require = (name) => process.getBuiltinModule(name);" },
    plugins: [
      programPlugin(options, entryName),
      nativesPlugin(options),
    ],
  });
  await esbuild.stop();
  const { inputs, outputs } = result.metafile;
  return {
    entries: entryPoints.map(({ out }) => `${out}.js`),
    sizeBytes: Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0),
    inputs: Object.keys(inputs),
  };
}

async function findWorkers(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) found.push(...await findWorkers(path));
    else if (entry.name.endsWith("worker.ts")) found.push(path);
  }
  return found.sort();
}

/** Resolves the program's own imports as Deno does, and points worker URLs at the bundle. */
function programPlugin(
  options: BundleOptions,
  entryName: (path: string) => string,
): esbuild.Plugin {
  return {
    name: "program",
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.pluginData === "resolved" || args.kind === "entry-point") return undefined;
        const std = options.std.resolve(args.path, args.importer);
        if (std !== undefined) return { path: std };
        if (/^[./]/.test(args.path)) return undefined;
        const name = args.path.replace(/^node:/, "");
        if (args.path.startsWith("node:") || builtinModules.includes(name)) {
          return { path: `node:${name}`, external: true };
        }
        if (args.importer.includes("node_modules")) return undefined;
        // Its entry for Node is CommonJS, whose names a dynamic import does not see.
        if (args.path === "yaml") {
          return { path: join(options.nodeModules, "yaml", "browser", "index.js") };
        }
        // From the sources, packages resolve to what was installed for the target.
        return await build.resolve(args.path.replace(/^npm:\/?([^@/]+)@[^/]+/, "$1"), {
          kind: args.kind,
          importer: args.importer,
          resolveDir: dirname(options.nodeModules),
          pluginData: "resolved",
        });
      });
      build.onLoad(
        { filter: /\/remote\/https\// },
        async (args) =>
          options.std.isFetched(args.path)
            ? { loader: "ts", contents: await Deno.readTextFile(args.path) }
            : undefined,
      );
      build.onLoad({ filter: /\/src\/.*\.ts$/ }, async (args) => {
        const text = await Deno.readTextFile(args.path);
        return {
          loader: "ts",
          contents: text.replaceAll(workerUrl, (_, path: string) => {
            const worker = fileURLToPath(new URL(path, pathToFileURL(args.path)));
            return `new URL("./${entryName(worker)}.js", import.meta.url)`;
          }),
        };
      });
    },
  };
}

/** Replaces how packages find their native addons, and leaves out what text does not need. */
function nativesPlugin(
  { engine, runtime }: Pick<BundleOptions, "engine" | "runtime">,
): esbuild.Plugin {
  const loader = JSON.stringify(join(runtimeFolder, "native_loader.ts"));
  return {
    name: "natives",
    setup(build) {
      // Images are read by sharp: not for text, and 18 MB. transformers.js only asks if it is there.
      build.onResolve({ filter: /^sharp$/ }, () => ({ path: "sharp", namespace: "absent" }));
      build.onLoad({ filter: /.*/, namespace: "absent" }, () => ({
        contents: "export default function absent() { throw new Error('not in this executable'); }",
      }));
      // Nothing to fall back to: an executable has one of the two.
      build.onResolve({ filter: /^onnxruntime-web$/ }, () => ({ path: "web", namespace: "none" }));
      build.onLoad({ filter: /.*/, namespace: "none" }, () => ({
        contents: "throw new Error('not in this executable');",
      }));
      // The program and transformers.js name another release of it.
      build.onResolve(
        { filter: /^onnxruntime-node$/ },
        () => ({
          path: runtime === "wasm"
            ? join(runtimeFolder, "wasm_runtime.ts")
            : join(engine, "dist", "index.js"),
        }),
      );
      build.onResolve(
        { filter: /\/packed_model\.ts$/ },
        ({ importer }) =>
          importer.startsWith(runtimeFolder)
            ? undefined
            : { path: join(runtimeFolder, "packed_model.ts") },
      );
      build.onLoad({ filter: /onnxruntime-node\/dist\/binding\.js$/ }, async (args) => ({
        contents: replaceOnce(await Deno.readTextFile(args.path), {
          pattern: /require\(`[^`]*onnxruntime_binding\.node`\)/,
          by: `require(${loader}).requireNative("onnxruntime")`,
          path: args.path,
        }),
      }));
      build.onLoad({ filter: /transformers\.node\.mjs$/ }, async (args) => ({
        contents: replaceOnce(await Deno.readTextFile(args.path), {
          pattern: /requireFromHere\("onnxruntime-node"\)/,
          by: 'require("onnxruntime-node")',
          path: args.path,
        }),
      }));
      build.onLoad({ filter: /\/libsql\/(index|promise)\.js$/ }, async (args) => {
        const text = await Deno.readTextFile(args.path);
        const found = replaceOnce(text, {
          pattern: /function requireNative\(\) \{[\s\S]*?\n\}\n/,
          by: `function requireNative() { return require(${loader}).requireNative("libsql"); }\n`,
          path: args.path,
        });
        return {
          contents: found
            .replace(/const \{ load, currentTarget \} = require\("@neon-rs\/load"\);/, "")
            .replace(/const \{ familySync.*\n/, ""),
        };
      });
    },
  };
}

/** A package that changed its ways must fail the build rather than the executable. */
function replaceOnce(text: string, edit: { pattern: RegExp; by: string; path: string }): string {
  if (!edit.pattern.test(text)) throw new Error(`${edit.path} no longer has ${edit.pattern}`);
  return text.replace(edit.pattern, edit.by);
}
