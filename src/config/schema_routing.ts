/**
 * The schema of routes and of what requests may and must have.
 *
 * @module
 */

import type { CapabilityKind } from "../core/capability.ts";
import type { RequiredFeatures, RoutePolicy } from "../core/intent.ts";
import type { Route, RouteTarget } from "../core/route.ts";
import {
  anyText,
  list,
  numberBetween,
  optional,
  section,
  type Setting,
  text,
  wholeNumber,
  withDefault,
  yesOrNo,
} from "./schema_parts.ts";

const label = anyText("a tag", "A tag.");

/** What requests may use. */
export const policySchema: Setting<RoutePolicy> = section(
  {
    localOnly: optional(yesOrNo("Use only what runs on this machine.")),
    meshOnly: optional(yesOrNo("Use nothing outside the mesh: no cloud.")),
    requireTags: optional(list(label, "Use only what has each of these tags.")),
    excludeTags: optional(list(label, "Use nothing that has one of these tags.")),
    backends: optional(
      list(anyText("a backend's id", "A backend's id."), "Use only these backends, by id."),
    ),
    maxCostPerMTok: optional(
      numberBetween(0, 1_000_000, "Highest price of a million output tokens, in US dollars."),
    ),
    maxLatencyMs: optional(
      wholeNumber(1, 3_600_000, "Longest expected time to the first byte, in milliseconds."),
    ),
    regions: optional(
      list(
        text("a region's code such as EU", /^[A-Za-z0-9-]+$/, "A region's code."),
        "Use only what has the tag region:XX for one of these regions.",
      ),
    ),
  },
  "What requests may use. A request can narrow it, never widen it.",
) as Setting<RoutePolicy>;

const requiredSchema = section(
  {
    tools: optional(yesOrNo("Needs tool calling.")),
    vision: optional(yesOrNo("Needs images as input.")),
    audio: optional(yesOrNo("Needs audio as input.")),
    json: optional(yesOrNo("Needs output constrained to a JSON schema.")),
    contextTokens: optional(
      wholeNumber(1, 100_000_000, "Fewest tokens of context that the target must take."),
    ),
    dimensions: optional(wholeNumber(1, 65_536, "Exact length of embedding vectors.")),
  },
  "What the target must support.",
) as Setting<RequiredFeatures>;

const kindSchema = text(
  "a kind such as llm/chat",
  /^(llm\/(chat|embed|rerank)|vision\/(analyze|generate)|audio\/(transcribe|generate)|(memory|code)\/search|(tool|agent|sensor|iot)\/\S+)$/,
  "Any capability of this kind, such as llm/chat.",
) as Setting<CapabilityKind>;

const targetSchema = section(
  {
    model: optional(
      anyText("a model's name", "A model by its name, or as node/model or backend/model."),
    ),
    kind: optional(kindSchema),
    tag: optional(anyText("a tag", "Any capability with this tag.")),
    agent: optional(anyText("an agent's name", "An agent by its name.")),
    tool: optional(anyText("a tool's name", "A tool by its name.")),
    node: optional(anyText("a node's name", "Any capability of this node.")),
  },
  "Where the route leads: exactly one of model, kind, tag, agent, tool, node.",
) as Setting<RouteTarget>;

const utterance = anyText("a text", "An example text.");

/** A route as the file states it. */
export const routeSchema: Setting<Route> = section(
  {
    name: text(
      "a name of letters, digits, '.', '_' and '-'",
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
      "The route's name, by which a request can ask for it.",
    ),
    description: optional(
      anyText("a sentence", "What the route is for, in a sentence; it is compared by meaning."),
    ),
    target: targetSchema,
    utterances: withDefault(
      list(utterance, "Texts that should take this route; the more different, the better."),
      [],
    ),
    negativeUtterances: optional(
      list(utterance, "Texts that should not take this route, though they look alike."),
    ),
    threshold: optional(
      numberBetween(0, 1, "Least score at which the route is taken; the router's own if absent."),
    ),
    required: optional(requiredSchema),
    policy: optional(policySchema),
  },
  "A named target with what leads to it.",
) as Setting<Route>;
