import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ManualClock } from "../core/mod.ts";
import { resolveConstants } from "./constants.ts";
import { LoadTracker } from "./load_tracker.ts";

const id = "n1/ollama/llm/chat/a";

function tracker(random: () => number = () => 0.5) {
  const clock = new ManualClock();
  return { clock, load: new LoadTracker({ clock, random }) };
}

function failTimes(load: LoadTracker, times: number): void {
  for (let i = 0; i < times; i++) {
    load.begin(id);
    load.fail(id);
  }
}

Deno.test("get() of an unknown capability is idle", () => {
  assertEquals(tracker().load.get(id), {
    inFlight: 0,
    queueDepth: 0,
    ttfbMs: undefined,
    tokensPerSecond: undefined,
    failureRate: 0,
    loaded: undefined,
    circuit: "closed",
  });
});

Deno.test("begin() counts up and each way of settling counts down, never below zero", () => {
  const { load } = tracker();
  load.begin(id);
  load.begin(id);
  load.begin(id);
  assertEquals(load.get(id).inFlight, 3);
  load.end(id, { totalMs: 10 });
  load.fail(id);
  load.cancel(id);
  assertEquals(load.get(id).inFlight, 0);
  load.cancel(id);
  assertEquals(load.get(id).inFlight, 0);
});

Deno.test("firstByte() averages with more weight on what is recent", () => {
  const { load } = tracker();
  load.firstByte(id, 100);
  assertEquals(load.get(id).ttfbMs, 100);
  load.firstByte(id, 200);
  assertAlmostEquals(load.get(id).ttfbMs ?? 0, 130);
});

Deno.test("firstByte() bounds what it believes and ignores what is no time", () => {
  const { load } = tracker();
  load.firstByte(id, NaN);
  assertEquals(load.get(id).ttfbMs, undefined);
  load.firstByte(id, 1e12);
  assertEquals(load.get(id).ttfbMs, 600_000);
  load.firstByte("other", -5);
  assertEquals(load.get("other").ttfbMs, 0);
});

Deno.test("end() measures output speed", () => {
  const { load } = tracker();
  load.begin(id);
  load.end(id, { outputTokens: 50, totalMs: 2000 });
  assertEquals(load.get(id).tokensPerSecond, 25);
  load.begin(id);
  load.end(id, { totalMs: 0 });
  assertEquals(load.get(id).tokensPerSecond, 25);
});

Deno.test("expectedFirstByteMs() grows with what is before a new request", () => {
  const { load } = tracker();
  assertEquals(load.expectedFirstByteMs(id), undefined);
  load.firstByte(id, 200);
  assertEquals(load.expectedFirstByteMs(id), 200);
  load.begin(id);
  load.begin(id);
  assertEquals(load.expectedFirstByteMs(id), 300);
  load.setQueueDepth(id, 2);
  assertEquals(load.expectedFirstByteMs(id), 400);
});

Deno.test("the failure rate rises with failures, falls with successes and with time", () => {
  const { load, clock } = tracker();
  failTimes(load, 2);
  assertAlmostEquals(load.get(id).failureRate, 0.36);
  load.begin(id);
  load.end(id, { totalMs: 1 });
  assertAlmostEquals(load.get(id).failureRate, 0.288);
  clock.advance(120_000);
  assertAlmostEquals(load.get(id).failureRate, 0.144);
});

Deno.test("weighedTtfbMs decays so that a slow capability gets another chance", () => {
  const { load, clock } = tracker();
  load.firstByte(id, 1000);
  clock.advance(600_000);
  const weighed = { ...load.get(id), weighedTtfbMs: undefined };
  load.readState(load.stateOf(id), weighed);
  assertAlmostEquals(weighed.weighedTtfbMs ?? 0, 500);
  assertEquals(weighed.ttfbMs, 1000);
});

