/**
 * `config schema`: the JSON Schema of the configuration file.
 *
 * @module
 */

import { configJsonSchema } from "../../config/json_schema.ts";
import type { Invocation } from "../invocation.ts";

/** Prints the schema. */
export async function run({ output }: Invocation): Promise<number> {
  await output.print(JSON.stringify(await configJsonSchema(), null, 2));
  return 0;
}
