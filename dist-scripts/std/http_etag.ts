/** `@std/http/etag` where JSR does not answer: the same code from npm, with the types this project uses. */
import * as std from "npm:deno-std@1.4.0/http/etag.js";

/** An entity tag for bytes or text. */
export const eTag: (entity: string | Uint8Array) => Promise<string | undefined> = std.eTag;
/** Whether an `If-None-Match` value means that the entity must be sent. */
export const ifNoneMatch: (
  value: string | null,
  etag: string | undefined,
) => boolean = std.ifNoneMatch;
