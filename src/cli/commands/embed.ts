/**
 * `embed`: texts to vectors, or how alike they are.
 *
 * @module
 */

import type { EmbedAnswer, NodeApi } from "../../core/node_api.ts";
import { cosineOf } from "../cosine.ts";
import type { Invocation } from "../invocation.ts";
import type { Output } from "../output/output.ts";
import { printable } from "../output/printable.ts";
import { renderTable } from "../output/table.ts";
import { fit } from "../output/width.ts";
import { connectNode } from "../settings.ts";
import { readTexts } from "../text_input.ts";
import { UsageError } from "../usage_error.ts";

/** Texts of one request; more would only wait in memory. */
const batchSize = 256;
/** Values of a vector that a preview shows. */
const previewValues = 6;
/** Columns of a text in a preview or a matrix. */
const labelColumns = 32;

/** Embeds the texts and prints vectors, or the cosine of each pair. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, path } = invocation;
  const texts = await readTexts(invocation);
  if (texts.length === 0) {
    throw new UsageError("embed needs TEXT, --file or text on stdin", { path });
  }
  const blank = texts.findIndex((text) => text.trim() === "");
  if (blank !== -1) {
    throw new UsageError(`Text ${blank + 1} of ${texts.length} is empty`, {
      path,
      hint: flags.boolean("lines") ? "Take blank lines out" : undefined,
    });
  }
  if (flags.boolean("compare") && texts.length < 2) {
    throw new UsageError("--compare needs two texts or more, got 1", { path });
  }
  await using node = await connectNode(invocation);
  const answer = await embedAll(node, { texts, invocation });
  if (flags.boolean("compare")) await printMatrix(answer, { texts, output });
  else if (output.isJson) await output.json(openAiShape(answer));
  else if (output.isTerminal) await printPreview(answer, { texts, output });
  else for (const vector of answer.vectors) await output.print(JSON.stringify(vector));
  return 0;
}

async function embedAll(
  node: NodeApi,
  { texts, invocation }: { readonly texts: readonly string[]; readonly invocation: Invocation },
): Promise<EmbedAnswer> {
  const { flags, output, signal, context } = invocation;
  const model = flags.string("model");
  const shows = context.stderr.isTerminal && texts.length > batchSize;
  const vectors: (readonly number[])[] = [];
  let tokens = 0;
  let answer: EmbedAnswer | undefined;
  for (let start = 0; start < texts.length; start += batchSize) {
    const batch = texts.slice(start, start + batchSize);
    answer = await node.embed(batch, { signal, ...(model === undefined ? {} : { model }) });
    vectors.push(...answer.vectors);
    tokens += answer.tokens;
    if (shows) await output.note(`${vectors.length} of ${texts.length} texts embedded`);
  }
  if (answer === undefined) throw new TypeError("There is nothing to embed");
  return { model: answer.model, vectors, tokens };
}

function openAiShape({ model, vectors, tokens }: EmbedAnswer): unknown {
  return {
    object: "list",
    data: vectors.map((embedding, index) => ({ object: "embedding", index, embedding })),
    model: model.name,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

interface Texts {
  readonly texts: readonly string[];
  readonly output: Output;
}

async function printPreview({ model, vectors }: EmbedAnswer, { texts, output }: Texts) {
  const { bold, dim } = output.style;
  await output.print(bold(`${model.name}, ${model.dimensions} dimensions`));
  for (const [i, vector] of vectors.entries()) {
    const values = vector.slice(0, previewValues).map((value) => value.toFixed(4)).join(", ");
    const label = fit(printable(texts[i] ?? ""), labelColumns);
    await output.print(`  [${values}, …]  ${dim(label)}`);
  }
}

async function printMatrix({ model, vectors }: EmbedAnswer, { texts, output }: Texts) {
  const cosine = vectors.map((a) => vectors.map((b) => cosineOf(a, b)));
  if (output.isJson) {
    await output.json({ model: model.name, texts, cosine });
    return;
  }
  await output.write(renderTable({
    columns: [
      { title: "" },
      { title: "TEXT" },
      ...texts.map((_, i) => ({ title: String(i + 1), align: "right" as const })),
    ],
    rows: cosine.map((row, i) => [
      String(i + 1),
      fit(printable(texts[i] ?? ""), labelColumns),
      ...row.map((value) => value.toFixed(3)),
    ]),
    palette: output.style,
  }));
}
