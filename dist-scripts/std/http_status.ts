/** `@std/http/status` where JSR does not answer: the same code from npm, with the types this project uses. */
import * as std from "npm:deno-std@1.4.0/http/status.js";

/** The reason phrase of every registered HTTP status. */
export const STATUS_TEXT: Record<number, string> = std.STATUS_TEXT;
