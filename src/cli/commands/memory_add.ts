/**
 * `memory add`: files, directories, stdin and notes.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type {
  AddResult,
  DocumentReport,
  MemoryApi,
  Metadata,
  NewDocument,
} from "../../core/memory_api.ts";
import { findDocuments } from "../document_files.ts";
import type { Invocation } from "../invocation.ts";
import { collectionOf, fileError, objectFlag, openMemory } from "../memory_options.ts";
import { printable } from "../output/printable.ts";
import { UsageError } from "../usage_error.ts";

/** Most bytes of stdin. */
const maxStdinBytes = 64 * 1024 * 1024;

interface Failure {
  readonly source: string;
  readonly message: string;
}

interface Outcome {
  readonly documents: DocumentReport[];
  readonly notes: AddResult[];
  readonly failed: Failure[];
}

/** Adds what the command line names; what fails is told and does not keep the rest from it. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, path } = invocation;
  const texts = flags.list("text");
  if (args.length === 0 && texts.length === 0) {
    throw new UsageError("memory add needs PATH, - or --text", { path });
  }
  if (flags.has("id") && texts.length !== 1) {
    throw new UsageError("--id goes with one --text", { path });
  }
  const metadata = objectFlag(invocation, "metadata") as Metadata | undefined;
  await using memory = await openMemory(invocation);
  const outcome: Outcome = { documents: [], notes: [], failed: [] };
  if (texts.length > 0) {
    outcome.notes.push(...await addNotes(memory, { invocation, texts, metadata }));
  }
  for (const arg of args) await addPath(memory, { arg, invocation, metadata, outcome });
  await printOutcome(outcome, invocation);
  if (outcome.failed.length === 0) return 0;
  for (const { source, message } of outcome.failed) {
    const named = message.includes(source) ? message : `${source}: ${message}`;
    await output.complain(`${printable(named)}\n`);
  }
  return 1;
}

async function addNotes(
  memory: MemoryApi,
  options: {
    invocation: Invocation;
    texts: readonly string[];
    metadata: Metadata | undefined;
  },
): Promise<AddResult[]> {
  const { flags, signal } = options.invocation;
  const id = flags.string("id");
  const namespace = flags.string("namespace");
  const source = flags.string("source");
  const expiresAt = flags.string("expires");
  const items = options.texts.map((text) => ({
    text,
    ...(id === undefined ? {} : { id }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(source === undefined ? {} : { source }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
  }));
  return await memory.add(items, { collection: collectionOf(options.invocation), signal });
}

async function readStdin({ context, flags, signal }: Invocation): Promise<NewDocument> {
  const text = await context.stdin.readText({ maxBytes: maxStdinBytes, signal });
  const bytes = new TextEncoder().encode(text);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  // Without a name of its own each text is a document of its own, and the same one is the same.
  const name = flags.string("source") ?? `stdin-${digest.toHex().slice(0, 12)}`;
  return { name, bytes };
}

async function addPath(
  memory: MemoryApi,
  options: {
    arg: string;
    invocation: Invocation;
    metadata: Metadata | undefined;
    outcome: Outcome;
  },
): Promise<void> {
  const { arg, invocation, outcome } = options;
  if (arg === "-") {
    outcome.documents.push(await addOne(memory, await readStdin(invocation), options));
    return;
  }
  const files = await findDocuments(arg, { all: invocation.flags.boolean("all") });
  const shows = invocation.context.stderr.isTerminal && files.length > 1;
  for (const [i, file] of files.entries()) {
    invocation.signal.throwIfAborted();
    try {
      const bytes = await Deno.readFile(file);
      outcome.documents.push(await addOne(memory, { name: file, bytes }, options));
    } catch (thrown) {
      const error = fileError(thrown, file);
      if (!(error instanceof AtmosphereError) || !isOfFile(error)) throw error;
      outcome.failed.push({ source: file, message: error.message });
    }
    if (shows) await invocation.output.note(`${i + 1} of ${files.length}  ${printable(file)}`);
  }
}

/** Whether one file is to blame, so that the next may still work. */
function isOfFile({ code }: AtmosphereError): boolean {
  return ["unsupported_media_type", "not_found", "payload_too_large"].includes(code) ||
    code === "invalid_request";
}

async function addOne(
  memory: MemoryApi,
  document: NewDocument,
  options: { invocation: Invocation; metadata: Metadata | undefined },
): Promise<DocumentReport> {
  const { invocation, metadata } = options;
  const namespace = invocation.flags.string("namespace");
  const { output, context } = invocation;
  return await memory.addDocument({
    ...document,
    ...(metadata === undefined ? {} : { metadata }),
    ...(namespace === undefined ? {} : { namespace }),
  }, {
    collection: collectionOf(invocation),
    signal: invocation.signal,
    onProgress: (done, all) => {
      if (!context.stderr.isTerminal || all <= 64) return;
      void output.note(`${printable(document.name)}: ${done} of ${all} chunks`);
    },
  });
}

async function printOutcome(outcome: Outcome, { output }: Invocation): Promise<void> {
  if (output.isJson) {
    await output.json(outcome);
    return;
  }
  for (const { id, status } of outcome.notes) await output.print(`${status}  ${printable(id)}`);
  for (const report of outcome.documents) {
    const { source, chunks, added, updated, unchanged, removed } = report;
    await output.print(
      `${printable(source)}: ${chunks} chunks, ${added} added, ${updated} updated, ` +
        `${unchanged} unchanged, ${removed} removed`,
    );
  }
}
