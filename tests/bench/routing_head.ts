/**
 * How well the learned head recognises the intents of CLINC150 and BANKING77, and how fast it is.
 *
 *   deno task dev run -A tests/bench/routing_head.ts [--curve] [--speed] [--json] [--svg]
 *     [--seeds 1..12] [--only BANKING77] [--per-route 10,all]
 *
 * The data are looked for in `$ATMOSPHERE_ROUTING_DATA`, else in `../shared/data`. Learned from:
 * CLINC150's `train`; asked about: its `val`, and `oos_train` with `oos_val` as texts out of scope.
 * BANKING77's `train` is divided: 15 % of each intent, drawn by a seed, are asked about; few-shot
 * figures ask about all rows that were not drawn. Its published test part has as many rows of each
 * intent, to which the mean recall is the better guide.
 * `--seeds` says which draws and divisions figures are means of, three by default; `--only` takes one
 * set of data, `--per-route` numbers of utterances. Vectors are kept in `.cache/`. `--svg` draws the curve into `docs/routing_curve.svg`.
 */

import {
  auroc,
  backgroundTexts,
  calibrationError,
  encodeHead,
  type LabelledText,
  type LearnedHead,
  nameText,
  trainHead,
} from "../../src/router/mod.ts";
import { resolveConstants } from "../../src/router/constants.ts";
import { RouteIndex } from "../../src/router/route_index.ts";
import { type CurvePoint, curveSvg } from "./routing_curve.ts";
import {
  banking,
  clinc,
  divide,
  drawSeeds,
  folder,
  mean,
  median,
  openVectors,
  root,
  routesOf,
  share,
  spread,
  type Task,
} from "./routing_data.ts";
import { headEmbedder } from "../../src/app/routes/training.ts";

const opened = await openVectors();
await using embedder = opened.embedder;
const { vectors } = opened;

interface Measures {
  readonly accuracy: number;
  readonly macro: number;
  readonly floor: number;
  readonly auroc: number;
  readonly ece: number;
  readonly trainMs: number;
  readonly bytes: number;
  readonly decisionMs: number;
}

async function measure(
  task: Task,
  options: { perRoute?: number; seed: number },
): Promise<Measures> {
  const whole = options.perRoute === undefined;
  const { learned: train, asked: test } = divide(task, options);
  const vectorOf = await vectors.of([
    ...[...train, ...test].map(({ text }) => text),
    ...task.foreign,
    ...new Set(train.map(({ label }) => nameText(label))),
    ...backgroundTexts,
  ], { onProgress: ({ done, total }) => console.error(`${done} of ${total} texts embedded`) });
  const routes = routesOf(train);
  const start = performance.now();
  const head = trainHead({ routes }, {
    embedder: headEmbedder(embedder.model),
    vectorOf,
    seed: options.seed,
  });
  const trainMs = performance.now() - start;
  const answers = test.map(({ text, label }) => ({ label, ...head.predict(text, vectorOf(text)) }));
  const right = answers.map(({ label, route }) => label === route);
  const byLabel = Map.groupBy(answers, ({ label }) => label);
  const recalls = [...byLabel.values()].map((own) =>
    own.filter(({ label, route }) => label === route).length / own.length
  );
  return {
    accuracy: share(right),
    macro: mean(recalls),
    floor: whole ? NaN : floorOf(routes, {
      test,
      vectorOf: (text) => vectorOf(text)!.subarray(0, embedder.model.dimensions),
    }),
    auroc: auroc(
      answers.map(({ belongs }) => belongs),
      task.foreign.map((text) => head.predict(text, vectorOf(text)).belongs),
    ),
    ece: calibrationError(answers.map(({ score }) => score), right),
    trainMs,
    bytes: encodeHead(head).length,
    decisionMs: median(decisionTimes(head, test.map(({ text }) => [text, vectorOf(text)]))),
  };
}

function floorOf(
  routes: readonly { name: string; utterances: string[] }[],
  options: {
    test: readonly LabelledText[];
    vectorOf: (text: string) => Float32Array | undefined;
  },
): number {
  const { test, vectorOf } = options;
  const index = new RouteIndex(
    routes.map((route) => ({
      route: { ...route, target: { model: "m" } },
      vectors: { utterances: route.utterances.map((text) => vectorOf(text)!), negative: [] },
    })),
    resolveConstants({}),
  );
  return share(test.map(({ text, label }) => index.nearest(vectorOf(text)!)?.route === label));
}

