/**
 * `init`: sets a machine up.
 *
 * @module
 */

import { relative } from "node:path";
import type { InitReport } from "../../app/types.ts";
import { backendTable, howToAddModels } from "../backend_report.ts";
import type { Invocation } from "../invocation.ts";
import { count } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { ownCommand } from "../own_command.ts";
import { printable } from "../output/printable.ts";
import { pad } from "../output/width.ts";
import { loadSettings, nodeOptions } from "../settings.ts";

/** Makes what is missing, looks around, and says what to do next. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, context } = invocation;
  const config = await loadSettings(invocation, {
    nodeName: flags.string("node-name"),
    noDiscovery: !flags.boolean("discovery"),
  });
  const { initNode } = await context.app();
  const report = await initNode(config, nodeOptions(invocation, config));
  if (output.isJson) await output.json(report);
  else await printReport(report, output);
  return 0;
}

/** What was done, each with the files that it was done to. */
function fileLines({ dataDir, files }: InitReport): string[] {
  const states = ["created", "repaired", "kept"] as const;
  return states.flatMap((state) => {
    const names = files.filter((file) => file.state === state && file.path !== dataDir)
      .map(({ path }) => printable(relative(dataDir, path)));
    return names.length === 0 ? [] : [`  ${pad(state, 8)}  ${names.join(", ")}`];
  });
}

async function printReport(report: InitReport, output: Output): Promise<void> {
  const { bold, dim, accent } = output.style;
  const isNew = report.files.some(({ state }) => state === "created");
  await output.print(
    bold(
      `Atmosphere ${isNew ? "is set up" : "was set up already"} in ${printable(report.dataDir)}`,
    ),
    "",
    `  node      ${printable(report.nodeName)} ${dim(printable(report.peerId))}`,
    ...fileLines(report),
    "",
  );
  const servers = report.backends.filter(({ source }) => source !== "embedded");
  if (servers.length > 0) {
    const total = count(report.capabilities, "capability", "capabilities");
    await output.print(bold(`Found ${count(servers.length, "backend")}, ${total} in all`));
    await output.write(backendTable(servers, output));
  } else {
    await output.print(bold("No model server answers on this machine"));
    await output.print(...howToAddModels.map((line) => `  ${line}`));
  }
  const own = ownCommand();
  await output.print(
    "",
    bold("Next"),
    `  ${accent(`${own} serve`)}   start the node`,
    `  ${accent(`${own} models`)}  see what it can use`,
    `  ${accent(`${own} route "write a python function that parses dates" --explain`)}`,
  );
}
