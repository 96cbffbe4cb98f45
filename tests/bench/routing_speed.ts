/**
 * How long a routing decision takes, embedding excluded.
 *
 *   deno task dev run -A tests/bench/routing_speed.ts [--json]
 *
 * Vectors are random directions: what they mean does not change how long they take. Each case is
 * run in turns with the others, so that a noisy machine disturbs all alike.
 */

import { systemClock } from "../../src/core/mod.ts";
import type { Capability, RouteRequest } from "../../src/core/mod.ts";
import { createRouter, loadIntentReader, type Router } from "../../src/router/mod.ts";

const dimensions = 384;
const intentCount = 64;
const rounds = 40;
const callsPerRound = 50;

/** Deterministic uniform numbers (mulberry32), so that runs can be compared. */
function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const random = randomSource(7);

function unitVector(): Float32Array {
  const vector = new Float32Array(dimensions);
  let norm = 0;
  for (let i = 0; i < dimensions; i++) {
    // The sum of three uniforms is near enough to normal.
    vector[i] = random() + random() + random() - 1.5;
    norm += vector[i]! * vector[i]!;
  }
  return vector.map((x) => x / Math.sqrt(norm));
}

function capability(i: number): Capability {
  const name = `model-${i}:${1 + i % 70}b`;
  return {
    id: `node${i % 50}/backend${i % 7}/llm/chat/${name}`,
    node: `node${i % 50}`,
    nodeName: `machine-${i % 50}`,
    backend: `backend${i % 7}`,
    engine: "ollama",
    kind: "llm/chat",
    name,
    upstreamName: name,
    description: `Model number ${i}`,
    examples: [],
    tags: [],
    features: { tools: true, contextTokens: 8192 },
    profile: {
      family: `family-${i % 20}`,
      parametersB: 1 + i % 70,
      specialities: i % 3 === 0 ? { code: 0.8 } : { writing: 0.5, multilingual: 0.4 },
      qualityTier: 1 + i % 5,
    },
    cost: { inputPerMTok: 0, outputPerMTok: 0 },
    locality: i % 50 === 0 ? "machine" : "mesh",
  };
}

async function makeRouter(capabilities: number, routes: number): Promise<Router> {
  const router = createRouter({
    settings: { preference: "balanced", constants: {}, policy: {} },
    clock: systemClock,
    nodeId: "node0",
  });
  router.setCapabilities(
    Array.from({ length: capabilities }, (_, i) => ({
      capability: capability(i),
      vectors: [unitVector()],
    })),
  );
  router.setRoutes(
    Array.from({ length: routes }, (_, i) => ({
      route: {
        name: `route-${i}`,
        description: `Route ${i}`,
        target: { model: capability(i % capabilities).name },
        utterances: ["one", "two"],
      },
      vectors: {
        description: unitVector(),
        utterances: [unitVector(), unitVector()],
        negative: [],
      },
    })),
  );
  const reader = await loadIntentReader(undefined);
  reader.setAnchors(reader.anchorTexts().map(unitVector));
  router.setIntentReader(reader);
  return router;
}

const intents = Array.from({ length: intentCount }, (_, i) => ({
  text: `write a small program number ${i} that sorts the lines of a file`,
  vector: unitVector(),
}));

function request(intent: string, model?: string): RouteRequest {
  return {
    kind: "llm/chat",
    intent,
    required: {},
    policy: {},
    ...(model === undefined ? {} : { model }),
  };
}

const small = await makeRouter(10, 0);
const large = await makeRouter(1000, 1000);
const rows = Array.from({ length: 2000 }, unitVector);
let sink = 0;

const cases: Record<string, (i: number) => void> = {
  "empty loop": (i) => {
    sink += i;
  },
  "2,000 dot products of 384 in plain JavaScript": (i) => {
    const query = intents[i % intentCount]!.vector;
    for (const row of rows) {
      let sum = 0;
      for (let j = 0; j < dimensions; j++) sum += row[j]! * query[j]!;
      sink += sum;
    }
  },
  "explicit name, 10 capabilities": () => {
    sink += small.decide(request("hello", "model-3:4b")).candidates.length;
  },
  "explicit name, 1,000 capabilities and 1,000 routes": () => {
    sink += large.decide(request("hello", "model-3:4b")).candidates.length;
  },
  "by meaning, warm, 10 capabilities": (i) => {
    const { text, vector } = intents[i % intentCount]!;
    sink += small.decide(request(text), { vector }).candidates.length;
  },
  "by meaning, warm, 1,000 capabilities and 1,000 routes": (i) => {
    const { text, vector } = intents[i % intentCount]!;
    sink += large.decide(request(text), { vector }).candidates.length;
  },
  "the same with the explanation": (i) => {
    const { text, vector } = intents[i % intentCount]!;
    sink += large.decide(request(text), { vector, explain: true }).candidates.length;
  },
};

const times: Record<string, number[]> = {};
for (let round = -5; round < rounds; round++) {
  for (const [name, run] of Object.entries(cases)) {
    const calls = name.startsWith("the same") ? 2 : callsPerRound;
    for (let i = 0; i < calls; i++) {
      const start = performance.now();
      run(round * callsPerRound + i + 1000);
      const ms = performance.now() - start;
      if (round >= 0) (times[name] ??= []).push(ms);
    }
  }
}

const results = Object.entries(times).map(([name, samples]) => {
  samples.sort((a, b) => a - b);
  const at = (share: number) => samples[Math.floor(samples.length * share)]! * 1000;
  return { name, p50Us: at(0.5), p99Us: at(0.99), samples: samples.length };
});

if (Deno.args.includes("--json")) {
  console.log(JSON.stringify({ results }));
} else {
  for (const { name, p50Us, p99Us } of results) {
    console.log(
      `${p50Us.toFixed(1).padStart(9)} us p50 ${p99Us.toFixed(1).padStart(9)} us p99  ${name}`,
    );
  }
  console.log(`(checksum ${Math.round(sink)})`);
}
