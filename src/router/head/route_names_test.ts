import { assertEquals } from "@std/assert";
import { nameText, speakingNames } from "./route_names.ts";
import { toyRoutes, toyVector } from "./testdata/toy_vectors.ts";
import { type TrainingSet, trainingSet } from "./training_set.ts";

/** Routes whose utterances are about what their names say. */
function namedRoutes(count: number, routes = 6): { name: string; utterances: string[] }[] {
  return toyRoutes({ count, seed: 1, routes }).map(({ name, utterances }) => ({
    name,
    utterances: utterances.map((text) => `${text} ${name} ${name}`),
  }));
}

function judge(set: TrainingSet, vectorOf: (text: string) => Float32Array | undefined) {
  const steps = speakingNames(set, { vectors: set.texts.map(toyVector), vectorOf });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function spokenOf(routes: readonly { name: string; utterances: string[] }[]): string[] {
  const set = trainingSet({ routes });
  return judge(set, toyVector).map(({ label }) => set.routes[label]!);
}

Deno.test("nameText() gives the words of a name", () => {
  const cases = [
    ["card_arrival", "card arrival"],
    ["refund-not.showing_up", "refund not showing up"],
    ["cardArrival", "card Arrival"],
    ["reset2FA", "reset2 FA"],
    ["größe_ändern", "größe ändern"],
    ["カード到着", "カード到着"],
    ["--", ""],
  ] as const;
  for (const [name, text] of cases) assertEquals(nameText(name), text);
});

Deno.test("speakingNames() takes names that say what their routes are about", () => {
  for (const count of [2, 10]) {
    const routes = namedRoutes(count);
    assertEquals(spokenOf(routes), routes.map(({ name }) => name));
  }
});

Deno.test("speakingNames() passes over names that say nothing, or the wrong thing", () => {
  const routes = namedRoutes(20);
  assertEquals(spokenOf(routes.map((route, i) => ({ ...route, name: `label_${i}` }))), []);
  const names = routes.map(({ name }) => name);
  const moved = routes.map((route, i) => ({ ...route, name: names[(i + 1) % names.length]! }));
  assertEquals(spokenOf(moved), []);
});

Deno.test("speakingNames() tells names that speak from the others", () => {
  const routes = namedRoutes(20);
  const [weather, music, ...rest] = routes;
  const swapped = [{ ...weather!, name: "music" }, { ...music!, name: "weather" }, ...rest];
  assertEquals(spokenOf(swapped), ["banking", "travel", "cooking", "health"]);
});

Deno.test("speakingNames() takes no name of a single route, and none without a vector", () => {
  assertEquals(spokenOf(namedRoutes(5, 1)), []);
  const set = trainingSet({ routes: namedRoutes(5) });
  assertEquals(judge(set, () => undefined), []);
});
