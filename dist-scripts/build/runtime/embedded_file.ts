/** Part of the executable alone: files that lie inside it, for code that can't open them there. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const inside = fileURLToPath(new URL("./", import.meta.url));

/** The bytes of `found` when it is the path of a file inside the executable, else `found` itself. */
export function readEmbedded<T>(found: T): T | Uint8Array {
  return typeof found === "string" && found.startsWith(inside) ? readFileSync(found) : found;
}
