/**
 * How long a new process takes to learn 20 routes of ten utterances, their vectors cached: the first
 * thing that it trains, with nothing compiled yet.
 *
 *   deno task dev run -A tests/bench/routing_cold.ts
 *
 * The routes are the first 20 of CLINC150's `train`, looked for as in `routing_head.ts`.
 */

import { headEmbedder } from "../../src/app/routes/training.ts";
import { backgroundTexts, nameText, trainHead } from "../../src/router/mod.ts";
import { clinc, folder, openVectors, routesOf } from "./routing_data.ts";

const task = await clinc();
if (task === undefined) {
  console.log(`Skipped: no data in ${folder} (set ATMOSPHERE_ROUTING_DATA)`);
} else {
  const { embedder, vectors } = await openVectors();
  await using _ = embedder;
  const routes = routesOf(task.train).slice(0, 20)
    .map(({ name, utterances }) => ({ name, utterances: utterances.slice(0, 10) }));
  const vectorOf = await vectors.of([
    ...routes.flatMap(({ name, utterances }) => [nameText(name), ...utterances]),
    ...backgroundTexts,
  ]);
  for (const which of ["first", "second"]) {
    const start = performance.now();
    trainHead({ routes }, { embedder: headEmbedder(embedder.model), vectorOf, seed: 1 });
    const ms = Math.round(performance.now() - start);
    console.log(`20 routes of ten utterances, the ${which} time in this process: ${ms} ms`);
  }
}
