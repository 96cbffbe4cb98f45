/** Part of the executable alone: native addons, from where they are laid out. */
import { createRequire } from "node:module";
import { layOut } from "./lay_out.ts";

/** Loads the addon `name`. */
export function requireNative(name: string): unknown {
  const path = layOut(name);
  return createRequire(path)(path);
}
