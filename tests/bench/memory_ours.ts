/**
 * The memory's own figures on one set of vectors; a process of its own, so that its size is its own.
 *
 *   deno task dev run -A tests/bench/memory_ours.ts clustered|spread 10000 [QUERIES]
 *
 * Prints one line of JSON.
 *
 * @module
 */

import { createMemory } from "../../src/memory/mod.ts";
import { makeData, quantile, recall, type Shape } from "./memory_data.ts";
import { devRun } from "../support/dev_run.ts";

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Figures {
  readonly coldOpenMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly residentMB: number;
  readonly found: number[][];
}

/** Opens the file as a new process would and searches it. */
async function searchIn(path: string, queries: readonly Float32Array[]): Promise<Figures> {
  const start = performance.now();
  const memory = await createMemory({ path });
  await memory.search({ vector: queries[0]! });
  const coldOpenMs = performance.now() - start;
  const times: number[] = [];
  const found: number[][] = [];
  for (const vector of queries) {
    const from = performance.now();
    const { hits } = await memory.search({ vector });
    times.push(performance.now() - from);
    found.push(hits.map(({ item }) => Number(item.id)));
  }
  await settle();
  const residentMB = Deno.memoryUsage().rss / 1e6;
  await memory[Symbol.asyncDispose]();
  return {
    coldOpenMs,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    residentMB,
    found,
  };
}

/** The second life: a fresh process that has only the file and the questions. */
async function child(work: string, options: { file: string; questions: number }): Promise<void> {
  const bytes = Deno.readFileSync(`${work}/queries.f32`);
  const all = new Float32Array(bytes.buffer);
  const dimensions = all.length / options.questions;
  const queries = Array.from(
    { length: options.questions },
    (_, i) => all.slice(i * dimensions, (i + 1) * dimensions),
  );
  console.log(JSON.stringify(await searchIn(`${work}/${options.file}`, queries)));
}

async function spawn(work: string, options: { file: string; questions: number }): Promise<Figures> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: devRun(new URL(import.meta.url), [
      "--child",
      work,
      options.file,
      String(options.questions),
    ], { flags: ["--v8-flags=--expose-gc"] }),
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(output.stdout));
}

async function build(path: string, vectors: readonly Float32Array[]): Promise<number> {
  const start = performance.now();
  {
    await using memory = await createMemory({ path });
    const items = vectors.map((vector, i) => ({ id: String(i), text: "", vector }));
    for (let i = 0; i < items.length; i += 1024) await memory.add(items.slice(i, i + 1024));
  }
  return vectors.length / (performance.now() - start) * 1000;
}

async function main(): Promise<void> {
  const [first = "clustered", second = "10000", third = "200", fourth = ""] = Deno.args;
  if (first === "--child") {
    await child(second, { file: third, questions: Number(fourth) });
    return;
  }
  const questions = Number(third);
  const data = makeData({ shape: first as Shape, count: Number(second), queries: questions });
  const work = await Deno.makeTempDir({ dir: Deno.env.get("BENCH_DIR") ?? "/var/tmp" });
  try {
    const addsPerSecond = await build(`${work}/memory.db`, data.vectors);
    // What a process needs besides the vectors, by one that has next to none.
    await build(`${work}/small.db`, data.vectors.slice(0, 100));
    const flat = new Float32Array(data.queries.length * data.dimensions);
    data.queries.forEach((query, i) => flat.set(query, i * data.dimensions));
    await Deno.writeFile(`${work}/queries.f32`, new Uint8Array(flat.buffer));
    const small = await spawn(work, { file: "small.db", questions });
    const { found, ...figures } = await spawn(work, { file: "memory.db", questions });
    const { size } = await Deno.stat(`${work}/memory.db`);
    console.log(JSON.stringify({
      engine: "atmosphere",
      shape: first,
      count: data.vectors.length,
      recall10: recall(found, data.nearest),
      addsPerSecond: Math.round(addsPerSecond),
      fileMB: size / 1e6,
      ...figures,
      vectorsMB: figures.residentMB - small.residentMB,
    }));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

await main();
