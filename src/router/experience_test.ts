import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../core/mod.ts";
import { resolveConstants } from "./constants.ts";
import { Experience, type Judgement } from "./experience.ts";
import { experienceFactor } from "./factors.ts";

const constants = resolveConstants();
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const cluster = "code/hard";

function judge(experience: Experience, capability: string, nowMs: number): Judgement {
  const into: Judgement = { value: 9, weight: 9 };
  experience.judge(capability, { cluster, nowMs, into });
  return into;
}

Deno.test("judge() of what is not known is neutral", () => {
  assertEquals(judge(new Experience(constants), "a", 0), { value: 0, weight: 0 });
});

Deno.test("record() of failures lowers, of praise raises, of plain answers dilutes", () => {
  const experience = new Experience(constants);
  for (let hour = 0; hour < 10; hour++) {
    const atMs = hour * hourMs;
    experience.record({ capability: "bad", cluster, success: false, atMs });
    experience.record({ capability: "good", cluster, rating: 1, atMs });
    experience.record({ capability: "plain", cluster, success: true, atMs });
    experience.record({ capability: "mixed", cluster, success: false, atMs });
    for (let i = 0; i < 4; i++) {
      experience.record({ capability: "mixed", cluster, success: true, atMs });
    }
  }
  const now = 10 * hourMs;
  assert(judge(experience, "bad", now).value < judge(experience, "mixed", now).value);
  assert(judge(experience, "mixed", now).value < 0);
  assertEquals(judge(experience, "plain", now).value, 0);
  assert(judge(experience, "good", now).value > 0.5);
});

Deno.test("one bad hour does not ban a good model, however bad it was", () => {
  const experience = new Experience(constants);
  for (let i = 0; i < 100_000; i++) {
    experience.record({ capability: "a", cluster, success: false, rating: -1, atMs: 5 });
  }
  const { value } = judge(experience, "a", 5);
  assertAlmostEquals(value, -1 / 3, 0.01);
  assert(experienceFactor(value, constants) > 0.9);
});

Deno.test("judge() forgets by half in the time of the table", () => {
  const experience = new Experience(constants);
  for (let hour = 0; hour < 4; hour++) {
    for (let i = 0; i < 5; i++) {
      experience.record({ capability: "a", cluster, success: false, atMs: hour * hourMs });
    }
  }
  const before = judge(experience, "a", 3 * hourMs);
  const after = judge(experience, "a", 3 * hourMs + 14 * dayMs);
  assertAlmostEquals(after.weight, before.weight / 2, 1e-9);
  assert(after.value > before.value);
});

Deno.test("record() keeps clusters and capabilities apart", () => {
  const experience = new Experience(constants);
  experience.record({ capability: "a", cluster: "code/easy", rating: -1, atMs: 0 });
  assertEquals(judge(experience, "a", 0).weight, 0);
  assertEquals(judge(experience, "b", 0).weight, 0);
});

Deno.test("latencyMs() averages, and ignores what is no time", () => {
  const experience = new Experience(constants);
  assertEquals(experience.latencyMs("a", cluster), undefined);
  for (const latencyMs of [100, 200, NaN, -1, Infinity]) {
    experience.record({ capability: "a", cluster, latencyMs, atMs: 0 });
  }
  assertAlmostEquals(experience.latencyMs("a", cluster) ?? 0, 130);
});

Deno.test("record() keeps to the bound, the longest unused out", () => {
  const experience = new Experience(resolveConstants({ experienceCapabilities: 2 }));
  for (const capability of ["a", "b", "a", "c"]) {
    experience.record({ capability, cluster, rating: 1, atMs: 0 });
  }
  assertEquals(experience.size, 2);
  assert(judge(experience, "a", 0).weight > 0);
  assertEquals(judge(experience, "b", 0).weight, 0);
});

Deno.test("reset() forgets one or all", () => {
  const experience = new Experience(constants);
  for (const capability of ["a", "b"]) {
    experience.record({ capability, cluster, rating: 1, atMs: 0 });
  }
  experience.reset("a");
  assertEquals(experience.size, 1);
  experience.reset();
  assertEquals(experience.size, 0);
});

Deno.test("load() takes back what toJSON() gave, through JSON", () => {
  const outcome = fc.record({
    capability: fc.constantFrom("a", "b", "__proto__"),
    cluster: fc.constantFrom("code/hard", "general/easy"),
    success: fc.boolean(),
    rating: fc.double({ min: -1, max: 1, noNaN: true }),
    latencyMs: fc.nat(100_000),
    atMs: fc.nat(1e9),
  });
  fc.assert(fc.property(fc.array(outcome, { maxLength: 30 }), (outcomes) => {
    const experience = new Experience(constants);
    for (const each of outcomes) experience.record(each);
    const copy = new Experience(constants);
    copy.load(JSON.parse(JSON.stringify(experience)));
    assertEquals(JSON.stringify(copy), JSON.stringify(experience));
  }));
});

Deno.test("load() of damaged data names what is wrong and keeps what was there", () => {
  const experience = new Experience(constants);
  experience.record({ capability: "a", cluster, rating: 1, atMs: 0 });
  for (
    const data of [
      null,
      [],
      { version: 2, capabilities: {} },
      { version: 1 },
      { version: 1, capabilities: { a: 3 } },
      { version: 1, capabilities: { a: { [cluster]: { weight: "1" } } } },
    ]
  ) {
    const error = assertThrows(() => experience.load(data), AtmosphereError);
    assertEquals(error.code, "invalid_request");
  }
  assertEquals(experience.size, 1);
});

Deno.test("load() never takes in a sum that its weight does not allow", () => {
  const experience = new Experience(constants);
  const entry = { weight: 1, sum: -1e9, atMs: 0, hour: 0, hourWeight: 0 };
  experience.load({ version: 1, capabilities: { a: { [cluster]: entry } } });
  assert(judge(experience, "a", 0).value > -0.1);
});
