/**
 * Reading a list of models that somebody else wrote: bounded, deduplicated, broken entries skipped.
 *
 * @module
 */

import { BackendError, type Logger } from "../core/mod.ts";
import type { ListedModel } from "./engine.ts";
import { asArray, asObject, asText, type JsonObject } from "./fields.ts";

/** Most models that one backend can list; OpenRouter has some 400. */
export const maxModels = 5_000;

/** Longest name of a model, in characters. */
export const maxNameLength = 256;

/** Options of {@linkcode readModelList}. */
export interface ModelListOptions {
  /** Id of the backend, for messages. */
  readonly id: string;
  readonly logger: Logger;
  /** Field that holds the list, such as `data`; the document itself may be the list where undefined. */
  readonly field: string | undefined;
  /** Fields that hold a model's name, first match wins. */
  readonly nameFields: readonly string[];
  /** What else an entry says; undefined leaves the entry out without a word. */
  readonly read: (entry: JsonObject, name: string) => Omit<ListedModel, "name"> | undefined;
}

/**
 * The models of a document. Entries without a usable name and repeated ones are skipped and
 * logged. Throws `backend_invalid_response` when there is no list, or no end of it.
 */
export function readModelList(document: unknown, options: ModelListOptions): ListedModel[] {
  const { id, field, logger } = options;
  const inner = field === undefined ? document : asObject(document)?.[field];
  // Servers written in Go list nothing as null.
  const entries = inner === null ? [] : asArray(inner);
  if (entries === undefined) {
    throw new BackendError(
      "backend_invalid_response",
      `The list of models of ${id} has no array${field === undefined ? "" : ` "${field}"`}`,
      { origin: `backend:${id}`, hint: "Check that the address belongs to this engine" },
    );
  }
  if (entries.length > maxModels) {
    throw new BackendError(
      "backend_invalid_response",
      `${id} lists ${entries.length} models, more than ${maxModels}`,
      {
        origin: `backend:${id}`,
        hint: "Check that the address belongs to a model server",
      },
    );
  }
  const models = new Map<string, ListedModel>();
  const skipped = new Map<string, number>();
  for (const item of entries) {
    const entry = asObject(item);
    const name = options.nameFields.map((key) => asText(entry?.[key], maxNameLength))
      .find((text) => text !== undefined);
    let reason: string | undefined;
    if (entry === undefined) reason = "not an object";
    else if (name === undefined) reason = "no usable name";
    else if (models.has(name)) reason = "repeated name";
    else {
      const rest = options.read(entry, name);
      if (rest !== undefined) models.set(name, { name, ...rest });
    }
    if (reason !== undefined) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of skipped) {
    logger.warn("Skipped broken entries of a list of models", { backend: id, reason, count });
  }
  return [...models.values()];
}