function decisionTimes(
  head: LearnedHead,
  texts: readonly (readonly [string, Float32Array | undefined])[],
): number[] {
  return texts.slice(0, 2_000).map(([text, vector]) => {
    const start = performance.now();
    head.classify(text, vector);
    return performance.now() - start;
  });
}

/** Vocabulary of made-up routes; their number is what counts. */
function speedOf(
  count: number,
  rows: readonly LabelledText[],
  vectorOf: (t: string) => Float32Array,
) {
  const routes = Array.from({ length: count }, (_, i) => ({
    name: `route-${i}`,
    utterances: Array.from({ length: 5 }, (_, j) => rows[(i * 5 + j) % rows.length]!.text),
  }));
  const head = trainHead({ routes }, { embedder: headEmbedder(embedder.model), vectorOf, seed: 1 });
  const texts = rows.slice(0, 2_000).map(({ text }) => [text, vectorOf(text)] as const);
  decisionTimes(head, texts);
  return median(decisionTimes(head, texts));
}

interface Wanted {
  readonly seeds: readonly number[];
  readonly tasks: (name: string) => boolean;
  readonly perRoute: readonly (number | undefined)[];
}

/** What follows `name` on the command line. */
function option(name: string): string | undefined {
  const at = Deno.args.indexOf(name);
  return at < 0 ? undefined : Deno.args[at + 1];
}

/** What the command line asks for. */
function wanted(): Wanted {
  const seeds = option("--seeds")?.split("..").map(Number);
  const [first = 1, last = first] = seeds ?? [];
  const only = option("--only");
  const curve = Deno.args.includes("--curve") ? [1, 2, 3, 5, 10, 20, 40] : [2, 10];
  return {
    seeds: seeds === undefined
      ? drawSeeds
      : Array.from({ length: last - first + 1 }, (_, i) => first + i),
    tasks: (name) => only === undefined || name === only,
    perRoute: option("--per-route")?.split(",")
      .map((each) => each === "all" ? undefined : Number(each)) ?? [...curve, undefined],
  };
}

async function main(): Promise<void> {
  const asked = wanted();
  const first = await clinc();
  const second = await banking(first?.foreign ?? []);
  const tasks = [first, second].filter((task) => task !== undefined)
    .filter(({ name }) => asked.tasks(name));
  if (tasks.length === 0) {
    console.log(`Skipped: no data in ${folder} (set ATMOSPHERE_ROUTING_DATA)`);
    return;
  }
  const results: Record<string, unknown>[] = [];
  const points: CurvePoint[] = [];
  console.log(
    "| data | utterances a route | accuracy % | mean recall % | cosine floor % | AUROC | ECE | training s | model MB | decision ms |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const task of tasks) {
    for (const perRoute of asked.perRoute) {
      const runs: Measures[] = [];
      const isFixed = perRoute === undefined && task.test !== undefined;
      for (const seed of isFixed ? [1] : asked.seeds) {
        runs.push(await measure(task, { seed, ...(perRoute === undefined ? {} : { perRoute }) }));
      }
      const of = (key: keyof Measures) => runs.map((run) => run[key]);
      console.log(
        `| ${
          [
            task.name,
            perRoute ?? "all",
            spread(of("accuracy"), 2, 100),
            spread(of("macro"), 2, 100),
            spread(of("floor"), 2, 100),
            spread(of("auroc"), 4),
            spread(of("ece"), 3),
            mean(of("trainMs").map((ms) => ms / 1000)).toFixed(2),
            mean(of("bytes").map((bytes) => bytes / 1e6)).toFixed(2),
            mean(of("decisionMs")).toFixed(3),
          ].join(" | ")
        } |`,
      );
      results.push({ task: task.name, perRoute: perRoute ?? null, runs });
      points.push({
        task: task.name,
        perRoute: perRoute ?? null,
        accuracy: mean(of("accuracy")),
        floor: mean(of("floor")),
      });
    }
  }
  if (Deno.args.includes("--speed")) {
    const [task] = tasks;
    const vectorOf = await vectors.of(task!.train.map(({ text }) => text));
    for (const count of [10, 150, 1_000]) {
      const ms = speedOf(count, task!.train, (text) => vectorOf(text)!);
      console.log(`\n${count} routes of five utterances: ${ms.toFixed(3)} ms a decision, median`);
    }
  }
  if (Deno.args.includes("--svg")) {
    await Deno.writeTextFile(`${root}docs/routing_curve.svg`, curveSvg(points));
  }
  if (Deno.args.includes("--json")) console.log(JSON.stringify(results));
}

await main();
