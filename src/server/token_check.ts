/**
 * Who has to show the node's token, and whether what they show is it.
 *
 * @module
 */

import { createHash, timingSafeEqual } from "node:crypto";
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
  readonly #digest: Uint8Array;
  readonly #empty: boolean;
  readonly #loopback: boolean;

  /** Does no I/O. `loopback` is whether the listener reaches this machine only. */
  constructor(token: Secret, options: { loopback: boolean }) {
    this.#digest = sha256(token.reveal());
    this.#empty = token.reveal() === "";
    this.#loopback = options.loopback;
  }

  /** Throws `unauthorized` when the token is needed and not there. */
  check(headers: Headers, access: Access): void {
    if (access === "open" || (access === "use" && this.#loopback)) return;
    const shown = presentedToken(headers);
    if (shown !== undefined && !this.#empty && timingSafeEqual(sha256(shown), this.#digest)) return;
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

/** Equal lengths for the comparison, whatever was presented. */
function sha256(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}
