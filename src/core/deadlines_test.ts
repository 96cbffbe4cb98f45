import { assert, assertEquals } from "@std/assert";
import { Deadlines } from "./deadlines.ts";

/** Resolves with the time that a limit of `ms` took to be reached. */
function reached(deadlines: Deadlines, ms: number): Promise<number> {
  const startMs = performance.now();
  return new Promise((resolve) => deadlines.after(ms, () => resolve(performance.now() - startMs)));
}

Deno.test("after() calls back when the time has come, and not before", async () => {
  const deadlines = new Deadlines();
  const waits = [1, 30, 70];
  const times = await Promise.all(waits.map((ms) => reached(deadlines, ms)));
  times.forEach((time, i) => assert(time >= waits[i]!, `${time} ms is before ${waits[i]} ms`));
});

Deno.test("cancel() calls a limit off, and leaves no timer behind", async () => {
  const deadlines = new Deadlines();
  const called: string[] = [];
  const first = deadlines.after(5, () => called.push("first"));
  const second = deadlines.after(60_000, () => called.push("second"));
  first.cancel();
  first.cancel();
  await reached(deadlines, 40);
  second.cancel();
  assertEquals(called, []); // The sanitizer would find the timer of a minute.
});

Deno.test("after() takes new limits from a limit that was reached", async () => {
  const deadlines = new Deadlines();
  const { promise, resolve } = Promise.withResolvers<void>();
  deadlines.after(1, () => deadlines.after(1, () => resolve()));
  await promise;
});

Deno.test("a limit that another one calls off at the same time is not reached", async () => {
  const deadlines = new Deadlines();
  const called: string[] = [];
  deadlines.after(1, () => {
    called.push("first");
    second.cancel();
  });
  const second = deadlines.after(1, () => called.push("second"));
  await reached(deadlines, 5);
  assertEquals(called, ["first"]);
});

Deno.test("restart() and hold() put a limit off", async () => {
  const deadlines = new Deadlines();
  const called: string[] = [];
  const later = deadlines.after(1, () => called.push("later"));
  const held = deadlines.after(1, () => called.push("held"));
  later.restart(60_000);
  held.hold();
  await reached(deadlines, 60);
  assertEquals(called, []);
  held.restart(1);
  await reached(deadlines, 60);
  assertEquals(called, ["held"]);
  later.cancel();
});
