import {
  assert,
  assertEquals,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { AtmosphereError } from "../../core/mod.ts";
import { calibrationError } from "../eval/metrics.ts";
import { RouteIndex } from "../route_index.ts";
import { resolveConstants } from "../constants.ts";
import { LearnedHead, noRoute } from "./head.ts";
import { encodeHead } from "./model_file.ts";
import { toyEmbedder, toyRoutes, toyVector } from "./testdata/toy_vectors.ts";
import { trainHead } from "./train_head.ts";

const options = { embedder: toyEmbedder, vectorOf: toyVector, seed: 3 };

function accuracy(head: LearnedHead, rows: readonly (readonly [string, string])[]): number {
  return rows.filter(([text, route]) => head.predict(text, toyVector(text)).route === route)
    .length / rows.length;
}

function rowsOf(routes: readonly { name: string; utterances: readonly string[] }[]) {
  return routes.flatMap(({ name, utterances }) => utterances.map((text) => [text, name] as const));
}

Deno.test("trainHead() recognises utterances that it has not seen", () => {
  const head = trainHead({ routes: toyRoutes({ count: 12, seed: 1 }) }, options);
  const score = accuracy(head, rowsOf(toyRoutes({ count: 30, seed: 2 })));
  assert(score > 0.9, `accuracy ${score}`);
});

Deno.test("trainHead() gives the same bytes for the same seed and routes, others for another seed", () => {
  const routes = toyRoutes({ count: 6, seed: 1 });
  const once = encodeHead(trainHead({ routes }, options));
  assertEquals(once, encodeHead(trainHead({ routes }, options)));
  const other = encodeHead(trainHead({ routes }, { ...options, seed: 4 }));
  assert(once.length !== other.length || once.some((byte, i) => byte !== other[i]));
});

Deno.test("trainHead() with two utterances a route is no worse than the cosine floor", () => {
  const test = rowsOf(toyRoutes({ count: 40, seed: 99 }));
  let learned = 0;
  let floor = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const routes = toyRoutes({ count: 2, seed });
    const head = trainHead({ routes }, options);
    learned += accuracy(head, test);
    assert(head.data.withVector.nearness < 0.21, "two utterances say little of nearness");
    const index = new RouteIndex(
      routes.map(({ name, utterances }) => ({
        route: { name, target: { model: "m" }, utterances },
        vectors: { utterances: utterances.map(toyVector), negative: [] },
      })),
      resolveConstants({}),
    );
    floor += test.filter(([text, route]) => index.nearest(toyVector(text))?.route === route)
      .length / test.length;
  }
  assert(learned >= floor, `learned ${learned / 8}, floor ${floor / 8}`);
});

Deno.test("classify() answers none for what no route is about, and probabilities that add up to one", () => {
  const head = trainHead({ routes: toyRoutes({ count: 15, seed: 1 }) }, options);
  for (
    const text of [
      "penguins juggle seventeen violins",
      "quantum zebras whisper",
      "qwxz vrrp",
      "🎉🎉",
    ]
  ) {
    const answers = head.classify(text, toyVector(text));
    assertEquals(answers[0]!.route, noRoute, text);
    const sum = answers.reduce((total, { score }) => total + score, 0);
    assert(Math.abs(sum - 1) < 1e-3, `sum ${sum}`);
  }
  const own = "what about my balance with card";
  const [best] = head.classify(own, toyVector(own));
  assertEquals(best!.route, "banking");
  assert(best!.score > 0.5);
});

