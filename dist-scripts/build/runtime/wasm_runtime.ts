/**
 * Part of the executable alone, for targets without a native ONNX Runtime: stands in for
 * `onnxruntime-node`.
 */
import { readFileSync } from "node:fs";
import { env } from "onnxruntime-web/wasm";
import { layOut } from "./lay_out.ts";

// Given the bytes, it looks for no file and asks no server.
env.wasm.wasmBinary = readFileSync(layOut("onnxruntime"));

export * from "onnxruntime-web/wasm";
