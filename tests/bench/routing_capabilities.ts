/**
 * How often a request goes to the right one of ten installed models, on the labelled requests in
 * `tests/fixtures/routing/`.
 *
 *   deno task dev run -A tests/bench/routing_capabilities.ts [--json] [--explain] [--wording] [--families]
 *
 * `--families` takes what is known of the models from the data file of model families rather than
 * from the fixture; `--wording` leaves the embedder out, as on a node whose embedder has failed; `--explain` adds
 * the factors that decided each miss.
 */

import { tmpdir } from "node:os";
import { createEmbedder, resolveModel } from "../../src/embed/mod.ts";
import {
  type Accuracy,
  fleetRouter,
  measureAccuracy,
  type Miss,
  readFleet,
  readFleetByFamilies,
  readIntents,
} from "../fixtures/routing/capability_accuracy.ts";

const wording = Deno.args.includes("--wording");
const explain = Deno.args.includes("--explain");
const json = Deno.args.includes("--json");

const embedder = wording ? undefined : createEmbedder({
  resolve: () => resolveModel({ dataDir: tmpdir(), model: "all-minilm-l6-v2" }),
  threads: 2,
  cacheEntries: 4096,
});
const given = embedder === undefined ? {} : { embedder };
try {
  const router = await fleetRouter(
    Deno.args.includes("--families") ? await readFleetByFamilies() : await readFleet(),
    given,
  );
  const report: Record<string, unknown> = {};
  for (const split of ["tune", "test", "holdout"]) {
    const accuracy = await measureAccuracy(router, { intents: await readIntents(split), ...given });
    report[split] = {
      accuracy: accuracy.right / accuracy.total,
      right: accuracy.right,
      total: accuracy.total,
      topics: accuracy.topics,
      misses: accuracy.misses.map(({ intent, got }) => ({ ...intent, got })),
    };
    if (!json) print(split, accuracy);
  }
  if (json) console.log(JSON.stringify(report, null, 2));
} finally {
  await embedder?.[Symbol.asyncDispose]();
}

function print(split: string, { right, total, topics, misses }: Accuracy): void {
  console.log(`${split}: ${right} of ${total} right, ${(100 * right / total).toFixed(1)} %`);
  for (const [topic, [good, all]] of Object.entries(topics)) {
    console.log(`  ${topic.padEnd(14)} ${good} of ${all}`);
  }
  for (const miss of misses) printMiss(miss);
  console.log();
}

function printMiss({ intent, got, decision }: Miss): void {
  console.log(`  missed: ${JSON.stringify(intent.text)}`);
  console.log(`          went to ${got}, wanted ${intent.want.join(" or ")}`);
  if (!explain) return;
  const wanted = decision.candidates.find((each) => intent.want.includes(each.capability.name));
  for (const candidate of [decision.candidates[0], wanted]) {
    if (candidate === undefined) continue;
    const factors = candidate.factors.filter(({ value }) => value !== 1)
      .map(({ name, value, detail }) => `${name} ${value.toFixed(2)} (${detail})`);
    console.log(`          ${candidate.capability.name}: ${factors.join("; ")}`);
  }
}