Deno.test("trainHead() learns from a route's name what it is about", () => {
  // Utterances say the first half of a name, so that it speaks; what is asked says the other half.
  const routes = ["amber_lizard", "brass_kettle", "cedar_window", "denim_anchor"].map((
    name,
    i,
  ) => ({
    name,
    utterances: ["first", "second"].map((word) => `${name.slice(0, 5)} ${word} ${i}${word}`),
  }));
  const right = (named: readonly { name: string; utterances: string[] }[]) => {
    const head = trainHead({ routes: named }, options);
    assertEquals(head.data.utterances, 8);
    return routes.filter(({ name }, i) => {
      const asked = `the ${name.slice(6)}`;
      return head.predict(asked, toyVector(asked)).route === named[i]!.name;
    }).length;
  };
  assertEquals(right(routes), routes.length);
  assert(right(routes.map((route, i) => ({ ...route, name: `route-${i}` }))) < routes.length);
});

Deno.test("trainHead() learns given foreign texts and negative utterances", () => {
  const [weather, music] = toyRoutes({ count: 10, seed: 1, routes: 2 });
  const foreign = [
    "rain on the parade of clowns",
    "snow white and the clowns",
    "clowns in the rain",
  ];
  const asked = "clowns in the snow";
  const plain = trainHead({ routes: [weather!, music!] }, options);
  const taught = trainHead({ routes: [weather!, music!], outOfScope: foreign }, options);
  const before = plain.predict(asked, toyVector(asked)).score;
  assert(taught.predict(asked, toyVector(asked)).score < before);
  const negative = trainHead({
    routes: [{ ...weather!, negativeUtterances: foreign }, music!],
  }, options);
  const scoreOf = (head: LearnedHead) =>
    head.classify(asked, toyVector(asked)).find(({ route }) => route === "weather")!.score;
  assert(scoreOf(negative) < scoreOf(plain));
});

Deno.test("trainHead() calibrates: scores are nearer to the truth than the plain softmax", () => {
  // Labels that are wrong one time in four can't be learned; an honest score says so.
  const random = (i: number) => (Math.imul(i + 1, 2654435761) >>> 0) / 2 ** 32;
  const noisy = (seed: number, count: number) => {
    const routes = toyRoutes({ count, seed });
    const moved = routes.map(({ name }) => ({ name, utterances: [] as string[] }));
    let i = seed * 1000;
    routes.forEach(({ utterances }, r) => {
      for (const text of utterances) {
        const wrong = random(i++) < 0.25;
        moved[wrong ? (r + 1) % moved.length : r]!.utterances.push(text);
      }
    });
    return moved;
  };
  const head = trainHead({ routes: noisy(1, 30) }, options);
  const uncalibrated = new LearnedHead({
    ...head.data,
    withVector: { ...head.data.withVector, temperature: 1, gate: { bias: 30, weights: [0, 0, 0] } },
  });
  const test = rowsOf(noisy(2, 30));
  const errorOf = (classifier: LearnedHead) => {
    const answers = test.map(([text]) => classifier.predict(text, toyVector(text)));
    return calibrationError(
      answers.map(({ score }) => score),
      answers.map(({ route }, i) => route === test[i]![1]),
    );
  };
  const calibrated = errorOf(head);
  const plain = errorOf(uncalibrated);
  assert(calibrated < plain, `calibrated ${calibrated}, plain ${plain}`);
  assert(head.data.withVector.temperature > 1);
});

Deno.test("classify() names the utterances and n-grams that decided", () => {
  const head = trainHead({ routes: toyRoutes({ count: 10, seed: 1 }) }, options);
  const text = "is there any playlist near band";
  const evidence = head.classify(text, toyVector(text))[0]!.evidence.join("\n");
  assertStringIncludes(evidence, "cosine ");
  assert(/playlist|band/.test(evidence), evidence);
  assert(/"[^"]+" \+\d/.test(evidence), evidence);
});

Deno.test("classify() keeps an answer by the text and its features, each head its own", () => {
  const head = trainHead({ routes: toyRoutes({ count: 6, seed: 1 }) }, options);
  const [text, other] = rowsOf(toyRoutes({ count: 2, seed: 5 })).map(([asked]) => asked);
  assert(text !== undefined && other !== undefined);
  const features = toyVector(text);
  const first = head.classify(text, features);
  head.classify(other, toyVector(other));
  assertStrictEquals(head.classify(text, features), first);
  assertEquals(head.classify(text, features.slice()), first);
  assert(head.classify(other, features) !== first);
  const again = new LearnedHead(head.data);
  assert(again.classify(text, features) !== first);
  assertEquals(first[0]!.evidence, again.classify(text, features)[0]!.evidence);
});

