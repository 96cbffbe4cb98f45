import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type FinishedRequest, type ScheduledWindow, Scheduler } from "./scheduler.ts";

const batchTokens = 64;

/** One token a word, its number; the special ones are 1 and 2. */
function scheduler(viewDimensions = 0): Scheduler {
  return new Scheduler({
    dimensions: 2,
    viewDimensions,
    maxTokens: 16,
    overlapTokens: 2,
    batchTokens,
    tokenizer: {
      prefix: [1],
      suffix: [2],
      encode: (text) => text.split(" ").filter((word) => word !== "").map(Number),
    },
  });
}

/** A vector that depends on a window's tokens alone, as a model's does. */
function vectorsOf(batch: readonly ScheduledWindow[]): Float32Array {
  return Float32Array.from(batch.flatMap(({ ids }) => {
    const angle = ids.reduce((sum, id, i) => sum + id * (i + 1), 0) % 100;
    return [Math.cos(angle / 16), Math.sin(angle / 16)];
  }));
}

function runAll(queue: Scheduler): FinishedRequest[] {
  const finished: FinishedRequest[] = [];
  for (let batch = queue.next(); batch !== undefined; batch = queue.next()) {
    finished.push(...queue.complete(batch, vectorsOf(batch)));
  }
  return finished;
}

const text = (words: number, first = 3) =>
  Array.from({ length: words }, (_, i) => first + i % 50).join(" ");

Deno.test("Scheduler gives each request what it would get alone, within the budget", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 8,
      }),
      (requests) => {
        const together = scheduler();
        const texts = requests.map((lengths, id) => lengths.map((n) => text(n, 3 + id)));
        texts.forEach((list, id) => together.add(id, list));
        const finished = new Map<number, FinishedRequest>();
        for (let batch = together.next(); batch !== undefined; batch = together.next()) {
          const longest = Math.max(...batch.map(({ ids }) => ids.length));
          assert(batch.length === 1 || batch.length * longest <= batchTokens);
          for (const request of together.complete(batch, vectorsOf(batch))) {
            finished.set(request.id, request);
          }
        }
        texts.forEach((list, id) => {
          const queue = scheduler();
          queue.add(id, list);
          const [alone] = runAll(queue);
          assertEquals(finished.get(id)?.tokens, alone?.tokens);
          alone?.vectors.forEach((x, i) =>
            assertAlmostEquals(finished.get(id)?.vectors[i] ?? NaN, x, 1e-5)
          );
        });
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("Scheduler weighs the parts of a long text by their tokens", () => {
  const queue = scheduler();
  queue.add(7, [text(20)]);
  const batch = queue.next() ?? [];
  assertEquals(batch.map(({ weight }) => weight).toSorted(), [14, 8].toSorted());
  const vectors = Float32Array.from(
    batch.flatMap(({ weight }) => weight === 14 ? [1, 0] : [0, 1]),
  );
  const [finished] = queue.complete(batch, vectors);
  const length = Math.hypot(14, 8);
  assertAlmostEquals(finished?.vectors[0] ?? 0, 14 / length, 1e-6);
  assertAlmostEquals(finished?.vectors[1] ?? 0, 8 / length, 1e-6);
  assertEquals(finished?.tokens, 22);
});

Deno.test("Scheduler serves a short text after a batch or two, whatever is before it", () => {
  const queue = scheduler();
  queue.add(0, Array.from({ length: 100 }, () => text(500)));
  queue.next();
  queue.add(1, ["3 4 5"]);
  const batches = [queue.next(), queue.next()];
  assert(batches.some((batch) => batch?.some(({ request }) => request === 1)));
});

Deno.test("Scheduler comes to a long text though short ones keep coming", () => {
  const queue = scheduler();
  queue.add(0, [text(14)]);
  let rounds = 0;
  for (let id = 1; id < 1_000; id++) {
    queue.add(id, ["3"]);
    queue.add(id + 10_000, ["4 5"]);
    const batch = queue.next() ?? [];
    rounds++;
    if (queue.complete(batch, vectorsOf(batch)).some((request) => request.id === 0)) break;
  }
  assert(rounds < 5, `${rounds} batches went first`);
});

Deno.test("Scheduler batches the short texts of many callers", () => {
  const queue = scheduler();
  for (let id = 0; id < 16; id++) queue.add(id, [`${id + 3} 9`]);
  assertEquals(queue.next()?.length, batchTokens / 4);
});

Deno.test("Scheduler drops what is cancelled, waiting or under way", () => {
  const queue = scheduler();
  queue.add(0, [text(40)]);
  queue.add(1, [text(12)]);
  const batch = queue.next() ?? [];
  queue.cancel(0);
  const finished = queue.complete(batch, vectorsOf(batch));
  assertEquals([...finished, ...runAll(queue)].map(({ id }) => id), [1]);
  assertEquals(queue.next(), undefined);
});

Deno.test("Scheduler takes ten thousand texts at once", () => {
  const queue = scheduler();
  queue.add(0, Array.from({ length: 10_000 }, (_, i) => text(i % 30, i)));
  const [finished] = runAll(queue);
  assertEquals(finished?.vectors.length, 20_000);
  for (let i = 0; i < 10_000; i++) {
    const [x = 0, y = 0] = [finished?.vectors[2 * i], finished?.vectors[2 * i + 1]];
    assertAlmostEquals(Math.hypot(x, y), 1, 1e-5);
  }
});

Deno.test("Scheduler weighs the second vectors of a long text's parts apart from the first", () => {
  const queue = scheduler(2);
  queue.add(7, [text(20)]);
  const batch = queue.next() ?? [];
  const rows = batch.flatMap(({ weight }) => weight === 14 ? [1, 0, 0, 1] : [0, 1, 0, -1]);
  const [finished] = queue.complete(batch, Float32Array.from(rows));
  const length = Math.hypot(14, 8);
  [14 / length, 8 / length, 0, 1].forEach((wanted, i) =>
    assertAlmostEquals(finished?.vectors[i] ?? NaN, wanted, 1e-6)
  );
});
