/**
 * Backends and capabilities for people.
 *
 * @module
 */

import type { CapabilityFeatures, Locality } from "../core/capability.ts";
import type { BackendStatus } from "../core/node_api.ts";
import { milliseconds, tokens } from "./output/format.ts";
import type { Output } from "./output/output.ts";
import { renderTable } from "./output/table.ts";

/** What to do where no model server is. */
export const howToAddModels: readonly string[] = [
  "Embeddings work as they are. To chat, add a model:",
  "- start a model server here, such as ollama serve; it is found by itself",
  "- or set a provider's key, such as OPENAI_API_KEY or ANTHROPIC_API_KEY",
  "- or name a server elsewhere under backends: in the configuration file",
];

const places: Readonly<Record<Locality, string>> = {
  embedded: "inside",
  machine: "this machine",
  network: "network",
  mesh: "mesh",
  cloud: "cloud",
};

/** Where something runs, in a word or two. */
export function place(locality: Locality): string {
  return places[locality];
}

/** Backends with their state, one a line. */
export function backendTable(backends: readonly BackendStatus[], output: Output): string {
  const { good, bad, dim } = output.style;
  const styles = { up: good, down: bad, unknown: dim };
  return renderTable({
    columns: [
      { title: "BACKEND" },
      { title: "STATE" },
      { title: "MODELS", align: "right" },
      { title: "LATENCY", align: "right" },
      { title: "WHERE" },
      { title: "ADDRESS", shrinks: true },
      { title: "NOTE", shrinks: true },
    ],
    rows: backends.map((backend) => [
      backend.id,
      { text: backend.state, style: styles[backend.state] },
      String(backend.models),
      // There is no way to the engine inside that could take time.
      backend.latencyMs === undefined || backend.source === "embedded"
        ? ""
        : milliseconds(backend.latencyMs),
      place(backend.locality),
      backend.address,
      backend.state === "down" ? backend.reason ?? "" : engineNote(backend),
    ]),
    palette: output.style,
    width: output.width,
    indent: 2,
  });
}

function engineNote({ id, engine, version }: BackendStatus): string {
  return [...(engine === id ? [] : [engine]), ...(version === undefined ? [] : [version])].join(
    " ",
  );
}

/** What a capability supports: `tools, vision, 384 dimensions`. */
export function featureText(features: CapabilityFeatures): string {
  const words: string[] = [];
  if (features.tools) words.push("tools");
  if (features.vision) words.push("vision");
  if (features.audio) words.push("audio");
  if (features.json) words.push("json");
  if (features.reasoning) words.push("reasoning");
  if (features.dimensions !== undefined) words.push(`${features.dimensions} dimensions`);
  return words.join(", ");
}

/** A context length: `8k`, or a dash where it is unknown. */
export function contextText(features: CapabilityFeatures): string {
  return features.contextTokens === undefined ? "-" : tokens(features.contextTokens);
}
