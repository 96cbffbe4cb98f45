/**
 * `models`, `model list`: what the node can use.
 *
 * @module
 */

import type { CapabilityKind } from "../../core/capability.ts";
import type { CapabilityView } from "../../core/node_api.ts";
import { contextText, featureText, howToAddModels, place } from "../backend_report.ts";
import type { Invocation } from "../invocation.ts";
import type { Output } from "../output/output.ts";
import { renderTable } from "../output/table.ts";
import { connectNode } from "../settings.ts";

/** Prints every capability, or those of one kind. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, signal } = invocation;
  const kind = flags.string("kind") as CapabilityKind | undefined;
  await using node = await connectNode(invocation);
  const found = await node.capabilities({ signal, ...(kind === undefined ? {} : { kind }) });
  const models = [...found].sort(byKindAndName);
  if (output.isJson) {
    await output.json({ models });
    return 0;
  }
  if (models.length > 0) await output.write(modelTable(models, output));
  if (kind === undefined && !models.some((model) => model.kind === "llm/chat")) {
    await output.note(howToAddModels.join("\n"));
  } else if (models.length === 0) {
    await output.note(`Nothing here is of the kind ${kind}`);
  }
  return 0;
}

function byKindAndName(a: CapabilityView, b: CapabilityView): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function modelTable(models: readonly CapabilityView[], output: Output): string {
  return renderTable({
    columns: [
      { title: "NAME", shrinks: true },
      { title: "KIND" },
      { title: "BACKEND" },
      { title: "CONTEXT", align: "right" },
      { title: "WHERE" },
      { title: "FEATURES", shrinks: true },
    ],
    rows: models.map((model) => [
      { text: model.name, style: output.style.accent },
      model.kind,
      model.backend,
      contextText(model.features),
      model.locality === "mesh" ? model.nodeName : place(model.locality),
      featureText(model.features),
    ]),
    palette: output.style,
    width: output.width,
  });
}
