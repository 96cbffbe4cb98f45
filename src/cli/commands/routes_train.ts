/**
 * `routes train`: the model that recognises the routes.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { printable } from "../output/printable.ts";
import { openRoutes, percentage, workOf } from "../routes_options.ts";

/** Trains, and says how good the model is. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output } = invocation;
  const perRoute = flags.number("per-route");
  const seed = flags.number("seed");
  await using api = await openRoutes(invocation);
  const model = await api.train({
    ...workOf(invocation),
    ...(perRoute === undefined ? {} : { perRoute }),
    ...(seed === undefined ? {} : { seed }),
  });
  if (output.isJson) {
    await output.json(model);
    return 0;
  }
  await output.print(
    `${model.routes} routes learned from ${model.utterances} utterances in ${
      (model.trainMs / 1000).toFixed(2)
    } s (embedding ${(model.embedMs / 1000).toFixed(2)} s)`,
    `held-out accuracy ${percentage(model.accuracy)}, out-of-scope AUROC ${
      model.aurocOos?.toFixed(4) ?? "-"
    }, calibration error ${model.ece?.toFixed(4) ?? "-"}`,
    `${printable(model.file)}, ${model.bytes} bytes, for ${printable(model.embedder)}`,
  );
  return 0;
}
