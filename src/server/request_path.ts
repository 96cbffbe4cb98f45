/**
 * The target of a request as it was sent: split without normalising, and refused when it could mean
 * one thing here and another behind.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import { quote } from "./host_policy.ts";

/** What can't stand in a path: `//`, backslash, fragment, anything but ASCII, broken and control escapes. */
const forbidden = /\/\/|\\|#|[^!-~]|%(?![0-9a-fA-F]{2})|%(?:0[0-9a-fA-F]|1[0-9a-fA-F]|7[fF]|5[cC])/;
const dotSegment = /(?:\/|%2f)(?:\.|%2e){1,2}(?=\/|%2f|$)/i;
const encodedSlash = /%2f/i;
/** Below it, ids may hold encoded slashes. */
const idPrefix = "/v1/models/";

/** Path and query of a request's target. */
export interface RequestTarget {
  readonly path: string;
  readonly search: string;
}

/**
 * Splits `url`, whose authority must be `host`: Deno takes it from an absolute-form target where
 * there is one, and such a target may not contradict the `Host` that was checked.
 *
 * Throws `invalid_request`.
 */
export function readTarget(url: string, host: string): RequestTarget {
  const start = url.indexOf("://") + 3;
  let end = start + host.length;
  if (!url.startsWith(host, start)) {
    // `Host: LOCALHOST` beside `http://localhost/…` is agreement as well.
    const slash = url.indexOf("/", start);
    end = slash === -1 ? url.length : slash;
    if (url.slice(start, end).toLowerCase() !== host.toLowerCase()) throw disagreement();
  }
  const next = url.charCodeAt(end);
  if (end < url.length && next !== 0x2f && next !== 0x3f) throw disagreement();
  const question = url.indexOf("?", end);
  const path = question === -1 ? url.slice(end) : url.slice(end, question);
  return { path: path === "" ? "/" : path, search: question === -1 ? "" : url.slice(question) };
}

function disagreement(): AtmosphereError {
  return new AtmosphereError(
    "invalid_request",
    "The request's target names another host than its Host header",
    { param: "host" },
  );
}

/** Throws `invalid_request` for a path that is ambiguous. */
export function checkPath(path: string): void {
  if (
    path.startsWith("/") && !forbidden.test(path) && !dotSegment.test(path) &&
    (path.startsWith(idPrefix) || !encodedSlash.test(path)) && isDecodable(path)
  ) return;
  throw new AtmosphereError("invalid_request", `The path ${quote(path)} is ambiguous`, {
    param: "path",
    hint:
      "Send it without //, \\, dot segments, encoded slashes, control characters and broken escapes",
  });
}

/** Whether the escapes are UTF-8. */
function isDecodable(path: string): boolean {
  if (!path.includes("%")) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
