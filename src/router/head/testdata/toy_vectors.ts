/**
 * Vectors for tests: texts that share words are alike.
 *
 * @module
 */

import { seededRandom } from "../random.ts";
import type { HeadEmbedder } from "../types.ts";

/** The space of {@linkcode toyVector}. */
export const toyEmbedder: HeadEmbedder = { name: "toy", dtype: "f32", dimensions: 48 };

/** The unit-length sum of a random direction for each word. */
export function toyVector(text: string): Float32Array {
  const sum = new Float32Array(toyEmbedder.dimensions);
  for (const word of text.toLowerCase().split(/[^\p{L}\p{N}]+/u)) {
    let seed = 7;
    for (const unit of word) seed = Math.imul(seed ^ unit.codePointAt(0)!, 0x01000193);
    const random = seededRandom(seed);
    for (let d = 0; d < sum.length; d++) sum[d]! += random() + random() - 1;
  }
  let squares = 0;
  for (const x of sum) squares += x * x;
  return sum.map((x) => x / Math.sqrt(squares));
}

const subjects: Readonly<Record<string, readonly string[]>> = {
  weather: ["weather", "rain", "sunny", "forecast", "snow", "wind"],
  music: ["song", "playlist", "album", "music", "band", "melody"],
  banking: ["account", "balance", "transfer", "card", "payment", "bank"],
  travel: ["flight", "hotel", "ticket", "airport", "train", "luggage"],
  cooking: ["recipe", "oven", "cook", "dinner", "ingredient", "bake"],
  health: ["doctor", "medicine", "pain", "symptom", "clinic", "fever"],
};
const frames = [
  "tell me about the X and the Y",
  "i need X please",
  "what about my X with Y",
  "can you show the X today",
  "is there any X near Y",
  "X or Y tomorrow",
];

/** Routes with made-up utterances, `count` of each; the same seed gives the same. */
export function toyRoutes(
  options: { count: number; seed: number; routes?: number },
): { name: string; utterances: string[] }[] {
  const random = seededRandom(options.seed);
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)]!;
  return Object.entries(subjects).slice(0, options.routes ?? 6).map(([name, words]) => {
    const utterances = new Set<string>();
    while (utterances.size < options.count) {
      utterances.add(pick(frames).replace("X", pick(words)).replace("Y", pick(words)));
    }
    return { name, utterances: [...utterances] };
  });
}
