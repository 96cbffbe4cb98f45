import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { fitGate, fitTemperature, openGate, passes, type Signals } from "./gate.ts";
import { seededRandom } from "./random.ts";

Deno.test("fitGate() tells two kinds of texts apart, and more likeness never makes one more foreign", () => {
  const random = seededRandom(1);
  const samples = Array.from({ length: 400 }, (_, i) => {
    const inScope = i % 2 === 0;
    const likeness = (inScope ? 0.7 : 0.3) + 0.2 * (random() - 0.5);
    // A misleading signal: foreign texts have more energy.
    const signals: Signals = [(inScope ? 1 : 2) + random(), -random(), likeness];
    return { signals, inScope, weight: 1 };
  });
  const gate = fitGate(samples);
  assert(gate.weights.every((weight) => weight >= 0));
  assertEquals(gate.weights[0], 0);
  assert(passes(gate, [1, -0.5, 0.8]) > 0.9);
  assert(passes(gate, [1, -0.5, 0.2]) < 0.1);
});

Deno.test("fitGate() lets everything through when it has seen one kind only", () => {
  const samples = [{ signals: [1, 2, 3] as Signals, inScope: true, weight: 1 }];
  assertEquals(fitGate(samples), openGate);
  assertEquals(fitGate([]), openGate);
});

Deno.test("fitTemperature() finds the temperature that logits were scaled by", () => {
  const random = seededRandom(2);
  const samples = Array.from({ length: 4000 }, () => {
    const logits = Float32Array.from({ length: 4 }, () => 3 * random());
    const weights = logits.map(Math.exp);
    let at = random() * weights.reduce((sum, x) => sum + x, 0);
    let label = 0;
    while (label < 3 && at > weights[label]!) at -= weights[label++]!;
    return { logits: logits.map((x) => x * 5), label };
  });
  assertAlmostEquals(fitTemperature(samples), 5, 0.5);
  assertEquals(fitTemperature([]), 1);
});
