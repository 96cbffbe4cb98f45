/**
 * How well the memory finds: questions of a published FAQ, whose answers are to be found among all
 * the chunks of several manuals. The question itself is taken out of its chunk.
 *
 *   apt-get download debian-faq developers-reference debian-policy
 *   for deb in *.deb; do dpkg-deb -x "$deb" manuals; done
 *   deno task dev run -A tests/bench/memory_quality.ts manuals/usr/share/doc
 *
 * Prints dense, keyword and hybrid search apart, and fusion by several weights.
 *
 * @module
 */

import { loadConfig } from "../../src/config/mod.ts";
import { createEmbedder, resolveModel } from "../../src/embed/mod.ts";
import { toChunks } from "../../src/memory/documents/chunk.ts";
import { readHtml } from "../../src/memory/documents/html.ts";
import { createMemory, type NewItem, type SearchMode } from "../../src/memory/mod.ts";
import { defaultFusion, fuse, type FusionWeights } from "../../src/memory/search/fusion.ts";

/** A FAQ's questions, other sections' headings, and names that are in few chunks. */
type Kind = "question" | "heading" | "name";

interface Question {
  readonly text: string;
  readonly kind: Kind;
  /** Chunks that answer it. */
  readonly answers: ReadonlySet<string>;
}

interface Corpus {
  readonly items: NewItem[];
  readonly questions: Question[];
}

async function* htmlFiles(directory: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(directory)) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory) yield* htmlFiles(path);
    // Other languages, copies in one file, and tables of contents hold the same text again.
    else if (entry.isFile && /(^[^.]+|\.en)\.html$/.test(entry.name)) {
      if (!/^(index|genindex|search)\b/.test(entry.name)) yield path;
    }
  }
}

function plainHeading(heading: string): string {
  return heading.replace(/^(chapter\s+)?[\d.]+\s*/i, "").replaceAll("¶", "").trim();
}

async function readCorpus(directory: string): Promise<Corpus> {
  const items: NewItem[] = [];
  const answers = new Map<string, { kind: Question["kind"]; ids: Set<string> }>();
  const paths = (await Array.fromAsync(htmlFiles(directory))).sort();
  for (const path of paths) {
    const sections = Map.groupBy(
      readHtml(await Deno.readTextFile(path)),
      ({ headings }) => plainHeading(headings.at(-1) ?? ""),
    );
    for (const [heading, blocks] of sections) {
      const chunks = toChunks(blocks.map((block) => ({ ...block, headings: [] })));
      const ids = chunks.map((_, i) => `${path}#${heading}#${i}`);
      chunks.forEach(({ text }, i) => items.push({ id: ids[i]!, text }));
      if (heading.split(" ").length < 3 || blocks.every(({ text }) => text.length < 80)) continue;
      const kind = heading.endsWith("?") ? "question" : "heading";
      const known = answers.get(heading) ?? { kind, ids: new Set<string>() };
      for (const id of ids) known.ids.add(id);
      answers.set(heading, known);
    }
  }
  const questions = [...answers].map(([text, { kind, ids }]) => ({ text, kind, answers: ids }));
  return { items, questions: [...questions, ...nameQuestions(items)] };
}

/** Names such as `dh_installdocs` or `Build-Depends` that are in one or two chunks. */
function nameQuestions(items: readonly NewItem[]): Question[] {
  const places = new Map<string, Set<string>>();
  for (const { id, text } of items) {
    for (
      const [name] of text.matchAll(/\b[A-Za-z]+(?:[_-][A-Za-z]+)+\b|\b[a-z]+[A-Z][A-Za-z]+\b/g)
    ) {
      const known = places.get(name) ?? new Set();
      places.set(name, known.add(id!));
    }
  }
  return [...places].filter(([, ids]) => ids.size <= 2)
    .filter((_, i) => i % 5 === 0).slice(0, 200)
    .map(([text, answers]) => ({ text, kind: "name", answers }));
}

interface Scores {
  first: number;
  five: number;
  ten: number;
  reciprocal: number;
  count: number;
}

function measure(lists: readonly string[][], questions: readonly Question[]): Scores {
  const scores: Scores = { first: 0, five: 0, ten: 0, reciprocal: 0, count: questions.length };
  questions.forEach(({ answers }, i) => {
    const rank = lists[i]!.findIndex((id) => answers.has(id)) + 1;
    if (rank === 0 || rank > 10) return;
    scores.ten++;
    if (rank <= 5) scores.five++;
    if (rank === 1) scores.first++;
    scores.reciprocal += 1 / rank;
  });
  return scores;
}

function row(name: string, { first, five, ten, reciprocal, count }: Scores): string {
  const share = (value: number) => (value / count).toFixed(3);
  return `| ${name} | ${share(first)} | ${share(five)} | ${share(ten)} | ${share(reciprocal)} |`;
}

async function main(): Promise<void> {
  const [directory] = Deno.args;
  if (directory === undefined) throw new Error("Name the directory of manuals");
  const { items, questions } = await readCorpus(directory);
  const work = await Deno.makeTempDir();
  const config = await loadConfig({ flags: { dataDir: work }, env: {} });
  const { model, threads, cacheEntries } = config.embedding;
  await using embedder = createEmbedder({
    resolve: () => resolveModel({ dataDir: work, model }),
    model,
    threads,
    cacheEntries,
  });
  await using memory = await createMemory({ path: `${work}/m.db`, embedder });
  await memory.add(items);
  const search = async (mode: SearchMode, all: readonly Question[]) => {
    const lists: string[][] = [];
    for (const { text } of all) {
      const { hits } = await memory.search({ text, mode, limit: mode === "hybrid" ? 10 : 50 });
      lists.push(hits.map(({ item }) => item.id));
    }
    return lists;
  };
  console.log(`${items.length} chunks\n`);
  for (const kind of ["question", "heading", "name"] as const) {
    const all = questions.filter((question) => question.kind === kind);
    console.log(
      `${all.length} ${kind}s\n\n| search | @1 | @5 | @10 | MRR |\n|---|---|---|---|---|`,
    );
    const dense = await search("dense", all);
    const keyword = await search("keyword", all);
    console.log(row("dense", measure(dense, all)));
    console.log(row("keyword", measure(keyword, all)));
    console.log(row("hybrid", measure(await search("hybrid", all), all)));
    const fused = (weights: FusionWeights) =>
      all.map((_, i) => {
        const ids = [...new Set([...dense[i]!, ...keyword[i]!])];
        const ranked = (list: readonly string[]) =>
          list.map((id, place) => ({ seq: ids.indexOf(id), score: -place }));
        return fuse({ dense: ranked(dense[i]!), keyword: ranked(keyword[i]!) }, weights)
          .map(({ seq }) => ids[seq]!);
      });
    for (const k of [10, 20, 60]) {
      for (const keywordWeight of [0.3, 0.5, 0.7, 1, 2]) {
        const weights = { dense: 1, keyword: keywordWeight, k };
        const name = `k ${k}, keyword ${keywordWeight}${
          k === defaultFusion.k && keywordWeight === defaultFusion.keyword ? " (default)" : ""
        }`;
        console.log(row(name, measure(fused(weights), all)));
      }
    }
    console.log();
  }
  await Deno.remove(work, { recursive: true });
}

await main();
