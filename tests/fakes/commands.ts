/**
 * What a fake server can be told to do with a request.
 *
 * @module
 */

import type { FakeRequest } from "./http_server.ts";

/** What to do with one request; README.md explains each. */
export type Command =
  | { readonly do: "ok"; readonly headMs?: number; readonly chunkMs?: number }
  | {
    readonly do: "fail";
    readonly status: number;
    readonly body?: unknown;
    readonly headers?: Readonly<Record<string, string>>;
  }
  | { readonly do: "reset" }
  | { readonly do: "close" }
  | { readonly do: "reset-after"; readonly chunks: number }
  | { readonly do: "close-after"; readonly chunks: number }
  | { readonly do: "cut"; readonly chunks?: number }
  | { readonly do: "stall-after"; readonly chunks: number }
  | { readonly do: "garbage" }
  | { readonly do: "garbage-stream" }
  | { readonly do: "html" }
  | { readonly do: "empty" }
  | { readonly do: "half-json" }
  | { readonly do: "short-body" }
  | { readonly do: "redirect"; readonly to: string; readonly status?: number }
  | { readonly do: "silence" }
  | { readonly do: "huge"; readonly bytes: number }
  | {
    readonly do: "raw";
    readonly status?: number;
    readonly body: string | Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  };

/**
 * A list is used up by the requests that ask a model (POSTs that list or show nothing), one a
 * request, and `ok` follows; a function is asked for every request, undefined means `ok`.
 */
export type Script = readonly Command[] | ((request: FakeRequest) => Command | undefined);
