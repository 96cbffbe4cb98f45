/**
 * `feedback give`: tells the node how good an answer was.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { connectNode } from "../settings.ts";
import { UsageError } from "../usage_error.ts";

/** What people call a rating. */
const words: Readonly<Record<string, number>> = { good: 1, bad: -1 };

/** Sends the rating; exit code 3 when the decision is not remembered. */
export async function run(invocation: Invocation): Promise<number> {
  const { args: [decision = "", rating = ""], flags, output, signal, path } = invocation;
  const value = words[rating.toLowerCase()] ?? (rating.trim() === "" ? NaN : Number(rating));
  if (!(value >= -1 && value <= 1)) {
    throw new UsageError(
      `RATING must be good, bad or a number from -1 to 1, got "${rating}"`,
      { path },
    );
  }
  const capability = flags.string("capability");
  await using node = await connectNode(invocation);
  await node.feedback({
    decision,
    rating: value,
    ...(capability === undefined ? {} : { capability }),
  }, { signal });
  if (output.isJson) await output.json({ learned: true });
  else await output.print("Learned");
  return 0;
}
