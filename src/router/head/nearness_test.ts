import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { LearnedHead } from "./head.ts";
import { applyNearness, fitNearness, NearnessIndex, type NearnessSample } from "./nearness.ts";
import { buildPrototypes, type PrototypeData } from "./prototypes.ts";
import { seededRandom } from "./random.ts";
import { toyVector } from "./testdata/toy_vectors.ts";
import { trainHead } from "./train_head.ts";

function prototypesOf(texts: readonly string[]): PrototypeData {
  const steps = buildPrototypes([{ texts, vectors: texts.map(toyVector) }], {
    dimensions: 48,
    most: 24,
  });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, d) => sum + x * b[d]!, 0);
}

Deno.test("NearnessIndex gives the log of the mean density of the utterances", () => {
  const texts = ["rain today", "snow today", "snow and wind", "a sunny day", "fog", "rain or snow"];
  const vector = toyVector("rain or fog today");
  const index = new NearnessIndex(prototypesOf(texts));
  const { densities: [density], likeness } = index.neighbours([0], vector);
  const cosines = texts.map((text) => cosine(vector, toyVector(text)));
  const mean = cosines.reduce((sum, c) => sum + Math.exp(32 * (c - 1)), 0) / texts.length;
  assertAlmostEquals(density!, Math.log(mean), 0.1);
  const five = cosines.sort((a, b) => b - a).slice(0, 5).reduce((sum, c) => sum + c, 0) / 5;
  assert(likeness > Math.min(five, 0.3) && likeness < 1);
  assertAlmostEquals(index.neighbours([0], toyVector("fog")).densities[0]!, -1.79, 0.05);
});

Deno.test("applyNearness() never lets a route come first that was not looked at", () => {
  fc.assert(fc.property(
    fc.array(fc.float({ min: -30, max: 30, noNaN: true }), { minLength: 6, maxLength: 20 }),
    fc.array(fc.float({ min: -32, max: 0, noNaN: true }), { minLength: 5, maxLength: 5 }),
    fc.float({ min: 0, max: 3, noNaN: true }),
    (values, densities, weight) => {
      const logits = Float32Array.from(values).sort().reverse();
      applyNearness(logits, { routes: [0, 1, 2, 3, 4], densities, likeness: 0 }, weight);
      const [seen, others] = [logits.slice(0, 5), logits.slice(5)];
      assert(Math.max(...seen) >= Math.max(...others));
    },
  ));
});

/** Samples of three routes; `density` says how near the right and a wrong one are. */
function samples(density: (right: boolean, random: () => number) => number): NearnessSample[] {
  const random = seededRandom(4);
  return Array.from({ length: 300 }, (_, i) => {
    const label = i % 3;
    const logits = Float32Array.from({ length: 3 }, (_, c) => 2 * random() + (c === label ? 1 : 0));
    const densities = [0, 1, 2].map((c) => density(c === label, random));
    return { logits, near: { routes: [0, 1, 2], densities, likeness: 0.5 }, label };
  });
}

Deno.test("fitNearness() weighs nearness by what it is worth, from nothing to three", () => {
  const telling = fitNearness(samples((right, random) => 3 * random() + (right ? 2 : 0)));
  const faint = fitNearness(samples((right, random) => 6 * random() + (right ? 0.5 : 0)));
  const misleading = fitNearness(samples((right, random) => random() - (right ? 2 : 0)));
  assert(telling > 0.3 && telling <= 3, `telling ${telling}`);
  assert(faint >= 0 && faint < telling / 2, `faint ${faint}`);
  assertEquals(misleading, 0);
  const decisive = fitNearness(samples((right) => right ? 0 : -20));
  assert(Number.isFinite(decisive) && decisive <= 3);
  assert(Number.isFinite(fitNearness([])));
});

Deno.test("trainHead() tells routes of several subjects apart that no plane does", () => {
  const random = seededRandom(9);
  const vectors = new Map<string, Float32Array>();
  /** Route `a` lies on both sides of the first axis, `b` on both sides of the second. */
  const utterance = (axis: number) => {
    const vector = Float32Array.from({ length: 8 }, () => (random() - 0.5) * 0.2);
    vector[axis] = random() < 0.5 ? -1 : 1;
    const length = Math.hypot(...vector);
    const text = Array.from({ length: 8 }, () => String.fromCodePoint(0x4e00 + random() * 9e3 | 0))
      .join("");
    vectors.set(text, vector.map((x) => x / length));
    return text;
  };
  const draw = () => Array.from({ length: 40 }, () => utterance(0));
  const drawOther = () => Array.from({ length: 40 }, () => utterance(1));
  const routes = [{ name: "a", utterances: draw() }, { name: "b", utterances: drawOther() }];
  const asked = [...draw().map((text) => [text, "a"]), ...drawOther().map((text) => [text, "b"])];
  const vectorOf = (text: string) => vectors.get(text);
  const head = trainHead({ routes }, {
    embedder: { name: "cross", dtype: "f32", dimensions: 8 },
    vectorOf,
  });
  const shareOf = (head: LearnedHead) =>
    asked.filter(([text, route]) => head.predict(text!, vectorOf(text!)).route === route).length /
    asked.length;
  const plane = new LearnedHead({
    ...head.data,
    withVector: { ...head.data.withVector, nearness: 0 },
  });
  assert(shareOf(head) > 0.95, `with nearness ${shareOf(head)}`);
  assert(shareOf(plane) < 0.8, `without ${shareOf(plane)}`);
});
