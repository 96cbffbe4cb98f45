/**
 * Items from JSON Lines. Repeating an import changes nothing.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { AddResult, BrokenLine, ImportOptions, ImportReport, NewItem } from "../types.ts";
import { splitLines } from "./lines.ts";

const maxLineBytes = 16_777_216;
const batchItems = 64;
const maxBroken = 100;
const fields = new Set([
  "id",
  "text",
  "vector",
  "model",
  "metadata",
  "namespace",
  "source",
  "position",
  "createdAt",
  "updatedAt",
  "expiresAt",
]);

function broken(message: string): AtmosphereError {
  return new AtmosphereError("invalid_request", message);
}

/** A line of an export as an item. Throws `invalid_request` or `invalid_json`. */
export function parseLine(bytes: Uint8Array, options: { vectors: boolean }): NewItem {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw broken("it is not valid UTF-8");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AtmosphereError("invalid_json", "it is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw broken("it is not an object");
  }
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  const unknown = entries.find(([name]) => !fields.has(name));
  if (unknown !== undefined) throw broken(`it has an unknown field "${unknown[0]}"`);
  const item = Object.fromEntries(entries);
  if (typeof item["text"] !== "string") throw broken("it has no text");
  for (const name of ["id", "model", "namespace", "source"]) {
    if (item[name] !== undefined && typeof item[name] !== "string") {
      throw broken(`it has a ${name} that is not a string`);
    }
  }
  if (item["vector"] !== undefined && !Array.isArray(item["vector"])) {
    throw broken("it has a vector that is not an array");
  }
  if (!options.vectors) {
    delete item["vector"];
    delete item["model"];
  }
  return item as unknown as NewItem;
}

interface Parsed {
  readonly line: number;
  readonly item: NewItem;
}

/** Imports one stream by `add`, which takes a batch as `Memory.add` does. */
export class Importer {
  readonly #add: (items: readonly NewItem[]) => Promise<AddResult[]>;
  readonly #options: ImportOptions;
  readonly #counts = { added: 0, updated: 0, unchanged: 0 };
  readonly #broken: BrokenLine[] = [];

  /** Adds by `add`. */
  constructor(
    add: (items: readonly NewItem[]) => Promise<AddResult[]>,
    options: ImportOptions = {},
  ) {
    this.#add = add;
    this.#options = options;
  }

  #fail(line: number, error: unknown): void {
    if (!(error instanceof AtmosphereError)) throw error;
    const mistakes = ["invalid_request", "invalid_json", "payload_too_large"];
    if (!mistakes.includes(error.code)) throw error;
    if (this.#options.skipBroken !== true) {
      const done = this.#counts.added + this.#counts.updated + this.#counts.unchanged;
      throw new AtmosphereError(error.code, `Line ${line}: ${error.message}`, {
        cause: error,
        ...(error.param === undefined ? {} : { param: error.param }),
        hint: `${done} items are in; mend the line and repeat, or leave broken lines out`,
        details: { line },
      });
    }
    if (this.#broken.length < maxBroken) this.#broken.push({ line, message: error.message });
  }

  async #flush(batch: readonly Parsed[]): Promise<void> {
    try {
      for (const { status } of await this.#add(batch.map(({ item }) => item))) {
        this.#counts[status]++;
      }
    } catch (error) {
      if (batch.length === 1) {
        this.#fail(batch[0]!.line, error);
        return;
      }
      // Finds the line that is to blame.
      for (const parsed of batch) await this.#flush([parsed]);
    }
  }

  /** Reads the stream to its end. */
  async run(stream: AsyncIterable<Uint8Array>): Promise<ImportReport> {
    const { signal, onProgress, vectors = true } = this.#options;
    let batch: Parsed[] = [];
    let last = 0;
    for await (const { number, bytes } of splitLines(stream, { maxBytes: maxLineBytes })) {
      signal?.throwIfAborted();
      last = number;
      if (bytes.every((byte) => byte === 32 || byte === 9 || byte === 13)) continue;
      try {
        batch.push({ line: number, item: parseLine(bytes, { vectors }) });
      } catch (error) {
        if (batch.length > 0) await this.#flush(batch);
        batch = [];
        this.#fail(number, error);
      }
      if (batch.length < batchItems) continue;
      await this.#flush(batch);
      batch = [];
      onProgress?.(number);
    }
    if (batch.length > 0) await this.#flush(batch);
    onProgress?.(last);
    return { ...this.#counts, broken: this.#broken };
  }
}
