/**
 * A node for the tests of commands: answers from what it is given, and remembers what it was asked.
 *
 * @module
 */

import type { AppFunctions } from "../context.ts";
import type { Connection } from "../../app/types.ts";
import { type Capability, idleLoad } from "../../core/capability.ts";
import type { Candidate, Decision } from "../../core/decision.ts";
import type { LearningApi } from "../../core/learning_api.ts";
import type {
  BackendStatus,
  CapabilityView,
  NodeApi,
  NodeStatus,
  RouteQuery,
} from "../../core/node_api.ts";

/** A capability with a name and whatever else a test cares about. */
export function capability(name: string, more: Partial<Capability> = {}): CapabilityView {
  return {
    id: `node/ollama/llm/chat/${name}`,
    node: "12D3KooWTest",
    nodeName: "workstation",
    backend: "ollama",
    engine: "ollama",
    kind: "llm/chat",
    name,
    upstreamName: name,
    description: "",
    examples: [],
    tags: [],
    features: {},
    cost: { inputPerMTok: 0, outputPerMTok: 0 },
    locality: "machine",
    ...more,
    load: idleLoad(),
  };
}

/** A backend with an id and whatever else a test cares about. */
export function backend(id: string, more: Partial<BackendStatus> = {}): BackendStatus {
  return {
    id,
    engine: id,
    address: "http://127.0.0.1:11434",
    locality: "machine",
    source: "discovered",
    state: "up",
    models: 2,
    ...more,
  };
}

/** The state of a node that runs. */
export function status(more: Partial<NodeStatus> = {}): NodeStatus {
  return {
    id: "12D3KooWTest",
    name: "workstation",
    version: "1.2.3",
    url: "http://127.0.0.1:11451",
    running: true,
    pid: 4242,
    startedAt: "2026-11-24T08:00:00.000Z",
    uptimeSeconds: 185,
    dataDir: "/home/me/.atmosphere",
    embedder: {
      name: "all-minilm-l6-v2",
      dtype: "q8",
      dimensions: 384,
      maxTokens: 256,
      state: "ready",
    },
    backends: [backend("ollama", { version: "0.12.0", latencyMs: 3.2 })],
    capabilities: 2,
    requests: { total: 12, failed: 1, inFlight: 2 },
    memory: { rssBytes: 120 * 1024 ** 2 },
    ...more,
  };
}

/** A candidate of a decision with these factors. */
export function candidate(
  name: string,
  factors: Readonly<Record<string, number>>,
  more: Partial<Capability> = {},
): Candidate {
  return {
    capability: capability(name, more),
    score: Object.values(factors).reduce((product, value) => product * value, 1),
    factors: Object.entries(factors).map(([factor, value]) => ({
      name: factor,
      value,
      range: [0.5, 2],
      detail: `${factor} of ${name}`,
    })),
  };
}

/** A decision about `query` with whatever a test cares about. */
export function decision(query: RouteQuery, more: Partial<Decision> = {}): Decision {
  return {
    id: "dec_1",
    outcome: "meaning",
    request: {
      kind: query.kind ?? "llm/chat",
      intent: query.intent,
      required: query.required ?? {},
      policy: query.policy ?? {},
      ...(query.model === undefined ? {} : { model: query.model }),
    },
    candidates: [],
    rejected: [],
    embedding: "computed",
    embedMs: 2.1,
    decideMs: 0.04,
    ...more,
  };
}

/** What a node of the tests does; what is absent fails when it is asked for. */
export type NodeBehaviour = Partial<NodeApi & LearningApi>;

/** `connect()` to a node with this behaviour; `state.disposed` counts how often it was let go. */
export function connectTo(
  behaviour: NodeBehaviour,
): Pick<AppFunctions, "connect"> & { readonly state: { disposed: number } } {
  const state = { disposed: 0 };
  const refuse = (name: string) => () => Promise.reject(new TypeError(`${name}() is not expected`));
  const node: Connection = {
    via: "node",
    status: refuse("status"),
    capabilities: refuse("capabilities"),
    route: refuse("route"),
    embed: refuse("embed"),
    chat: refuse("chat"),
    refresh: refuse("refresh"),
    feedback: refuse("feedback"),
    experience: refuse("experience"),
    forgetExperience: refuse("forgetExperience"),
    ...behaviour,
    [Symbol.asyncDispose]: () => {
      state.disposed++;
      return Promise.resolve();
    },
  };
  return { connect: () => Promise.resolve(node), state };
}
