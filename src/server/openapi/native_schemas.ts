/**
 * Schemas of the native API.
 *
 * @module
 */

import { errorCodes } from "../../core/mod.ts";
import { count, flag, type Json, list, number, object, ref, text } from "./parts.ts";

const locality = { enum: ["embedded", "machine", "network", "mesh", "cloud"] };

/** Schemas by name. */
export const nativeSchemas: Json = {
  Problem: object("A problem document (RFC 9457)", {
    type: text("`urn:atmosphere:error:` and the code"),
    title: text("The status in words"),
    status: { type: "integer" },
    detail: text("For people"),
    instance: text("`urn:atmosphere:request:` and the id that finds the request in the log"),
    code: ref("ErrorCode"),
    origin: ref("Origin"),
    param: text("The field or header at fault"),
    hint: text("What can be done about it"),
    details: { type: "object", description: "Facts, such as `suggestions`" },
  }, { required: ["type", "title", "status", "detail", "instance", "code", "origin"] }),
  ErrorCode: { enum: Object.keys(errorCodes), description: "Stable and machine-readable" },
  Origin: text("Who produced the error: `node`, `peer:NAME` or `backend:ID`"),
  Preference: { enum: ["cost", "balanced", "quality"], default: "balanced" },
  Policy: {
    ...object("What the caller allows; it can only narrow what the owner allows", {
      localOnly: flag("Only this machine"),
      meshOnly: flag("No cloud"),
      requireTags: list({ type: "string" }, "Each must be there"),
      excludeTags: list({ type: "string" }, "None may be there"),
      backends: list({ type: "string" }, "Only these, by id; empty means all"),
      maxCostPerMTok: number("Most US dollars for a million output tokens", { minimum: 0 }),
      maxLatencyMs: number("Longest expected time to the first byte", { minimum: 0 }),
      regions: list({ type: "string" }, "One of them must be there"),
    }),
    additionalProperties: false,
  },
  Features: object("What is supported; absent means unknown", {
    contextTokens: count("Context window"),
    maxOutputTokens: count("Longest answer"),
    tools: flag("Calls tools"),
    vision: flag("Takes images"),
    audio: flag("Takes sound"),
    json: flag("Holds to a JSON schema"),
    reasoning: flag("Thinks before it answers"),
    dimensions: count("Length of a vector"),
  }),
  NodeStatus: object("The node as it is", {
    id: text("libp2p peer id"),
    name: text("Display name"),
    version: text("Version of the program"),
    url: text("Where it listens"),
    running: flag("Whether it listens"),
    pid: count("Process id"),
    startedAt: text("ISO 8601", { format: "date-time" }),
    uptimeSeconds: number("Seconds since then"),
    dataDir: text("Its data directory"),
    embedder: object("The embedding engine", {
      name: text("Model"),
      dtype: text("Precision of the weights"),
      dimensions: count("Length of a vector"),
      maxTokens: count("Longest text read at once"),
      state: text("`idle`, `loading`, `ready` or `failed`"),
      failure: text("Why it failed"),
    }, { open: true }),
    backends: list(ref("BackendStatus")),
    capabilities: count("How many there are"),
    requests: object("Since the start", {
      total: count("All"),
      failed: count("Failed"),
      inFlight: count("Under way"),
    }),
    memory: object("Of the process", { rssBytes: count("Resident set") }),
  }, {
    required: ["id", "name", "version", "running", "dataDir", "backends", "capabilities"],
    open: true,
  }),
  BackendStatus: object("A backend and its state", {
    id: text("Unique on this node"),
    engine: text("Such as `ollama`"),
    address: text("Without credentials"),
    locality,
    source: { enum: ["configured", "environment", "discovered", "embedded"] },
    state: { enum: ["up", "down", "unknown"] },
    version: text("The engine's"),
    latencyMs: number("Of the last probe"),
    reason: text("Why it is down"),
    models: count("How many it has"),
  }, { required: ["id", "engine", "address", "source", "state", "models"], open: true }),
  BackendList: object("Backends", { data: list(ref("BackendStatus")) }, { required: ["data"] }),
  Capability: object("One thing that can be done somewhere", {
    id: text("Unique in the mesh: NODE/BACKEND/KIND/NAME"),
    node: text("Peer id"),
    nodeName: text("Display name of the node"),
    backend: text("Id of the backend"),
    engine: text("Engine behind it"),
    kind: text("Such as `llm/chat`"),
    name: text("The name that callers use"),
    upstreamName: text("What the backend calls it"),
    description: text("What it is good for"),
    examples: list({ type: "string" }),
    tags: list({ type: "string" }),
    features: ref("Features"),
    profile: { type: "object", description: "What the file of model families knows of it" },
    cost: object("Price", {
      inputPerMTok: number("US dollars for a million input tokens"),
      outputPerMTok: number("US dollars for a million output tokens"),
    }),
    locality,
    load: object("Live state", {
      inFlight: count("Requests under way"),
      queueDepth: count("Requests waiting"),
      ttfbMs: number("Mean time to the first byte"),
      tokensPerSecond: number("Mean speed"),
      failureRate: number("0 to 1"),
      loaded: flag("Whether it is in memory"),
      circuit: { enum: ["closed", "open", "half-open"] },
    }),
  }, { required: ["id", "node", "backend", "kind", "name", "features"], open: true }),
  CapabilityList: object("Capabilities", { data: list(ref("Capability")) }, { required: ["data"] }),
  RouteQuery: object("A question to the router", {
    intent: text("What is wanted"),
    kind: text(
      "Kind of capability; where absent, `llm/chat`, unless a matching route leads to another or " +
        "the intent asks for what a memory keeps",
    ),
    model: text("As in a request"),
    required: object("What must be supported", {
      tools: flag("Tools"),
      vision: flag("Images"),
      audio: flag("Sound"),
      json: flag("JSON"),
      contextTokens: count("Fewest tokens of context"),
      dimensions: count("Exact length of vectors"),
    }),
    policy: ref("Policy"),
    preference: ref("Preference"),
    session: text("Names the conversation"),
    explain: flag("Whether every candidate and rejection is listed"),
  }, { required: ["intent"] }),
  Decision: object("The router's answer; a refusal is one, too", {
    id: text("Names the decision in headers and events"),
    outcome: { enum: ["explicit", "route", "meaning", "affinity", "refused"] },
    request: { type: "object", description: "What was asked" },
    candidates: list(object("A capability that can serve it", {
      capability: ref("Capability"),
      score: number("Product of the factors"),
      factors: list(object("One reason", {
        name: text("Its name"),
        value: number("Multiplier; 1 is neutral"),
        range: list({ type: "number" }, "Smallest and largest value"),
        detail: text("What it was computed from"),
      })),
    })),
    rejected: list(object("A capability that can't", {
      capability: text("Its id"),
      name: text("Its name"),
      filter: text("The filter that it failed"),
      reason: text("For people"),
    })),
    route: { type: "object", description: "The user's route that matched, or came nearest" },
    refusal: object("Why nothing can serve it", {
      code: ref("ErrorCode"),
      message: text("What was looked for and where"),
      hint: text("What to do about it"),
      suggestions: list({ type: "string" }),
    }),
    embedding: { enum: ["none", "cache", "near-duplicate", "computed", "unavailable"] },
    embedMs: number("Time to embed the intent"),
    decideMs: number("Time to decide"),
  }, { required: ["id", "outcome", "candidates", "rejected"], open: true }),
  EventRecord: object("`data` of each event; `id` is its number, `event` its type", {
    id: count("Counts up from 1 since the node started"),
    time: text("ISO 8601", { format: "date-time" }),
    event: object("What happened", { type: text("Such as `backend.up`") }, { open: true }),
  }, { required: ["id", "time", "event"] }),
  Health: object("Liveness", { status: { const: "ok" }, version: text("Of the program") }, {
    required: ["status"],
  }),
  Readiness: object("Readiness", { status: { enum: ["ready", "starting"] } }, {
    required: ["status"],
  }),
};
