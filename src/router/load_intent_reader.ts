/**
 * Loading the intent reader when it is first wanted: a megabyte of data that no start waits for.
 *
 * @module
 */

import type { EmbedderModel } from "../core/mod.ts";
import type { IntentReader } from "./intent_estimate.ts";

/** A reader of intents for vectors of `embedder`; undefined: of none that is known. */
export async function loadIntentReader(
  embedder: Pick<EmbedderModel, "name" | "dtype" | "dimensions"> | undefined,
): Promise<IntentReader> {
  const { createIntentReader } = await import("./intent_reader.ts");
  return createIntentReader(embedder);
}
