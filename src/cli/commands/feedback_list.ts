/**
 * `feedback list`: what the node has learned.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { milliseconds } from "../output/format.ts";
import { renderTable } from "../output/table.ts";
import { connectNode } from "../settings.ts";

/** Prints what is known of each capability and kind of intent. */
export async function run(invocation: Invocation): Promise<number> {
  const { output, signal } = invocation;
  await using node = await connectNode(invocation);
  const data = await node.experience({ signal });
  if (output.isJson) await output.json({ data });
  else if (data.length === 0) await output.print("Nothing is learned yet");
  else {
    await output.write(renderTable({
      columns: [
        { title: "CAPABILITY", shrinks: true },
        { title: "INTENT" },
        { title: "VALUE", align: "right" },
        { title: "WEIGHT", align: "right" },
        { title: "FIRST BYTE", align: "right" },
      ],
      rows: data.map(({ capability, intent, value, weight, latencyMs }) => [
        capability.split("/").slice(1).join("/"),
        intent,
        value.toFixed(2),
        weight.toFixed(1),
        latencyMs === undefined ? "" : milliseconds(latencyMs),
      ]),
      palette: output.style,
      width: output.width,
    }));
  }
  return 0;
}
