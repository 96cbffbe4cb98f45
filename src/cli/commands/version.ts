/**
 * `version`: this program and what it runs on.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import { version } from "../../core/version.ts";
import type { Invocation } from "../invocation.ts";

/** Prints the versions, or the notices. */
export async function run({ flags, output }: Invocation): Promise<number> {
  if (flags.boolean("notices")) {
    const notices = await readNotices();
    if (output.isJson) await output.json({ notices });
    else await output.write(notices);
    return 0;
  }
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

/** The file that the build lays beside the bundle. */
async function readNotices(): Promise<string> {
  if (!Deno.build.standalone) {
    throw new AtmosphereError("not_found", "Only an executable carries the works of others", {
      hint: "Run from source, each package has its own licence beside it",
    });
  }
  return await Deno.readTextFile(new URL("./NOTICES.txt", import.meta.url));
}
