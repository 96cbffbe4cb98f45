/**
 * How long the embedding engine takes and how much memory it needs; prints a Markdown table.
 *
 *   deno task dev run -A tests/bench/embed_bench.ts
 *
 * Everything runs in one process, one after the other, on threads as configured by default for a
 * machine with two cores: one. Times are wall-clock; run it on a quiet machine.
 */

import { createEmbedder, resolveModel } from "../../src/embed/mod.ts";

const longTexts = 32;
/** Tokens of a long text, special ones included. */
const longTokens = 200;
const shortTexts = 200;

function rssMb(): number {
  return Deno.memoryUsage().rss / 1e6;
}

/** A text of `longTokens` tokens that no other seed makes: every word is one token. */
function longText(seed: number): string {
  const words = "the harbour was quiet when boats came in and people on the wall talked".split(" ");
  let state = seed + 1;
  return Array.from({ length: longTokens - 2 }, () => {
    state = state * 48_271 % 2_147_483_647;
    return words[state % words.length];
  }).join(" ");
}

/** Peaks of the event loop's delay while `work` runs, in milliseconds. */
async function withLag<T>(work: () => Promise<T>): Promise<{ result: T; worstLagMs: number }> {
  const periodMs = 5;
  let worstLagMs = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    worstLagMs = Math.max(worstLagMs, now - last - periodMs);
    last = now;
  }, periodMs);
  try {
    return { result: await work(), worstLagMs };
  } finally {
    clearInterval(timer);
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** A fixed piece of arithmetic, so that tables of different machines and hours can be compared. */
function baselineMs(): number {
  const start = performance.now();
  const data = new Float32Array(384 * 1_000).map((_, i) => Math.sin(i));
  let sum = 0;
  for (let round = 0; round < 50; round++) for (const x of data) sum += x * x;
  return sum > 0 ? performance.now() - start : 0;
}

const rows: Array<[string, string]> = [];
rows.push(["baseline: 19 million multiply-adds in a plain loop", `${baselineMs().toFixed(0)} ms`]);
const idleRss = rssMb();
rows.push(["resident before", `${idleRss.toFixed(0)} MB`]);
const embedder = createEmbedder({
  resolve: () => resolveModel({ dataDir: "nowhere", model: "all-minilm-l6-v2" }),
  threads: 1,
  cacheEntries: 10_000,
});
const loading = await withLag(() => timed(() => embedder.warm()));
rows.push(["load the model (worker, library, weights)", `${loading.result.toFixed(0)} ms`]);
rows.push(["resident with the model", `${rssMb().toFixed(0)} MB`]);
await embedder.embed(["one text before the clock starts"]);

const short: number[] = [];
for (let i = 0; i < shortTexts; i++) {
  short.push(await timed(() => embedder.embed([`write a python function number ${i}`])));
}
rows.push([
  "a short text, cache cold: p50 / p99",
  `${quantile(short, 0.5).toFixed(2)} / ${quantile(short, 0.99).toFixed(2)} ms`,
]);
const cached = await timed(async () => {
  for (let i = 0; i < 10_000; i++) embedder.cached(`write a python function number ${i % 100}`);
});
rows.push(["a cached text", `${(cached / 10).toFixed(2)} µs`]);

const batch = Array.from({ length: longTexts }, (_, i) => longText(i));
const many = await withLag(() => timed(() => embedder.embed(batch)));
rows.push([
  `${longTexts} texts of ${longTokens} tokens at once`,
  `${(many.result / longTexts).toFixed(1)} ms a text`,
]);
rows.push(["resident after that", `${rssMb().toFixed(0)} MB`]);

const flood = Array.from({ length: 200 }, (_, i) => longText(100 + i));
const { worstLagMs } = await withLag(async () => {
  const bulk = embedder.embed(flood);
  const waits: number[] = [];
  for (let i = 0; i < 10; i++) {
    waits.push(await timed(() => embedder.embed([`in between, number ${i}`])));
  }
  rows.push([
    "a short text while 200 long ones are embedded: p50 / most",
    `${quantile(waits, 0.5).toFixed(0)} / ${Math.max(...waits).toFixed(0)} ms`,
  ]);
  await bulk;
});
rows.push(["event loop held up meanwhile, at most", `${worstLagMs.toFixed(1)} ms`]);
const book = "It was the best of times, it was the worst of times. ".repeat(400);
const bookMs = await withLag(async () => {
  const long = embedder.embed([book]);
  rows.push([
    "a short text behind one of 5,000 tokens",
    `${(await timed(() => embedder.embed(["behind a book"]))).toFixed(0)} ms`,
  ]);
  await long;
});
rows.push(["event loop held up by that", `${bookMs.worstLagMs.toFixed(1)} ms`]);
rows.push(["resident at the end", `${rssMb().toFixed(0)} MB`]);
await embedder[Symbol.asyncDispose]();
await new Promise((resolve) => setTimeout(resolve, 500));
rows.push(["resident half a second after dispose", `${rssMb().toFixed(0)} MB`]);

console.log(
  `Deno ${Deno.version.deno}, ${Deno.build.target}, ${navigator.hardwareConcurrency} cores\n`,
);
console.log("| what | measured |\n| --- | --- |");
for (const [what, value] of rows) console.log(`| ${what} | ${value} |`);
