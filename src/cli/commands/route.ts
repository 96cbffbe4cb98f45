/**
 * `route`: which capability would serve an intent, and why.
 *
 * @module
 */

import type { CapabilityKind } from "../../core/capability.ts";
import type { Decision } from "../../core/decision.ts";
import { AtmosphereError } from "../../core/errors.ts";
import type { Preference } from "../../core/intent.ts";
import { explainDecision, summariseDecision } from "../decision_report.ts";
import type { Invocation } from "../invocation.ts";
import { connectNode } from "../settings.ts";
import { UsageError } from "../usage_error.ts";

/** Prints the decision; a refusal is an error with the code that a request would get. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, signal, path } = invocation;
  const intent = args.join(" ");
  if (intent.trim() === "") throw new UsageError("INTENT is empty", { path });
  const model = flags.string("model");
  const kind = flags.string("kind") as CapabilityKind | undefined;
  const preference = flags.string("prefer") as Preference | undefined;
  await using node = await connectNode(invocation);
  const decision = await node.route({
    intent,
    explain: flags.boolean("explain"),
    ...(kind === undefined ? {} : { kind }),
    ...(model === undefined ? {} : { model }),
    ...(preference === undefined ? {} : { preference }),
    ...(flags.boolean("local-only") ? { policy: { localOnly: true } } : {}),
  }, { signal });
  if (output.isJson) await output.json(decision);
  else if (flags.boolean("explain")) await output.write(explainDecision(decision, output));
  else if (decision.refusal === undefined) await output.write(summariseDecision(decision, output));
  if (decision.refusal !== undefined) throw refused(decision.refusal);
  return 0;
}

function refused({ code, message, hint, suggestions }: NonNullable<Decision["refusal"]>) {
  const near = suggestions.length === 0 ? "" : `; near it: ${suggestions.join(", ")}`;
  return new AtmosphereError(code, message, { hint: hint + near });
}
