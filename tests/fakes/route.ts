/**
 * How an engine of the fake servers answers, before a command gets in between.
 *
 * @module
 */

import type { FakeRequest } from "./http_server.ts";
import type { FakeModel } from "./models.ts";

/** An answer: a JSON document, the events of a stream, or text. */
export interface Answer {
  /** @default 200 */
  readonly status?: number;
  readonly json?: unknown;
  readonly events?: readonly string[];
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One engine of the fake servers. */
export type Route = (
  request: FakeRequest,
  server: { readonly models: readonly FakeModel[] },
) => Answer;

/** What all of them say to an unknown path. */
export const unknownPath: Answer = { status: 404, json: { detail: "Not Found" } };
