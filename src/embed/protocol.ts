/**
 * What the embedder and its worker say to each other.
 *
 * @module
 */

import type { OnnxRuntime } from "./onnx_runtime.ts";

/** To the worker. The first message is `load`, and it is answered before others are sent. */
export type ToWorker =
  | {
    readonly type: "load";
    readonly directory: string;
    readonly hubName: string | undefined;
    readonly threads: number;
    readonly maxTokens: number;
    readonly runtime: "auto" | OnnxRuntime;
  }
  | { readonly type: "embed"; readonly id: number; readonly texts: readonly string[] }
  /** Nobody waits for this request any more; it gets no answer. */
  | { readonly type: "cancel"; readonly id: number }
  /** Nothing more is wanted; `stopped` follows when no run is under way. */
  | { readonly type: "stop" };

/** From the worker. */
export type FromWorker =
  | {
    readonly type: "loaded";
    readonly dimensions: number;
    /** Length of the second vector of each text; 0 where the model gives none. */
    readonly viewDimensions: number;
    readonly maxTokens: number;
    readonly runtime: OnnxRuntime;
    /** Why the native runtime was not taken. */
    readonly nativeFailure: string | undefined;
  }
  | { readonly type: "failed"; readonly reason: string; readonly hint: string | undefined }
  | {
    readonly type: "embedded";
    readonly id: number;
    /** One row after the other: the vector, and behind it the second one. */
    readonly vectors: Float32Array<ArrayBuffer>;
    /** Tokens of all texts together. */
    readonly tokens: number;
  }
  | { readonly type: "refused"; readonly id: number; readonly reason: string }
  | { readonly type: "stopped" };
