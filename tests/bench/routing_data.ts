/**
 * The data of the benchmarks of routing: what is learned from, what is asked about, with vectors.
 *
 * @module
 */

import { createEmbedder, resolveModel } from "../../src/embed/mod.ts";
import { drawRows, type LabelledText, readLabelled } from "../../src/router/mod.ts";
import { TextVectors } from "../../src/app/routes/text_vectors.ts";

/** The project's folder. */
export const root = new URL("../../", import.meta.url).pathname;
/** Where the data are looked for. */
export const folder = Deno.env.get("ATMOSPHERE_ROUTING_DATA") ?? `${root}../shared/data`;
/** Seeds of the draws that figures are means of. */
export const drawSeeds = [1, 2, 3];
const heldShare = 0.15;

/** Rows to learn from and to ask about. */
export interface Task {
  readonly name: string;
  readonly train: LabelledText[];
  /** Rows to ask about; where there are none, a part of `train` that is not learned from. */
  readonly test: LabelledText[] | undefined;
  readonly foreign: string[];
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`${folder}/${path}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** CLINC150; undefined where it is absent. */
export async function clinc(): Promise<Task | undefined> {
  const text = await readText("clinc150/train_val.json");
  if (text === undefined) return undefined;
  const parts: Record<string, [string, string][]> = JSON.parse(text);
  const rows = (part: string) => parts[part]!.map(([text, label]) => ({ text, label }));
  return {
    name: "CLINC150",
    train: rows("train"),
    test: rows("val"),
    foreign: [...rows("oos_train"), ...rows("oos_val")].map(({ text }) => text),
  };
}

/** BANKING77; undefined where it is absent. */
export async function banking(foreign: string[]): Promise<Task | undefined> {
  const text = await readText("banking77/train.csv");
  if (text === undefined) return undefined;
  const train = [...readLabelled(text, { format: "csv" }).rows];
  return { name: "BANKING77", train, test: undefined, foreign };
}

/** What is learned from and what is asked about. */
export function divide(
  { train, test }: Task,
  options: { perRoute?: number; seed: number },
): { learned: readonly LabelledText[]; asked: readonly LabelledText[] } {
  const { perRoute, seed } = options;
  if (perRoute !== undefined) {
    const learned = drawRows(train, { perLabel: perRoute, seed });
    const drawn = new Set(learned);
    return { learned, asked: test ?? train.filter((row) => !drawn.has(row)) };
  }
  if (test !== undefined) return { learned: train, asked: test };
  const held = new Set(
    [...Map.groupBy(train, ({ label }) => label).values()].flatMap((own) =>
      drawRows(own, { perLabel: Math.round(own.length * heldShare), seed })
    ),
  );
  return { learned: train.filter((row) => !held.has(row)), asked: [...held] };
}

/** Routes of labelled rows. */
export function routesOf(rows: readonly LabelledText[]) {
  return [...Map.groupBy(rows, ({ label }) => label)].map(([name, own]) => ({
    name,
    utterances: own.map(({ text }) => text),
  }));
}

/** Share of those that are true. */
export function share(values: readonly boolean[]): number {
  return values.filter((value) => value).length / values.length;
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Mean, and the range over the draws. */
export function spread(values: readonly number[], digits: number, scale = 1): string {
  const show = (value: number) => (value * scale).toFixed(digits);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (values.some(Number.isNaN)) return "-";
  return low === high ? show(low) : `${show(mean(values))} (${show(low)} to ${show(high)})`;
}

/** The bundled embedder, and vectors that are kept in `.cache/`; dispose the embedder. */
export async function openVectors() {
  const dataDir = `${root}.cache/bench-routing`;
  await Deno.mkdir(dataDir, { recursive: true });
  const embedder = createEmbedder({
    resolve: () => resolveModel({ dataDir, model: "all-minilm-l6-v2", onStep: () => {} }),
    threads: 2,
    cacheEntries: 0,
  });
  return { embedder, vectors: new TextVectors(embedder, dataDir) };
}
