import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { idleLoad } from "../core/mod.ts";
import { resolveConstants } from "./constants.ts";
import {
  costFactor,
  experienceFactor,
  factorNames,
  factorRange,
  featuresFactor,
  latencyFactor,
  loadFactor,
  meaningFactor,
  qualityFactor,
  reliabilityFactor,
  specialityFactor,
  speedFactor,
  wantedTier,
  warmthFactor,
} from "./factors.ts";
import type { WeighedLoad } from "./load_tracker.ts";

const constants = resolveConstants();

function load(part: Partial<WeighedLoad> = {}): WeighedLoad {
  return { ...idleLoad(), weighedTtfbMs: undefined, ...part };
}

Deno.test("factorRange() has a smallest value above nothing and contains 1 for every factor", () => {
  for (const name of factorNames) {
    const [min, max] = factorRange(name, constants);
    assert(min > 0 && min <= 1 && max >= 1 && min < max, `${name}: ${min} to ${max}`);
  }
});

Deno.test("meaningFactor() counts only what is above the floor", () => {
  assertEquals(meaningFactor(0.2, constants), 1);
  assertEquals(meaningFactor(-1, constants), 1);
  assertAlmostEquals(meaningFactor(1, constants), 2.2);
  assert(meaningFactor(0.7, constants) > meaningFactor(0.5, constants));
});

Deno.test("specialityFactor() grows with the expected strength", () => {
  assertEquals(specialityFactor(0, constants), 1);
  assert(specialityFactor(0.9, constants) > specialityFactor(0.5, constants));
  assertEquals(specialityFactor(2, constants), specialityFactor(1, constants));
});

Deno.test("wantedTier() grows with hardness and with the preference for quality", () => {
  assert(wantedTier(0.9, "balanced", constants) > wantedTier(0.1, "balanced", constants));
  assert(wantedTier(0.5, "cost", constants) < wantedTier(0.5, "balanced", constants));
  assert(wantedTier(0.5, "quality", constants) > wantedTier(0.5, "balanced", constants));
  assertEquals(wantedTier(0, "cost", constants), 1);
});

Deno.test("qualityFactor() is best at the wanted tier and minds too low more than too high", () => {
  const at = (tier: number) =>
    qualityFactor(tier, { wanted: 3, preference: "balanced", constants });
  assertEquals(at(3), 1);
  assert(at(2) < at(4) && at(4) < 1 && at(1) < at(2));
});

Deno.test("qualityFactor() never minds a better model for who prefers quality", () => {
  assertEquals(qualityFactor(5, { wanted: 2, preference: "quality", constants }), 1);
  const cost = qualityFactor(5, { wanted: 2, preference: "cost", constants });
  assert(cost < qualityFactor(5, { wanted: 2, preference: "balanced", constants }));
});

Deno.test("featuresFactor() falls for each needed feature that is not told", () => {
  assertEquals(featuresFactor(0, constants), 1);
  assertEquals(featuresFactor(1, constants), 0.2);
  assertAlmostEquals(featuresFactor(2, constants), 0.04);
});

Deno.test("loadFactor() halves at four requests and never ends", () => {
  assertEquals(loadFactor(load(), constants), 1);
  assertEquals(loadFactor(load({ inFlight: 3, queueDepth: 1 }), constants), 0.5);
  assertEquals(loadFactor(load({ inFlight: 1e9 }), constants), 0.1);
});

Deno.test("latencyFactor() halves at the time in the table, and is neutral when not measured", () => {
  assertEquals(latencyFactor(undefined, constants), 1);
  assertEquals(latencyFactor(0, constants), 1);
  assertEquals(latencyFactor(8000, constants), 0.5);
  assertEquals(latencyFactor(1e9, constants), 0.4);
});

Deno.test("speedFactor() minds only output that is slower than reading", () => {
  assertEquals(speedFactor(load(), constants), 1);
  assert(speedFactor(load({ tokensPerSecond: 100 }), constants) > 0.9);
  assertEquals(speedFactor(load({ tokensPerSecond: 1 }), constants), 0.6);
});

Deno.test("warmthFactor() prefers what is in memory, and does not guess", () => {
  assertEquals(warmthFactor(load({ loaded: true }), constants), 1);
  assertEquals(warmthFactor(load({ loaded: undefined }), constants), 1);
  assertEquals(warmthFactor(load({ loaded: false }), constants), 0.93);
});

Deno.test("reliabilityFactor() falls with failures and halves on probation", () => {
  assertEquals(reliabilityFactor(load(), constants), 1);
  assertEquals(reliabilityFactor(load({ failureRate: 0.5 }), constants), 0.25);
  assertEquals(reliabilityFactor(load({ circuit: "half-open" }), constants), 0.5);
  assertAlmostEquals(
    reliabilityFactor(load({ failureRate: 1, circuit: "open" }), constants),
    0.025,
  );
});

Deno.test("costFactor() is neutral for what is free and weighs the price by preference", () => {
  assertEquals(costFactor(0, "cost", constants), 1);
  assertEquals(costFactor(10, "balanced", constants), 0.5);
  assert(costFactor(10, "cost", constants) < 0.5);
  assert(costFactor(10, "quality", constants) > 0.8);
  assertEquals(costFactor(1e9, "cost", constants), 0.1);
});

Deno.test("experienceFactor() moves a score by a quarter at most", () => {
  assertEquals(experienceFactor(0, constants), 1);
  assertEquals(experienceFactor(-1, constants), 0.75);
  assertEquals(experienceFactor(9, constants), 1.25);
});
