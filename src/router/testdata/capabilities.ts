/**
 * Capabilities, requests and routers for the tests of this room.
 *
 * @module
 */

import fc from "fast-check";
import { type Capability, ManualClock, type RouteRequest } from "../../core/mod.ts";
import { createIntentReader } from "../intent_reader.ts";
import type { IntentReader } from "../mod.ts";
import { createRouter, type Router, type RouterSettings } from "../mod.ts";

/** A chat model on this machine with nothing known of it, changed by `part`. */
export function capability(name: string, part: Partial<Capability> = {}): Capability {
  const node = part.node ?? "n1";
  const backend = part.backend ?? "ollama";
  const kind = part.kind ?? "llm/chat";
  return {
    id: `${node}/${backend}/${kind}/${name}`,
    node,
    nodeName: part.nodeName ?? "laptop",
    backend,
    engine: "ollama",
    kind,
    name,
    upstreamName: name,
    description: "",
    examples: [],
    tags: [],
    features: {},
    cost: { inputPerMTok: 0, outputPerMTok: 0 },
    locality: "machine",
    ...part,
  };
}

/** A profile with these specialities. */
export function profile(
  specialities: NonNullable<Capability["profile"]>["specialities"],
  part: Partial<NonNullable<Capability["profile"]>> = {},
): NonNullable<Capability["profile"]> {
  return { family: "test", parametersB: 8, specialities, qualityTier: 2, ...part };
}

/** A request for a chat model by meaning, changed by `part`. */
export function request(part: Partial<RouteRequest> = {}): RouteRequest {
  return { kind: "llm/chat", intent: "hello there", required: {}, policy: {}, ...part };
}

/** A router over `capabilities` without vectors, the clock that it lives by, and its reader. */
export function routerOf(
  capabilities: readonly Capability[],
  settings: Partial<RouterSettings> = {},
): { router: Router; clock: ManualClock; reader: IntentReader } {
  const clock = new ManualClock(1_700_000_000_000);
  const router = createRouter({
    settings: { preference: "balanced", constants: {}, policy: {}, ...settings },
    clock,
    nodeId: "n1",
    random: () => 0.5,
  });
  const reader = createIntentReader(undefined);
  router.setIntentReader(reader);
  router.setCapabilities(capabilities.map((each) => ({ capability: each, vectors: [] })));
  return { router, clock, reader };
}

/** Text of any code units, lone surrogates among them. */
export function anyText(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength });
}

/** A unit vector of 16 dimensions along `axis`, with a part of `share` along `other`. */
export function axis(along: number, other = along, share = 0): Float32Array {
  const vector = new Float32Array(16);
  vector[along] = Math.sqrt(1 - share * share);
  if (other !== along) vector[other] = share;
  else vector[along] = 1;
  return vector;
}
