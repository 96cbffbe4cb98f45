/**
 * The memory side by side with other ways to search vectors in SQLite, on the same vectors in one run.
 *
 *   deno task dev run -A tests/bench/memory.ts [--count=10000] [--shapes=clustered,spread]
 *     [--queries=200] [--diskann]
 *
 * DiskANN is built with 10,000 vectors and fewer, or where it is asked for: with 100,000 it takes
 * minutes. Prints a table in Markdown.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { createClient } from "@libsql/client";
import { parseArgs } from "@std/cli/parse-args";
import { getLoadablePath } from "sqlite-vec";
import { type Data, makeData, quantile, recall, type Shape } from "./memory_data.ts";
import { devRun } from "../support/dev_run.ts";

interface Result {
  readonly name: string;
  readonly shape: Shape;
  readonly count: number;
  readonly addsPerSecond: number;
  readonly fileMB: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly recall10: number;
  readonly coldOpenMs?: number;
  readonly vectorsMB?: number;
}

type Search = (vector: Float32Array<ArrayBuffer>) => Promise<number[]>;

const batchRows = 512;
/** The slow ones need no more questions than that to know their median. */
const slowQuestions = 50;

async function measure(
  data: Data,
  search: Search,
  questions: number,
): Promise<Pick<Result, "p50Ms" | "p99Ms" | "recall10">> {
  const queries = data.queries.slice(0, questions);
  await search(queries[0]!);
  const times: number[] = [];
  const found: number[][] = [];
  for (const query of queries) {
    const start = performance.now();
    found.push(await search(query));
    times.push(performance.now() - start);
  }
  return {
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    recall10: recall(found, data.nearest.slice(0, questions)),
  };
}

async function sizeMB(path: string): Promise<number> {
  return (await Deno.stat(path)).size / 1e6;
}

function bytesOf(vector: Float32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

async function libsql(
  data: Data,
  options: { path: string; diskann: boolean },
): Promise<Omit<Result, "name" | "shape" | "count">> {
  const client = createClient({ url: `file:${options.path}`, concurrency: 1, intMode: "number" });
  await client.execute("PRAGMA journal_mode = WAL");
  await client.execute(
    `CREATE TABLE items (id INTEGER PRIMARY KEY, v F32_BLOB(${data.dimensions}))`,
  );
  if (options.diskann) {
    await client.execute(
      "CREATE INDEX near ON items (libsql_vector_idx(v, 'metric=cosine', " +
        "'compress_neighbors=float8', 'max_neighbors=20'))",
    );
  }
  const start = performance.now();
  for (let at = 0; at < data.vectors.length; at += batchRows) {
    await client.batch(
      data.vectors.slice(at, at + batchRows).map((vector, i) => ({
        sql: "INSERT INTO items (id, v) VALUES (?, ?)",
        args: [at + i, bytesOf(vector)],
      })),
      "write",
    );
  }
  const seconds = (performance.now() - start) / 1000;
  const sql = options.diskann
    ? `SELECT i.id FROM vector_top_k('near', ?, 10) AS t JOIN items AS i ON i.rowid = t.id
        ORDER BY vector_distance_cos(i.v, ?)`
    : "SELECT id FROM items ORDER BY vector_distance_cos(v, ?) LIMIT 10";
  const figures = await measure(data, async (vector) => {
    const blob = bytesOf(vector);
    const { rows } = await client.execute({ sql, args: options.diskann ? [blob, blob] : [blob] });
    return rows.map((row) => Number(row["id"]));
  }, options.diskann ? data.queries.length : slowQuestions);
  await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
  return {
    ...figures,
    addsPerSecond: data.vectors.length / seconds,
    fileMB: await sizeMB(options.path),
  };
}

async function sqliteVec(
  data: Data,
  options: { path: string; bit: boolean },
): Promise<Omit<Result, "name" | "shape" | "count">> {
  const database = new DatabaseSync(options.path, { allowExtension: true });
  database.loadExtension(getLoadablePath());
  database.exec("PRAGMA journal_mode = WAL");
  const { dimensions } = data;
  const coarse = options.bit ? `, coarse bit[${dimensions}]` : "";
  database.exec(
    `CREATE VIRTUAL TABLE items USING vec0(
      id INTEGER PRIMARY KEY, v float[${dimensions}] distance_metric=cosine${coarse})`,
  );
  const insert = database.prepare(
    options.bit
      ? "INSERT INTO items (id, v, coarse) VALUES (?, ?, vec_quantize_binary(?))"
      : "INSERT INTO items (id, v) VALUES (?, ?)",
  );
  const start = performance.now();
  for (let at = 0; at < data.vectors.length; at += batchRows) {
    database.exec("BEGIN");
    data.vectors.slice(at, at + batchRows).forEach((vector, i) => {
      const blob = bytesOf(vector);
      insert.run(BigInt(at + i), blob, ...(options.bit ? [blob] : []));
    });
    database.exec("COMMIT");
  }
  const seconds = (performance.now() - start) / 1000;
  const select = database.prepare(
    options.bit
      ? `WITH near AS (SELECT id, v FROM items
          WHERE coarse MATCH vec_quantize_binary(?) AND k = 100)
        SELECT id FROM near ORDER BY vec_distance_cosine(v, ?) LIMIT 10`
      : "SELECT id FROM items WHERE v MATCH ? AND k = 10 ORDER BY distance",
  );
  const figures = await measure(data, (vector) => {
    const blob = bytesOf(vector);
    const rows = options.bit ? select.all(blob, blob) : select.all(blob);
    return Promise.resolve(rows.map((row) => Number(row["id"])));
  }, options.bit ? data.queries.length : slowQuestions);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  return {
    ...figures,
    addsPerSecond: data.vectors.length / seconds,
    fileMB: await sizeMB(options.path),
  };
}

async function ours(shape: Shape, count: number, queries: number): Promise<Result> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: devRun(new URL("memory_ours.ts", import.meta.url), [
      shape,
      String(count),
      String(queries),
    ]),
    stderr: "inherit",
  }).output();
  return { name: "**Atmosphere**", ...JSON.parse(new TextDecoder().decode(output.stdout)) };
}