Deno.test("classify() decides by n-grams alone where there is no vector", () => {
  const head = trainHead({ routes: toyRoutes({ count: 12, seed: 1 }) }, options);
  const test = rowsOf(toyRoutes({ count: 30, seed: 2 }));
  const right = test.filter(([text, route]) => head.predict(text, undefined).route === route);
  assert(right.length / test.length > 0.9);
  const [answer] = head.classify("the forecast says snow", new Float32Array(7));
  assertEquals(answer!.route, "weather");
});

Deno.test("classify() survives any text", () => {
  const head = trainHead({ routes: toyRoutes({ count: 5, seed: 1 }) }, options);
  const binary = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));
  const texts = [
    "",
    " ",
    binary,
    "\ud800",
    "🎉".repeat(50),
    "a".repeat(1_000_000),
    "か な ".repeat(99),
  ];
  for (const text of texts) {
    for (const vector of [toyVector(text.slice(0, 100)), undefined, new Float32Array(48)]) {
      const answers = head.classify(text, vector);
      assert(answers.every(({ score }) => score >= 0 && score <= 1), text.slice(0, 20));
      assert(answers.every(({ evidence }) => Array.isArray(evidence)));
    }
  }
});

Deno.test("trainHead() takes one route, routes without texts, and routes with the same utterance", () => {
  const one = trainHead({ routes: toyRoutes({ count: 8, seed: 1, routes: 1 }) }, options);
  const own = "can you show the rain today";
  assertEquals(one.classify(own, toyVector(own))[0]!.route, "weather");
  const far = "penguins juggle violins";
  assertEquals(one.classify(far, toyVector(far))[0]!.route, noRoute);
  const head = trainHead({
    routes: [
      { name: "empty", utterances: [] },
      { name: "a", utterances: ["same words", "first thing"] },
      { name: "b", utterances: ["same words", "second matter"] },
      { name: "described", utterances: [], description: "third subject" },
    ],
  }, options);
  assertEquals(head.data.routes, ["a", "b", "described"]);
  const scores = head.classify("same words", toyVector("same words"));
  const of = (name: string) => scores.find(({ route }) => route === name)!.score;
  assert(Math.abs(of("a") - of("b")) < 0.1);
});

Deno.test("trainHead() draws utterances by the seed", () => {
  const routes = toyRoutes({ count: 20, seed: 1 });
  const head = trainHead({ routes }, { ...options, perRoute: 3 });
  assertEquals([head.data.utterances, head.data.perRoute], [18, 3]);
  assertEquals(encodeHead(head), encodeHead(trainHead({ routes }, { ...options, perRoute: 3 })));
});

Deno.test("trainHead() refuses what can't be learned from", () => {
  const nothing = assertThrows(() => trainHead({ routes: [] }, options), AtmosphereError);
  assertEquals(nothing.code, "invalid_request");
  const routes = toyRoutes({ count: 2, seed: 1 });
  for (const vectorOf of [() => undefined, () => new Float32Array(3)]) {
    const error = assertThrows(
      () => trainHead({ routes }, { ...options, vectorOf }),
      AtmosphereError,
    );
    assertStringIncludes(error.message, "48");
  }
});

Deno.test("trainHead() learns n-grams alone where there is no embedder", () => {
  const routes = toyRoutes({ count: 12, seed: 1 });
  const head = trainHead({ routes }, { embedder: undefined, vectorOf: () => undefined });
  const test = rowsOf(toyRoutes({ count: 30, seed: 2 }));
  const right = test.filter(([text, route]) => head.predict(text, undefined).route === route);
  assert(right.length / test.length > 0.9);
});