Deno.test("the circuit opens after failures in a row, not after scattered ones", () => {
  const { load } = tracker();
  for (let i = 0; i < 10; i++) {
    failTimes(load, 2);
    assertEquals(load.get(id).circuit, "closed");
    load.begin(id);
    load.end(id, { totalMs: 1 });
  }
  assertEquals(load.get(id).circuit, "closed");
  failTimes(load, 3);
  assertEquals(load.get(id).circuit, "open");
  assertEquals(load.admits(load.stateOf(id)), false);
});

Deno.test("an open circuit lets one probe through after its pause, and closes when it succeeds", () => {
  const { load, clock } = tracker();
  failTimes(load, 3);
  assertEquals(load.retryInMs(id), 2000);
  clock.advance(1999);
  assertEquals(load.get(id).circuit, "open");
  clock.advance(1);
  assertEquals(load.get(id).circuit, "half-open");
  assert(load.admits(load.stateOf(id)));
  load.begin(id);
  assertEquals(load.admits(load.stateOf(id)), false);
  load.end(id, { totalMs: 5 });
  assertEquals(load.get(id).circuit, "closed");
  assert(load.admits(load.stateOf(id)));
});

Deno.test("a failed probe doubles the pause, up to a minute", () => {
  const { load, clock } = tracker();
  failTimes(load, 3);
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    pauses.push(load.retryInMs(id));
    clock.advance(load.retryInMs(id));
    failTimes(load, 1);
  }
  assertEquals(pauses, [2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

Deno.test("a cancelled probe leaves the circuit half-open and frees the probe", () => {
  const { load, clock } = tracker();
  failTimes(load, 3);
  clock.advance(2000);
  load.begin(id);
  load.cancel(id);
  assertEquals(load.get(id).circuit, "half-open");
  assert(load.admits(load.stateOf(id)));
});

Deno.test("the pause is spread by the random source", () => {
  const early = tracker(() => 0);
  const late = tracker(() => 0.999999);
  failTimes(early.load, 3);
  failTimes(late.load, 3);
  assertEquals(early.load.retryInMs(id), 1600);
  assertAlmostEquals(late.load.retryInMs(id), 2400, 1);
});

Deno.test("fail() honours Retry-After, within a bound", () => {
  const { load } = tracker();
  load.begin(id);
  load.fail(id, { retryAfterSeconds: 7 });
  assertEquals(load.get(id).circuit, "open");
  assertEquals(load.retryInMs(id), 7000);
  load.begin("other");
  load.fail("other", { retryAfterSeconds: 1e9 });
  assertEquals(load.retryInMs("other"), 600_000);
});

Deno.test("a probe that fails opens the circuit again, also after a single Retry-After", () => {
  const { load, clock } = tracker();
  load.begin(id);
  load.fail(id, { retryAfterSeconds: 1 });
  clock.advance(1000);
  assertEquals(load.get(id).circuit, "half-open");
  load.begin(id);
  load.fail(id);
  assertEquals(load.get(id).circuit, "open");
});

Deno.test("setLoaded() and setQueueDepth() take what an engine tells, in bounds", () => {
  const { load } = tracker();
  load.setLoaded(id, false);
  assertEquals(load.get(id).loaded, false);
  load.firstByte(id, 10);
  assertEquals(load.get(id).loaded, true);
  load.setLoaded(id, undefined);
  assertEquals(load.get(id).loaded, undefined);
  load.setQueueDepth(id, -3);
  assertEquals(load.get(id).queueDepth, 0);
  load.setQueueDepth(id, NaN);
  assertEquals(load.get(id).queueDepth, 0);
});

Deno.test("retain() forgets what is gone, but not what is under way", () => {
  const { load } = tracker();
  load.firstByte("gone", 5);
  load.begin("busy");
  load.retain(new Set([id]));
  assertEquals(load.get("gone").ttfbMs, undefined);
  assertEquals(load.get("busy").inFlight, 1);
});

Deno.test("the constants decide when a circuit opens", () => {
  const clock = new ManualClock();
  const load = new LoadTracker({ clock, constants: resolveConstants({ circuitFailures: 1 }) });
  failTimes(load, 1);
  assertEquals(load.get(id).circuit, "open");
});
