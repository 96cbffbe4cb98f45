/**
 * `serve`: the node in the foreground.
 *
 * @module
 */

import type { RunningNode } from "../../app/types.ts";
import { dataDirPaths } from "../../config/data_dir.ts";
import { isLoopbackHost } from "../../config/host.ts";
import type { Config } from "../../config/types.ts";
import type { CapabilityView, NodeStatus } from "../../core/node_api.ts";
import { AtmosphereError } from "../../core/errors.ts";
import { version } from "../../core/version.ts";
import { backendTable, howToAddModels } from "../backend_report.ts";
import { OutputClosed } from "../context.ts";
import type { Invocation } from "../invocation.ts";
import { count } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { loadSettings, nodeOptions } from "../settings.ts";

/** Listens until the first interrupt, then drains. The second interrupt ends at once. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, context, signal } = invocation;
  const config = await loadSettings(invocation, {
    host: flags.string("host"),
    port: flags.number("port"),
    nodeName: flags.string("node-name"),
    noDiscovery: !flags.boolean("discovery"),
    localOnly: flags.boolean("local-only"),
  });
  const { startNode } = await context.app();
  const level = flags.boolean("quiet") ? "error" : config.log.level;
  await using node = await startNode(config, nodeOptions(invocation, config, { level }))
    .catch(async (error) => {
      throw await namingHolder(error, config.server.port);
    });
  const stopped = aborted(signal);
  await unlessClosed(async () => {
    await announceStart(node, { config, output });
    await Promise.race([node.discovered, stopped]);
    if (!signal.aborted) await announceFindings(node, { config, output });
  });
  await stopped;
  const { requests } = await node.status();
  await output.note(
    requests.inFlight === 0
      ? "Stopping"
      : `Stopping when ${count(requests.inFlight, "request")} under way ${
        requests.inFlight === 1 ? "is" : "are"
      } done; interrupt again to end at once`,
  );
  await node.drain();
  await output.note("Stopped");
  return 0;
}

/** The error, with the process that has the port where the system tells. */
async function namingHolder(error: unknown, port: number): Promise<unknown> {
  if (!(error instanceof AtmosphereError) || error.code !== "port_in_use") return error;
  const { findPortHolder } = await import("../doctor/port_holder.ts");
  const holder = await findPortHolder(port);
  if (holder === undefined) return error;
  const { hint = "", param = "server.port" } = error;
  return new AtmosphereError(
    "port_in_use",
    `${error.message}: process ${holder.pid} (${holder.command})`,
    { cause: error, param, hint },
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/** A node goes on serving when nobody reads what it printed any more. */
async function unlessClosed(print: () => Promise<void>): Promise<void> {
  try {
    await print();
  } catch (error) {
    if (!(error instanceof OutputClosed)) throw error;
  }
}

async function announceStart(
  node: RunningNode,
  { config, output }: { readonly config: Config; readonly output: Output },
): Promise<void> {
  const { url } = node;
  const name = config.node.name;
  if (output.isJson) {
    const { dataDir } = config;
    await output.json({ url, id: node.id, name, version, dataDir, pid: Deno.pid });
    return;
  }
  const { bold, accent } = output.style;
  await output.print(
    bold(`Atmosphere ${version} serves as ${printable(name)}`),
    "",
    `  Page     ${accent(`${url}/`)}`,
    `  OpenAI   ${accent(`${url}/v1`)}`,
    `  Data     ${printable(config.dataDir)}`,
    ...(isLoopbackHost(config.server.host) ? [] : [
      `  Network  other machines can reach ${printable(config.server.host)};` +
      ` every request needs the token in ${printable(tokenPlace(config))}`,
    ]),
    "",
    "Looking for model servers",
  );
}

/** Where a person finds the token. */
function tokenPlace({ dataDir, token }: Config): string {
  return token === undefined ? dataDirPaths(dataDir).token : "ATMOSPHERE_TOKEN";
}

async function announceFindings(
  node: RunningNode,
  { config, output }: { readonly config: Config; readonly output: Output },
): Promise<void> {
  const [status, capabilities] = await Promise.all([node.status(), node.capabilities()]);
  if (output.isJson) {
    await output.json({ backends: status.backends, capabilities: status.capabilities });
    return;
  }
  await printFindings(status, output);
  const { bold } = output.style;
  await output.print("", bold("Try it"), `  ${curlLine(node.url, { config, capabilities })}`, "");
  await output.print("Ctrl-C stops the node");
}

async function printFindings(status: NodeStatus, output: Output): Promise<void> {
  const servers = status.backends.filter(({ source }) => source !== "embedded");
  if (servers.some(({ state }) => state === "up")) {
    await output.write(backendTable(servers, output));
    return;
  }
  if (servers.length > 0) await output.write(backendTable(servers, output));
  await output.print("No model server answers yet; the node keeps looking", ...howToAddModels);
}

/** A request that works with what is there. */
function curlLine(
  url: string,
  { config, capabilities }: {
    readonly config: Config;
    readonly capabilities: readonly CapabilityView[];
  },
): string {
  const chats = capabilities.some(({ kind }) => kind === "llm/chat");
  const [path, body] = chats
    ? ["chat/completions", { model: "auto", messages: [{ role: "user", content: "Hello" }] }]
    : ["embeddings", { input: "Hello" }];
  return [
    `curl ${url}/v1/${path} -H 'content-type: application/json'`,
    ...(isLoopbackHost(config.server.host)
      ? []
      : [`-H "authorization: Bearer ${shellToken(config)}"`]),
    `-d '${JSON.stringify(body)}'`,
  ].join(" ");
}

function shellToken(config: Config): string {
  return config.token === undefined
    ? `$(cat '${printable(dataDirPaths(config.dataDir).token)}')`
    : "$ATMOSPHERE_TOKEN";
}
