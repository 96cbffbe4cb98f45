/**
 * Which backends answer, and what to do about those that don't.
 *
 * @module
 */

import type { Config } from "../../config/types.ts";
import type { BackendStatus, CapabilityView } from "../../core/node_api.ts";
import { howToAddModels } from "../backend_report.ts";
import { count, milliseconds } from "../output/format.ts";
import type { Finding } from "./finding.ts";

/** How each local engine is started, where one command does it. */
const startCommands: Readonly<Record<string, string>> = {
  ollama: "ollama serve",
  "llama.cpp": "llama-server -m MODEL.gguf",
  vllm: "vllm serve MODEL",
  lmstudio: "lms server start",
  localai: "local-ai run",
  sglang: "python -m sglang.launch_server --model-path MODEL",
  llamafarm: "lf start",
};

/** How an engine without models gets one. */
const pullCommands: Readonly<Record<string, string>> = {
  ollama: "ollama pull llama3.2",
  lmstudio: "lms get llama-3.2-3b-instruct",
  localai: "local-ai models install llama-3.2-3b-instruct",
};

/** One finding a backend that was configured or found, but for the one inside. */
export function checkBackends(backends: readonly BackendStatus[]): Finding[] {
  return backends.filter(({ source }) => source !== "embedded").map(checkBackend);
}

function checkBackend(backend: BackendStatus): Finding {
  const { id, state, address, source, models } = backend;
  const check = { id: `backend.${id}`, title: `Backend ${id}` };
  if (state === "up") {
    const version = backend.version === undefined ? "" : ` ${backend.version}`;
    const latency = backend.latencyMs === undefined ? "" : ` in ${milliseconds(backend.latencyMs)}`;
    const found = `${backend.engine}${version} at ${address} answers${latency}, ${
      count(models, "model")
    }`;
    if (models > 0) return { ...check, verdict: "ok", found };
    const pull = pullCommands[backend.engine];
    const mend = pull === undefined ? "Load a model there" : `Get one: ${pull}`;
    return { ...check, verdict: "warning", found, mend };
  }
  return {
    ...check,
    // A key in the environment is no promise that the machine is online.
    verdict: source === "configured" ? "broken" : "warning",
    found: `${backend.engine} at ${address} does not answer: ${
      backend.reason ?? "no reason is known"
    }`,
    mend: mendBackend(backend),
  };
}

function mendBackend({ id, engine, locality, source }: BackendStatus): string {
  if (locality === "cloud") {
    return source === "environment"
      ? `Check the network and ${engine.toUpperCase().replaceAll(".", "_")}_API_KEY`
      : `Check the network and apiKey of the backend ${id} in the configuration`;
  }
  const start = startCommands[engine];
  const where = locality === "network" ? " on that machine" : "";
  const advice = start === undefined ? `Start it${where}` : `Start it${where}: ${start}`;
  return source === "configured"
    ? `${advice}; or correct its url in the configuration, or remove it`
    : advice;
}

/** Whether looking around found something that can chat. */
export function checkDiscovery(
  config: Config,
  found: {
    readonly backends: readonly BackendStatus[];
    readonly capabilities: readonly CapabilityView[];
  },
): Finding {
  const check = { id: "discovery", title: "Discovery" };
  const discovered = found.backends.filter(({ source }) => source === "discovered");
  const chats = found.capabilities.filter(({ kind }) => kind === "llm/chat").length;
  const summary = config.discovery.enabled
    ? `${count(discovered.length, "model server")} found on this machine, ${
      count(chats, "chat model")
    } in all`
    : `switched off; ${count(chats, "chat model")} in all`;
  if (chats > 0) return { ...check, verdict: "ok", found: summary };
  return { ...check, verdict: "warning", found: summary, mend: howToAddModels.join("\n") };
}
