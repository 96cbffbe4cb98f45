/**
 * `feedback reset`: forgets what the node has learned.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { connectNode } from "../settings.ts";

/** Forgets everything, or everything of one capability. */
export async function run(invocation: Invocation): Promise<number> {
  const { args: [capability], output, signal } = invocation;
  await using node = await connectNode(invocation);
  await node.forgetExperience(capability, { signal });
  if (output.isJson) await output.json({ reset: true });
  else await output.print(capability === undefined ? "Forgotten" : `Forgotten: ${capability}`);
  return 0;
}
