/** Node, backends and capabilities as they are. */

import { badge, byId, duration, element, megabytes, replace, table, tokens } from "./dom.js";

/** @type {Record<string, string>} */
const stateTones = { up: "good", ready: "good", down: "bad", failed: "bad" };
/** @type {Record<string, string>} */
const places = {
  embedded: "inside",
  machine: "this\u00a0machine",
  network: "network",
  mesh: "mesh",
  cloud: "cloud",
};
/** Kinds in the order in which people look for them. */
const kindOrder = ["llm/chat", "llm/embed"];

/** @param {any} status A `NodeStatus`. */
export function showNode(status) {
  document.title = `${status.name} · Atmosphere`;
  const { embedder, requests } = status;
  /** @type {[string, Node | string][]} */
  const facts = [
    ["Name", status.name],
    ["Version", status.version],
    ["Address", status.url ?? "not listening"],
    [
      "Running for",
      status.uptimeSeconds === undefined ? "unknown" : duration(status.uptimeSeconds),
    ],
    [
      "Requests",
      `${requests.total} (${requests.failed} failed, ${requests.inFlight} under way)`,
    ],
    ["Memory", megabytes(status.memory.rssBytes)],
    [
      "Embeddings",
      element(
        "span",
        {},
        `${embedder.name}, ${embedder.dimensions} dimensions `,
        badge(embedder.state, stateTones[embedder.state] ?? "plain"),
        embedder.failure === undefined ? "" : ` ${embedder.failure}`,
      ),
    ],
    ["Data", status.dataDir],
    ["Identity", element("code", {}, status.id)],
  ];
  replace(
    byId("node"),
    ...facts.map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value))
    ),
  );
}

/** @param {any[]} backends Each a `BackendStatus`. */
export function showBackends(backends) {
  const servers = backends.filter((backend) => backend.source !== "embedded");
  const empty = servers.length > 0 ? [] : [emptyBackends()];
  replace(
    byId("backends"),
    ...empty,
    table(
      "Backends of this node",
      ["Backend", "State", "Engine", "Address", "Where", "Found by", "Models", "Latency"],
      backends.map((backend) => [
        backend.id,
        element(
          "span",
          {},
          badge(backend.state, stateTones[backend.state] ?? "plain"),
          backend.reason === undefined ? "" : ` ${backend.reason}`,
        ),
        backend.version === undefined ? backend.engine : `${backend.engine} ${backend.version}`,
        ...(backend.source === "embedded"
          ? ["", "inside", "built in"]
          : [backend.address, places[backend.locality] ?? backend.locality, backend.source]),
        String(backend.models),
        backend.latencyMs === undefined || backend.source === "embedded"
          ? ""
          : `${backend.latencyMs.toFixed(backend.latencyMs < 10 ? 1 : 0)} ms`,
      ]),
    ),
  );
}

function emptyBackends() {
  return element(
    "p",
    { class: "notice" },
    "No model server was found yet; the node keeps looking. Start one, for example with ",
    element("code", {}, "ollama serve"),
    ", set a provider's key such as ",
    element("code", {}, "OPENAI_API_KEY"),
    " before the node starts, or name a server in the file that ",
    element("code", {}, "atmosphere config path"),
    " prints. Embeddings work without.",
  );
}

/** @param {any[]} capabilities Each a `CapabilityView`. */
export function showCapabilities(capabilities) {
  const place = byId("capabilities");
  if (capabilities.length === 0) {
    replace(
      place,
      element(
        "p",
        { class: "notice" },
        "Nothing can serve a request yet. Start a model server or pull a model, for example with ",
        element("code", {}, "ollama pull llama3.2"),
        ".",
      ),
    );
    return;
  }
  const sorted = [...capabilities].sort((a, b) =>
    rank(a.kind) - rank(b.kind) || a.backend.localeCompare(b.backend)
  );
  replace(
    place,
    table(
      "Capabilities of this node",
      ["Name", "Kind", "Backend", "Context", "Can", "State", "Under way", "First byte", "Speed"],
      sorted.map((capability) => {
        const { features, load } = capability;
        return [
          element("span", { title: capability.description }, capability.name),
          capability.kind,
          capability.backend,
          features.contextTokens === undefined ? "" : tokens(features.contextTokens),
          abilities(features),
          loadState(load),
          String(load.inFlight),
          load.ttfbMs === undefined ? "" : `${Math.round(load.ttfbMs)}\u00a0ms`,
          load.tokensPerSecond === undefined
            ? ""
            : `${Math.round(load.tokensPerSecond)}\u00a0tokens/s`,
        ];
      }),
    ),
  );
}

/** @param {string} kind */
function rank(kind) {
  const place = kindOrder.indexOf(kind);
  return place === -1 ? kindOrder.length : place;
}

/** @param {any} features */
function abilities(features) {
  const names = ["tools", "vision", "audio", "json", "reasoning"];
  const found = names.filter((name) => features[name] === true);
  if (features.dimensions !== undefined) found.push(`${features.dimensions} dimensions`);
  return found.join(", ");
}

/** @param {any} load */
function loadState(load) {
  if (load.circuit === "open") return badge("resting after failures", "bad");
  if (load.circuit === "half-open") return badge("being tried again", "warn");
  if (load.loaded === true) return badge("in memory", "good");
  return load.loaded === false ? badge("not loaded", "plain") : badge("available", "plain");
}
