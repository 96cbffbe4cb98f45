/**
 * Who has to show the node's token, and whether what they show is it.
 *
 * @module
 */

import { AtmosphereError, type Secret } from "../core/mod.ts";

/** What a request may do; the token rules go by it. */
export type Access =
  /** Always open: liveness. */
  | "open"
  /** Reading and model calls: open on loopback. */
  | "use"
  /** Changes the node: always needs the token. */
  | "change";

/** Compares presented tokens with the node's in constant time. */
export class TokenCheck {
  readonly #token: Uint8Array;
  readonly #loopback: boolean;

  /** Does no I/O. `loopback` is whether the listener reaches this machine only. */
  constructor(token: Secret, options: { loopback: boolean }) {
    this.#token = new TextEncoder().encode(token.reveal());
    this.#loopback = options.loopback;
  }

  /** Throws `unauthorized` when the token is needed and not there. */
  check(headers: Headers, access: Access): void {
    if (access === "open" || (access === "use" && this.#loopback)) return;
    const shown = presentedToken(headers);
    if (shown !== undefined && isSame(new TextEncoder().encode(shown), this.#token)) return;
    throw new AtmosphereError(
      "unauthorized",
      shown === undefined ? "This needs the node's token" : "The token is not this node's",
      {
        hint: "Send the content of the file token in the data directory as " +
          "Authorization: Bearer TOKEN, or as x-api-key",
      },
    );
  }
}

function presentedToken(headers: Headers): string | undefined {
  const authorization = headers.get("authorization");
  const bearer = authorization === null ? null : /^Bearer +(\S+) *$/i.exec(authorization);
  return bearer?.[1] ?? headers.get("x-api-key") ?? undefined;
}

/**
 * Whether `shown` is `secret`, in a time that depends on the length of `shown` alone. An empty secret
 * is nobody's. `node:crypto` has the like, but its import takes a tenth of a node's start.
 */
function isSame(shown: Uint8Array, secret: Uint8Array): boolean {
  if (secret.length === 0) return false;
  let difference = shown.length ^ secret.length;
  for (let i = 0; i < shown.length; i++) difference |= shown[i]! ^ secret[i % secret.length]!;
  return difference === 0;
}
