/** `@std/http/negotiation` where JSR does not answer: the same code from npm, with the types this project uses. */
import * as std from "npm:deno-std@1.4.0/http/negotiation.js";

/** The first of `encodings` that the request prefers, or undefined. */
export const acceptsEncodings: (
  request: Pick<Request, "headers">,
  ...encodings: string[]
) => string | undefined = std.acceptsEncodings;
/** The first of `types` that the request prefers, or undefined. */
export const accepts: (
  request: Pick<Request, "headers">,
  ...types: string[]
) => string | undefined = std.accepts;
