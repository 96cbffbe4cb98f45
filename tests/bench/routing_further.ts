/**
 * What a machine over all utterances would add to the learned head on BANKING77: kernel ridge
 * regression with a Gaussian kernel over the embedding, or over the embedding and the n-grams, solved
 * exactly. It looks at every utterance for each decision, which the head's time does not allow.
 *
 *   deno task dev run -A tests/bench/routing_further.ts [UTTERANCES…]
 *
 * Seeds 1, 2, 3 draw the utterances as in `routing_head.ts`; 2,000 of the other rows are asked about.
 */

import { backgroundTexts, type LabelledText, nameText, trainHead } from "../../src/router/mod.ts";
import { buildVocabulary, type Vocabulary } from "../../src/router/head/vocabulary.ts";
import {
  banking,
  divide,
  drawSeeds,
  folder,
  openVectors,
  routesOf,
  share,
  spread,
} from "./routing_data.ts";
import { headEmbedder } from "../../src/app/routes/training.ts";

const counts = Deno.args.length > 0 ? Deno.args.map(Number) : [5, 10, 20, 40];
const askedRows = 2_000;
/** Kernel `exp(-(e + w g))`: `e` and `g` are squared distances, `e` scaled to a variance of one. */
const gramWeight = 0.3;
const ridge = 0.1;

const opened = await openVectors();
await using embedder = opened.embedder;

interface Point {
  readonly vector: Float64Array;
  readonly rows: Int32Array;
  readonly values: Float32Array;
}

function vocabularyOf(texts: readonly string[]): Vocabulary {
  const steps = buildVocabulary(texts, { least: 1, most: 60_000 });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Squared distances of `from` to each of `to`: of the embeddings and of the n-grams. */
function distances(from: Point, to: readonly Point[], table: Float32Array) {
  from.rows.forEach((row, i) => table[row] = from.values[i]!);
  const result = to.map((point) => {
    let e = 0;
    for (let d = 0; d < from.vector.length; d++) e += (from.vector[d]! - point.vector[d]!) ** 2;
    let g = 0;
    for (let i = 0; i < point.rows.length; i++) g += table[point.rows[i]!]! * point.values[i]!;
    return { e, g: 2 - 2 * g };
  });
  from.rows.forEach((row) => table[row] = 0);
  return result;
}

/** Solves `(K + ridge) A = Y` in place by Cholesky's decomposition; rows of `y` are samples. */
function solve(kernel: Float64Array[], y: Float64Array[]): void {
  const size = kernel.length;
  for (let i = 0; i < size; i++) {
    const row = kernel[i]!;
    for (let j = 0; j <= i; j++) {
      const other = kernel[j]!;
      let sum = row[j]! + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= row[k]! * other[k]!;
      row[j] = i === j ? Math.sqrt(sum) : sum / other[j]!;
    }
  }
  const subtract = (into: Float64Array, from: Float64Array, factor: number) => {
    for (let c = 0; c < into.length; c++) into[c]! -= factor * from[c]!;
  };
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) subtract(y[i]!, y[k]!, kernel[i]![k]!);
    for (let c = 0; c < y[i]!.length; c++) y[i]![c]! /= kernel[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) subtract(y[i]!, y[k]!, kernel[k]![i]!);
    for (let c = 0; c < y[i]!.length; c++) y[i]![c]! /= kernel[i]![i]!;
  }
}

function kernelAccuracy(learned: readonly LabelledText[], options: {
  asked: readonly LabelledText[];
  vectorOf: (text: string) => Float32Array | undefined;
  weight: number;
}): number {
  const { asked, vectorOf, weight } = options;
  const labels = [...new Set(learned.map(({ label }) => label))];
  const vocabulary = vocabularyOf(learned.map(({ text }) => text));
  const size = embedder.model.dimensions;
  const mean = new Float64Array(size);
  for (const { text } of learned) {
    vectorOf(text)!.forEach((x, d) => mean[d]! += x / learned.length);
  }
  let variance = 0;
  for (const { text } of learned) {
    vectorOf(text)!.forEach((x, d) => variance += (x - mean[d]!) ** 2 / learned.length);
  }
  const pointOf = ({ text }: LabelledText): Point => {
    const { rows, values, count } = vocabulary.read(text);
    return {
      vector: Float64Array.from(vectorOf(text)!, (x) => x / Math.sqrt(variance)),
      rows: rows.slice(0, count),
      values: values.slice(0, count),
    };
  };
  const points = learned.map(pointOf);
  const table = new Float32Array(vocabulary.size);
  const kernelOf = (from: Point, to: readonly Point[]) =>
    Float64Array.from(distances(from, to, table), ({ e, g }) => Math.exp(-(e + weight * g)));
  const kernel = points.map((point) => kernelOf(point, points));
  const factors = learned.map(({ label }) =>
    Float64Array.from(labels, (other) => (other === label ? 1 : 0) - 1 / labels.length)
  );
  solve(kernel, factors);
  return share(asked.map((row) => {
    const scores = new Float64Array(labels.length);
    kernelOf(pointOf(row), points).forEach((k, i) =>
      factors[i]!.forEach((factor, c) => scores[c]! += k * factor)
    );
    return labels[scores.indexOf(Math.max(...scores))] === row.label;
  }));
}

async function main(): Promise<void> {
  const task = await banking([]);
  if (task === undefined) {
    console.log(`Skipped: no data in ${folder} (set ATMOSPHERE_ROUTING_DATA)`);
    return;
  }
  const vectorOf = await opened.vectors.of([
    ...task.train.map(({ text }) => text),
    ...new Set(task.train.map(({ label }) => nameText(label))),
    ...backgroundTexts,
  ]);
  const train = (rows: readonly LabelledText[], isNamed: boolean) => {
    const routes = routesOf(rows).map((route, i) => isNamed ? route : { ...route, name: `${i}` });
    const label = new Map(routesOf(rows).map((route, i) => [routes[i]!.name, route.name]));
    const head = trainHead({ routes }, {
      embedder: headEmbedder(embedder.model),
      vectorOf: (text) => /^\d+$/.test(text) ? undefined : vectorOf(text),
    });
    return (text: string) => label.get(head.predict(text, vectorOf(text)).route);
  };
  console.log(
    "| utterances a route | names hidden | learned head | kernel, embedding | kernel, embedding and n-grams |",
  );
  console.log("| --- | --- | --- | --- | --- |");
  for (const perRoute of counts) {
    const results: [number[], number[], number[], number[]] = [[], [], [], []];
    for (const seed of drawSeeds) {
      const { learned, asked: rest } = divide(task, { perRoute, seed });
      const step = rest.length / askedRows;
      const asked = Array.from({ length: askedRows }, (_, i) => rest[Math.floor(i * step)]!);
      [false, true].forEach((isNamed, i) => {
        const answer = train(learned, isNamed);
        results[i]!.push(share(asked.map(({ text, label }) => answer(text) === label)));
      });
      const embeddingOf = (text: string) => vectorOf(text)!.subarray(0, embedder.model.dimensions);
      [0, gramWeight].forEach((weight, i) =>
        results[i + 2]!.push(kernelAccuracy(learned, { asked, vectorOf: embeddingOf, weight }))
      );
    }
    console.log(
      `| ${[perRoute, ...results.map((values) => spread(values, 2, 100))].join(" | ")} |`,
    );
  }
}

await main();
