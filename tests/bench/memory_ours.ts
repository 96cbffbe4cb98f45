/**
 * The memory's own figures on one set of vectors; a process of its own, so that its size is its own.
 *
 *   deno task dev run -A tests/bench/memory_ours.ts clustered 10000 [QUERIES]
 *
 * Prints one line of JSON.
 *
 * @module
 */

import { createMemory } from "../../src/memory/mod.ts";
import { makeData, quantile, recall, type Shape } from "./memory_data.ts";

function residentBytes(): number {
  return Deno.memoryUsage().rss;
}

async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) {
    (globalThis as { gc?: () => void }).gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Figures {
  coldOpenMs: number;
  p50Ms: number;
  p99Ms: number;
  found: number[][];
  residentMB: number;
  emptyMB: number;
}

/** Opens the file as a new process would and searches it. */
async function searchIn(dir: string, queries: readonly Float32Array[]): Promise<Figures> {
  await (await createMemory({ path: `${dir}/empty.db` }))[Symbol.asyncDispose]();
  const empty = await createMemory({ path: `${dir}/empty.db` });
  await empty.createCollection("default", { space: { kind: "own", dimensions: 4 } });
  await empty.search({ vector: [1, 2, 3, 4] });
  await settle();
  const emptyBytes = residentBytes();
  await empty[Symbol.asyncDispose]();
  await settle();
  const start = performance.now();
  const memory = await createMemory({ path: `${dir}/memory.db` });
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
  const residentMB = residentBytes() / 1e6;
  await memory[Symbol.asyncDispose]();
  return {
    coldOpenMs,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    found,
    residentMB,
    emptyMB: emptyBytes / 1e6,
  };
}

async function main(): Promise<void> {
  const [shape = "clustered", count = "10000", questions = "200", dir = ""] = Deno.args;
  if (dir !== "") {
    // Second life: a fresh process that has only the file and the questions.
    const bytes = Deno.readFileSync(`${dir}/queries.f32`);
    const all = new Float32Array(bytes.buffer);
    const dimensions = all.length / Number(questions);
    const queries = Array.from(
      { length: Number(questions) },
      (_, i) => all.slice(i * dimensions, (i + 1) * dimensions),
    );
    console.log(JSON.stringify(await searchIn(dir, queries)));
    return;
  }
  const data = makeData({
    shape: shape as Shape,
    count: Number(count),
    queries: Number(questions),
  });
  const work = await Deno.makeTempDir({ dir: Deno.env.get("BENCH_DIR") ?? "/var/tmp" });
  try {
    const start = performance.now();
    {
      await using memory = await createMemory({ path: `${work}/memory.db` });
      const items = data.vectors.map((vector, i) => ({ id: String(i), text: "", vector }));
      for (let i = 0; i < items.length; i += 1024) await memory.add(items.slice(i, i + 1024));
    }
    const addsPerSecond = data.vectors.length / (performance.now() - start) * 1000;
    const flat = new Float32Array(data.queries.length * data.dimensions);
    data.queries.forEach((query, i) => flat.set(query, i * data.dimensions));
    await Deno.writeFile(`${work}/queries.f32`, new Uint8Array(flat.buffer));
    const output = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--quiet",
        "--no-config",
        "--no-lock",
        new URL("../../dist-scripts/dev.ts", import.meta.url).pathname,
        "run",
        "-A",
        "--v8-flags=--expose-gc",
        new URL(import.meta.url).pathname,
        shape,
        count,
        questions,
        work,
      ],
      stderr: "inherit",
    }).output();
    const { found, ...figures }: Figures = JSON.parse(new TextDecoder().decode(output.stdout));
    const { size } = await Deno.stat(`${work}/memory.db`);
    console.log(JSON.stringify({
      engine: "atmosphere",
      shape,
      count: Number(count),
      recall10: recall(found, data.nearest),
      addsPerSecond: Math.round(addsPerSecond),
      fileMB: size / 1e6,
      ...figures,
    }));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

await main();
