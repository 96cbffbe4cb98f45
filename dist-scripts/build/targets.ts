/** The platforms that executables are built for, and where each one's natives are. */

/** One platform. */
export interface Target {
  /** As `deno compile --target` names it. */
  readonly triple: string;
  /** As npm names the system and the processor. */
  readonly os: "linux" | "darwin" | "win32";
  readonly cpu: "x64" | "arm64";
  /** Name of the executable in `dist/`. */
  readonly file: string;
  /** The libSQL addon's package. */
  readonly libsql: string;
  /** Whether ONNX Runtime has a library for it, or its WebAssembly build is carried instead. */
  readonly runtime: "native" | "wasm";
  /** Files of ONNX Runtime that must lie beside each other. */
  readonly onnxruntime: readonly string[];
}

/** The one file of ONNX Runtime's WebAssembly build. */
const wasmFile = "ort-wasm-simd-threaded.wasm";

/** Every platform that has an executable. */
export const targets: readonly Target[] = [
  {
    triple: "x86_64-unknown-linux-gnu",
    os: "linux",
    cpu: "x64",
    file: "atmosphere-x86_64-unknown-linux-gnu",
    libsql: "@libsql/linux-x64-gnu",
    runtime: "native",
    onnxruntime: ["onnxruntime_binding.node", "libonnxruntime.so.1"],
  },
  {
    triple: "aarch64-unknown-linux-gnu",
    os: "linux",
    cpu: "arm64",
    file: "atmosphere-aarch64-unknown-linux-gnu",
    libsql: "@libsql/linux-arm64-gnu",
    runtime: "native",
    onnxruntime: ["onnxruntime_binding.node", "libonnxruntime.so.1"],
  },
  {
    triple: "aarch64-apple-darwin",
    os: "darwin",
    cpu: "arm64",
    file: "atmosphere-aarch64-apple-darwin",
    libsql: "@libsql/darwin-arm64",
    runtime: "native",
    onnxruntime: ["onnxruntime_binding.node", "libonnxruntime.1.24.3.dylib"],
  },
  {
    // ONNX Runtime has had no library for it since version 1.24.
    triple: "x86_64-apple-darwin",
    os: "darwin",
    cpu: "x64",
    file: "atmosphere-x86_64-apple-darwin",
    libsql: "@libsql/darwin-x64",
    runtime: "wasm",
    onnxruntime: [wasmFile],
  },
  {
    triple: "x86_64-pc-windows-msvc",
    os: "win32",
    cpu: "x64",
    file: "atmosphere-x86_64-pc-windows-msvc.exe",
    libsql: "@libsql/win32-x64-msvc",
    runtime: "native",
    // DirectML.dll lies beside them too. It is loaded on the first use of a graphics processor,
    // which the embedder never asks for, and has 18.5 MB.
    onnxruntime: ["onnxruntime_binding.node", "onnxruntime.dll"],
  },
];

/** `target` with the WebAssembly build in place of its native one, under a name of its own. */
export function onWasm(target: Target): Target {
  return target.runtime === "wasm" ? target : {
    ...target,
    file: target.file.replace("atmosphere-", "wasm-atmosphere-"),
    runtime: "wasm",
    onnxruntime: [wasmFile],
  };
}

/** The target of this machine. Throws where there is none. */
export function hostTarget(): Target {
  const target = targets.find(({ triple }) => triple === Deno.build.target);
  if (target === undefined) throw new Error(`No executable is built for ${Deno.build.target}`);
  return target;
}

/** The target named `triple`. Throws with the list of names. */
export function targetNamed(triple: string): Target {
  const target = targets.find((candidate) => candidate.triple === triple);
  if (target === undefined) {
    throw new Error(
      `Unknown target "${triple}", expected one of ${targets.map((t) => t.triple).join(", ")}`,
    );
  }
  return target;
}
