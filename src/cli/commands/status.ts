/**
 * `status`: the node, its backends and what they can do.
 *
 * @module
 */

import type { CapabilityView, NodeStatus } from "../../core/node_api.ts";
import { backendTable } from "../backend_report.ts";
import type { Invocation } from "../invocation.ts";
import { bytes, count, duration } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { pad } from "../output/width.ts";
import { ownCommand } from "../own_command.ts";
import { connectNode } from "../settings.ts";

/** Prints the state of the running node, else of the data directory. */
export async function run(invocation: Invocation): Promise<number> {
  const { output, signal } = invocation;
  await using node = await connectNode(invocation);
  const [status, capabilities] = await Promise.all([
    node.status({ signal }),
    node.capabilities({ signal }),
  ]);
  const kinds = countKinds(capabilities);
  if (output.isJson) await output.json({ ...status, kinds });
  else await printStatus(status, { kinds, output });
  return 0;
}

function countKinds(capabilities: readonly CapabilityView[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { kind } of capabilities) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return Object.fromEntries(Object.entries(kinds).sort(([a], [b]) => a < b ? -1 : 1));
}

function facts(status: NodeStatus, { style }: Output): Array<readonly [string, string]> {
  const { embedder, requests } = status;
  const rows: Array<readonly [string, string]> = [
    ["Name", status.name],
    ["Id", status.id],
    ["Version", status.version],
  ];
  if (status.running) {
    const pid = status.pid === undefined ? "" : `, process ${status.pid}`;
    rows.push(["URL", status.url ?? ""]);
    rows.push(["Running", `${duration(status.uptimeSeconds ?? 0)}${pid}`]);
  } else {
    rows.push(["Running", style.warn(`no; start it with: ${ownCommand()} serve`)]);
  }
  rows.push(["Data", status.dataDir]);
  const engine = embedder.failure === undefined
    ? embedder.state
    : `${embedder.state}: ${embedder.failure}`;
  rows.push([
    "Embeddings",
    `${embedder.name} ${embedder.dtype}, ${embedder.dimensions} dimensions, ${engine}`,
  ]);
  if (status.running) {
    rows.push([
      "Requests",
      `${requests.total}, ${requests.failed} failed, ${requests.inFlight} under way`,
    ]);
    rows.push(["Memory", bytes(status.memory.rssBytes)]);
  }
  return rows;
}

async function printStatus(
  status: NodeStatus,
  { kinds, output }: { readonly kinds: Readonly<Record<string, number>>; readonly output: Output },
): Promise<void> {
  const { bold } = output.style;
  await output.print(
    bold("Node Status"),
    ...facts(status, output).map(([label, value]) =>
      `  ${pad(label, 12)}${label === "Running" ? value : printable(value)}`
    ),
    "",
    bold("Backends"),
  );
  await output.write(backendTable(status.backends, output));
  await output.print(
    "",
    bold(count(status.capabilities, "capability", "capabilities")),
    ...Object.entries(kinds).map(([kind, n]) => `  ${pad(printable(kind), 18)}${n}`),
  );
}
