/**
 * `ask`: one question to a model, its answer as it comes.
 *
 * @module
 */

import type { Preference } from "../../core/intent.ts";
import type { ChatStream } from "../../core/node_api.ts";
import type { Invocation } from "../invocation.ts";
import { printable, printableLines } from "../output/printable.ts";
import { connectNode } from "../settings.ts";
import { UsageError } from "../usage_error.ts";

/** Most bytes that are read from stdin; no model reads more. */
const maxStdinBytes = 8 * 1024 * 1024;

/** Asks, and prints the answer on stdout. An interrupt cancels the request upstream. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, signal } = invocation;
  const prompt = await readPrompt(invocation);
  const system = flags.string("system");
  const model = flags.string("model");
  const preference = flags.string("prefer") as Preference | undefined;
  const temperature = flags.number("temperature");
  const maxTokens = flags.number("max-tokens");
  await using node = await connectNode(invocation);
  const answer = await node.chat({
    messages: [
      ...(system === undefined ? [] : [{ role: "system", content: system }]),
      { role: "user", content: prompt },
    ],
    ...(model === undefined ? {} : { model }),
    ...(preference === undefined ? {} : { preference }),
    ...(flags.boolean("local-only") ? { policy: { localOnly: true } } : {}),
    options: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    },
  }, { signal });
  if (output.isJson) {
    const { model, backend, node, decision } = answer;
    await output.json({ text: await collect(answer), model, backend, node, decision });
    return 0;
  }
  if (invocation.context.stderr.isTerminal) {
    const who = printable(`${answer.model} on ${answer.backend} (${answer.node})`);
    await output.note(output.errorStyle.dim(who));
  }
  if (flags.boolean("stream")) await stream(answer, invocation);
  else await output.write(shown(endLine(await collect(answer)), output.isTerminal));
  return 0;
}

/** An answer is somebody else's text: it must not command the terminal. A pipe gets it as it is. */
function shown(text: string, isTerminal: boolean): string {
  return isTerminal ? printableLines(text) : text;
}

function endLine(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

async function collect(answer: ChatStream): Promise<string> {
  const parts: string[] = [];
  for await (const part of answer) parts.push(part);
  return parts.join("");
}

async function stream(answer: ChatStream, { output }: Invocation): Promise<void> {
  let last = "\n";
  try {
    for await (const part of answer) {
      if (part === "") continue;
      await output.write(shown(part, output.isTerminal));
      last = part;
    }
  } finally {
    // What follows on the terminal, an error or the prompt, begins a line of its own.
    if (!last.endsWith("\n")) await output.write("\n");
  }
}

async function readPrompt({ args, context, signal, path }: Invocation): Promise<string> {
  const words = args.join(" ");
  const { stdin } = context;
  if (words === "-") {
    const text = await stdin.readText({ maxBytes: maxStdinBytes, signal });
    if (text.trim() === "") throw new UsageError("stdin holds no prompt", { path });
    return text;
  }
  if (words.trim() === "") throw new UsageError("PROMPT is empty", { path });
  if (!await stdin.isPiped()) return words;
  const piped = await stdin.readText({ maxBytes: maxStdinBytes, signal });
  return piped.trim() === "" ? words : `${words}\n\n${piped}`;
}
