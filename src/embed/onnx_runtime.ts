/**
 * The engine under transformers.js: ONNX Runtime's native library, or its WebAssembly build where
 * there is no native one (macOS on Intel) or it can't be loaded.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";

/** Which build of ONNX Runtime runs the model. */
export type OnnxRuntime = "native" | "wasm";

/** Options of {@linkcode importTransformers}. */
export interface ImportOptions {
  /** `auto` prefers the native library. @default "auto" */
  readonly runtime?: "auto" | OnnxRuntime;
  /** Loads the native library; rejects where there is none. */
  readonly importNative?: () => Promise<unknown>;
}

/** transformers.js and what runs under it. */
export interface ImportedTransformers {
  readonly library: typeof import("@huggingface/transformers");
  readonly runtime: OnnxRuntime;
  /** Why the native library was not taken; undefined when it was, or nobody asked for it. */
  readonly nativeFailure: string | undefined;
}

/** As much of ONNX Runtime as is used here. */
interface OnnxModule {
  readonly env: {
    readonly versions: { readonly web?: string };
    readonly wasm: { numThreads?: number; wasmPaths?: unknown };
  };
}

/**
 * Loads transformers.js on ONNX Runtime. Throws `embedder_failed` when no build of it can be
 * loaded.
 *
 * The WebAssembly build gives the same vectors (least cosine to the native ones 0.9994) at a
 * fraction of the speed.
 */
export async function importTransformers(
  options: ImportOptions = {},
): Promise<ImportedTransformers> {
  const { runtime = "auto", importNative = () => import("onnxruntime-node") } = options;
  // The library takes a worker for a page's and resolves addresses against a location of "null".
  Object.defineProperty(globalThis, "location", { value: undefined, configurable: true });
  let nativeFailure: string | undefined;
  let onnx: OnnxModule | undefined;
  if (runtime !== "wasm") {
    try {
      onnx = namesOf(await importNative() as OnnxModule);
    } catch (error) {
      if (runtime === "native") throw notLoaded(error, undefined);
      nativeFailure = reasonOf(error);
    }
  }
  onnx ??= await importWeb(nativeFailure);
  const isWeb = onnx.env.versions.web !== undefined;
  // More threads would be workers of the worker.
  if (isWeb) onnx.env.wasm.numThreads = 1;
  const library = await requiringAs(
    "onnxruntime-node",
    onnx,
    () => withoutImages(() => import("@huggingface/transformers")),
  );
  // The library points it at a server of the network; what it needs lies beside it.
  if (isWeb) onnx.env.wasm.wasmPaths = undefined;
  return { library, runtime: isWeb ? "wasm" : "native", nativeFailure };
}

/** A bundle gives what a CommonJS module exports as its default alone. */
function namesOf(module: Partial<OnnxModule> & { readonly default?: OnnxModule }): OnnxModule {
  return module.env === undefined && module.default !== undefined
    ? module.default
    : module as OnnxModule;
}

async function importWeb(nativeFailure: string | undefined): Promise<OnnxModule> {
  try {
    return await import("onnxruntime-web") as unknown as OnnxModule;
  } catch (error) {
    throw notLoaded(error, nativeFailure);
  }
}

function notLoaded(cause: unknown, nativeFailure: string | undefined): AtmosphereError {
  return new AtmosphereError(
    "embedder_failed",
    `Loading ONNX Runtime failed: ${nativeFailure ?? reasonOf(cause)}`,
    { cause },
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The loader of CommonJS; its types leave out the one function that every `require` goes through. */
interface Loader {
  _load: (name: string, ...rest: unknown[]) => unknown;
}

/**
 * Runs `load` while `require(name)` gives `replacement`: transformers.js requires the native package
 * as it is evaluated, and would fail where that can't be loaded.
 */
async function requiringAs<T>(
  name: string,
  replacement: unknown,
  load: () => Promise<T>,
): Promise<T> {
  const loader = (await import("node:module")).Module as unknown as Loader;
  const original = loader._load;
  loader._load = (wanted, ...rest) => wanted === name ? replacement : original(wanted, ...rest);
  try {
    return await load();
  } finally {
    loader._load = original;
  }
}

const noSharp = "data:text/javascript,export default function sharp() {}";

/**
 * Runs `load` while imports of sharp give nothing: it reads images and takes as long to load as the
 * rest of transformers.js, which only asks whether it is there. The executable is built without it.
 */
async function withoutImages<T>(load: () => Promise<T>): Promise<T> {
  if (Deno.build.standalone) return await load();
  const { registerHooks } = await import("node:module");
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "sharp"
        ? { url: noSharp, format: "module", shortCircuit: true }
        : next(specifier, context),
  });
  try {
    return await load();
  } finally {
    hooks.deregister();
  }
}
