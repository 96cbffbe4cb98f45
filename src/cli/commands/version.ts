/**
 * `version`: this program and what it runs on.
 *
 * @module
 */

import { version } from "../../core/version.ts";
import type { Invocation } from "../invocation.ts";

/** Prints the versions. */
export async function run({ output }: Invocation): Promise<number> {
  const { deno, v8, typescript } = Deno.version;
  const { os: platform, arch } = Deno.build;
  if (output.isJson) {
    await output.json({ version, deno, v8, typescript, platform, arch });
  } else {
    await output.print(
      `atmosphere ${version}`,
      `deno ${deno} (v8 ${v8}, typescript ${typescript})`,
      `${platform} ${arch}`,
    );
  }
  return 0;
}
