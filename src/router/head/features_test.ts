import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { joinedFeatures, meanView } from "./features.ts";
import { encodeHead, loadHead } from "./model_file.ts";
import { toyEmbedder, toyRoutes, toyVector } from "./testdata/toy_vectors.ts";
import { trainHead } from "./train_head.ts";

const embedder = { ...toyEmbedder, viewDimensions: toyEmbedder.dimensions };

/** An embedding that says nothing of the text, and a second vector that does; mostly a common part. */
function rowOf(text: string): Float32Array {
  const { dimensions } = toyEmbedder;
  const row = new Float32Array(2 * dimensions);
  row[0] = 1;
  const own = toyVector(text);
  const length = Math.hypot(2, 1);
  own.forEach((x, d) => row[dimensions + d] = x / length);
  row[dimensions]! += 2 / length;
  return row;
}

Deno.test("joinedFeatures() is of length 1 and counts what differs from the mean", () => {
  const rows = [Float32Array.of(1, 0, 0.6, 0.8), Float32Array.of(1, 0, 0.8, 0.6)];
  const mean = meanView(rows, 2);
  assertAlmostEquals(mean[0]!, 0.7, 1e-6);
  const [a, b] = rows.map((row) => joinedFeatures(row, mean));
  assertAlmostEquals(Math.hypot(...a!), 1, 1e-6);
  assertAlmostEquals(a![2]!, -b![2]!, 1e-6);
  assertEquals(joinedFeatures(rows[0]!, new Float32Array()), rows[0]);
});

Deno.test("trainHead() learns from the second vector what the embedding does not tell", () => {
  const routes = toyRoutes({ count: 12, seed: 1 });
  const rows = toyRoutes({ count: 30, seed: 2 })
    .flatMap(({ name, utterances }) => utterances.map((text) => ({ name, text })));
  // What is asked about is not in the text itself: its n-grams tell nothing either.
  const right = (head: ReturnType<typeof trainHead>, vectorOf: typeof rowOf) =>
    rows.filter(({ name, text }) => head.predict("", vectorOf(text)).route === name).length /
    rows.length;
  const both = trainHead({ routes }, { embedder, vectorOf: rowOf, seed: 3 });
  const flat = (text: string) => rowOf(text).slice(0, toyEmbedder.dimensions);
  const alone = trainHead({ routes }, { embedder: toyEmbedder, vectorOf: flat, seed: 3 });
  assert(right(both, rowOf) > 0.5, `${right(both, rowOf)}`);
  assert(right(alone, flat) < 0.3, `${right(alone, flat)}`);
});

Deno.test("a head's file keeps the second vector's mean, and is refused where there is none", () => {
  const routes = toyRoutes({ count: 5, seed: 1 });
  const head = trainHead({ routes }, { embedder, vectorOf: rowOf, seed: 3 });
  const bytes = encodeHead(head);
  const loaded = loadHead(bytes, { embedder });
  assertEquals(encodeHead(loaded), bytes);
  const text = "rain tomorrow";
  assertEquals(loaded.predict(text, rowOf(text)), head.predict(text, rowOf(text)));
  // An embedding without its second vector is of another length: the wording decides.
  assertEquals(loaded.predict(text, toyVector(text)), head.predict(text, undefined));
  let refused = "";
  try {
    loadHead(bytes, { embedder: toyEmbedder });
  } catch (error) {
    refused = String(error);
  }
  assert(refused.includes("(48 and 48 dimensions), in use is toy f32 (48 dimensions)"), refused);
});
