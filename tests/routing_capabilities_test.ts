import { assert, assertEquals } from "@std/assert";
import { tmpdir } from "node:os";
import { createEmbedder, resolveModel } from "../src/embed/mod.ts";
import { anchors } from "../src/router/anchors.ts";
import {
  fleetRouter,
  measureAccuracy,
  readFleet,
  readIntents,
} from "./fixtures/routing/capability_accuracy.ts";

Deno.test("the labelled requests are many, varied and each served by an installed model", async () => {
  const names = new Set((await readFleet()).map(({ name }) => name));
  assertEquals(names.size, 10);
  const intents = await readIntents();
  const texts = new Set(intents.map(({ text }) => text));
  assertEquals(texts.size, intents.length);
  for (const split of ["tune", "test", "holdout"]) {
    const part = intents.filter((intent) => intent.split === split);
    assert(part.length >= 90, split);
    assertEquals(new Set(part.map(({ topic }) => topic)).size, 13, split);
  }
  for (const { text, want } of intents) {
    assert(want.length > 0 && want.every((name) => names.has(name)), text);
  }
});

Deno.test("no anchor repeats a request that is only measured", async () => {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const known = new Set(anchors.map(({ text }) => plain(text)));
  for (const { text, split } of await readIntents()) {
    if (split !== "tune") assert(!known.has(plain(text)), text);
  }
});

Deno.test("at least 95 % of the test requests go to a right model, 88 % of the held-out ones", async () => {
  await using embedder = createEmbedder({
    resolve: () => resolveModel({ dataDir: tmpdir(), model: "all-minilm-l6-v2" }),
    threads: 2,
    cacheEntries: 2048,
  });
  const router = await fleetRouter(await readFleet(), { embedder });
  for (const [split, least] of [["test", 0.95], ["holdout", 0.88]] as const) {
    const intents = await readIntents(split);
    const { right, total, misses } = await measureAccuracy(router, { intents, embedder });
    assert(
      right / total >= least,
      `${split}: ${right} of ${total}; missed ${misses.map(({ intent }) => intent.text)}`,
    );
  }
});

Deno.test("without an embedder, at least 90 % of the test requests go to a right model", async () => {
  const router = await fleetRouter(await readFleet());
  const { right, total } = await measureAccuracy(router, { intents: await readIntents("test") });
  assert(right / total >= 0.9, `${right} of ${total}`);
});