function row(result: Result): string {
  const cells = [
    result.name,
    String(result.count),
    result.shape,
    Math.round(result.addsPerSecond).toLocaleString("en"),
    result.fileMB.toFixed(0),
    result.vectorsMB?.toFixed(0) ?? "",
    result.coldOpenMs?.toFixed(0) ?? "",
    result.p50Ms.toFixed(2),
    result.p99Ms.toFixed(2),
    result.recall10.toFixed(4),
  ];
  return `| ${cells.join(" | ")} |`;
}

async function main(): Promise<void> {
  const args = parseArgs(Deno.args, {
    string: ["count", "shapes", "queries"],
    boolean: ["diskann"],
    default: { count: "10000", shapes: "clustered,spread", queries: "200" },
  });
  const count = Number(args.count);
  const queries = Number(args.queries);
  console.log(
    "| engine | vectors | shape | adds/s | file MB | in memory MB | cold open ms | p50 ms | p99 ms | recall@10 |",
  );
  console.log("|---|---|---|---|---|---|---|---|---|---|");
  for (const shape of String(args.shapes).split(",") as Shape[]) {
    console.log(row(await ours(shape, count, queries)));
    const data = makeData({ shape, count, queries });
    const work = await Deno.makeTempDir({ dir: Deno.env.get("BENCH_DIR") ?? "/var/tmp" });
    const base = { shape, count };
    try {
      const exact = await libsql(data, { path: `${work}/exact.db`, diskann: false });
      console.log(row({ name: "libSQL, exact", ...base, ...exact }));
      const flat = await sqliteVec(data, { path: `${work}/flat.db`, bit: false });
      console.log(row({ name: "sqlite-vec, float32", ...base, ...flat }));
      const bit = await sqliteVec(data, { path: `${work}/bit.db`, bit: true });
      console.log(row({ name: "sqlite-vec, bit and rescore of 100", ...base, ...bit }));
      if (count <= 10_000 || args.diskann) {
        const graph = await libsql(data, { path: `${work}/graph.db`, diskann: true });
        console.log(row({ name: "libSQL, DiskANN", ...base, ...graph }));
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  }
}

await main();
