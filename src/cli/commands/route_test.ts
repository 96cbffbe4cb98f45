import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { RouteQuery } from "../../core/node_api.ts";
import { runInMemory } from "../testdata/context.ts";
import { candidate, connectTo, decision } from "../testdata/node.ts";

const env = { HOME: "/nowhere" };
const candidates = [
  candidate("qwen2.5-coder:7b", { meaning: 1.2, speciality: 1.5, load: 1 }),
  candidate("llama3.2:3b", { meaning: 1.1, speciality: 0.9, load: 1 }),
  candidate("gpt", { meaning: 1, speciality: 0.8, load: 1 }, {
    backend: "openai",
    locality: "cloud",
  }),
];

function routing(more: Parameters<typeof decision>[1] = {}) {
  const queries: RouteQuery[] = [];
  const app = connectTo({
    route: (query) => {
      queries.push(query);
      return Promise.resolve(decision(query, { candidates, ...more }));
    },
  });
  return { app, queries };
}

Deno.test("route prints the winner and those behind it", async () => {
  const { app, queries } = routing();
  const { code, stdout, stderr } = await runInMemory(["route", "write", "some code"], { env, app });
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout,
    [
      "qwen2.5-coder:7b on ollama (this machine), score 1.800",
      "  chosen by meaning in 0.04 ms, embedded in 2.1 ms",
      "",
      "2 runners-up",
      "  NAME         BACKEND  WHERE         SCORE",
      "  llama3.2:3b  ollama   this machine  0.990",
      "  gpt          openai   cloud         0.800",
      "",
    ].join("\n"),
  );
  assertEquals(queries, [{ intent: "write some code", explain: false }]);
});

Deno.test("route hands flags on to the router", async () => {
  const { app, queries } = routing();
  const flags = ["--explain", "-k", "llm/embed", "-m", "x", "--prefer", "cost", "--local-only"];
  await runInMemory(["route", "hello", ...flags], { env, app });
  assertEquals(queries, [{
    intent: "hello",
    kind: "llm/embed",
    explain: true,
    model: "x",
    preference: "cost",
    policy: { localOnly: true },
  }]);
});

Deno.test("route --explain prints every factor of every candidate", async () => {
  const { app } = routing({
    rejected: [{ capability: "id", name: "tiny", filter: "context", reason: "needs 9,000 tokens" }],
    route: { name: "coding", score: 0.4, threshold: 0.6, evidence: ["write a function"] },
  });
  const { stdout } = await runInMemory(["route", "--explain", "write code"], { env, app });
  for (
    const line of [
      "Wanted    llm/chat",
      "Intent    write code",
      "Route coding is nearest, but too far: 0.400, threshold 0.600",
      "  #  CANDIDATE                SCORE  meaning  speciality",
      "  1  ollama/qwen2.5-coder:7b  1.800    1.200       1.500",
      "  3  openai/gpt               0.800    1.000       0.800",
      "  1.000 for all: load",
      "  meaning     1.200  0.5 to 2        meaning of qwen2.5-coder:7b",
      "  load        1.000  0.5 to 2        load of qwen2.5-coder:7b",
      "  speciality  0.900  0.5 to 2        speciality of llama3.2:3b",
      "Left out",
      "  tiny  context  needs 9,000 tokens",
    ]
  ) assertStringIncludes(stdout, line + "\n");
  // What changes nothing is told of the winner alone.
  assert(!stdout.includes("load of llama3.2:3b"));
});

Deno.test("route --explain keeps what it explains within the terminal", async () => {
  const detail = "asks for 86 % code, 12 % reasoning; cosine 0.93 to an example of its own ".repeat(
    3,
  );
  const { app } = routing({
    candidates: candidates.map((c) => ({
      ...c,
      factors: c.factors.map((factor) => ({ ...factor, detail, range: [1, 9.025013499434122] })),
    })),
  });
  const { stdout } = await runInMemory(["route", "x", "--explain", "--no-color"], {
    env,
    app,
    terminal: { columns: 80 },
  });
  for (const line of stdout.split("\n")) assert(line.length <= 80, line);
  assertStringIncludes(stdout, "1 to 9.03");
});

Deno.test("route --json prints the decision", async () => {
  const { app } = routing();
  const { stdout } = await runInMemory(["route", "x", "--json", "--explain"], { env, app });
  assertEquals(JSON.parse(stdout).candidates.length, 3);
});

Deno.test("route explains a refusal and exits with its code", async () => {
  const cases = [["no_capability", 5], ["model_not_found", 3], ["context_too_long", 1]] as const;
  for (const [refusalCode, exitCode] of cases) {
    const { app } = routing({
      outcome: "refused",
      candidates: [],
      rejected: [{ capability: "e", name: "minilm", filter: "kind", reason: "is llm/embed" }],
      refusal: {
        code: refusalCode,
        message: "Nothing here can chat",
        hint: "Start a model server",
        suggestions: ["llama3.2:3b"],
      },
    });
    const text = await runInMemory(["route", "x", "--explain"], { env, app });
    assertEquals(text.code, exitCode);
    assertStringIncludes(text.stdout, "minilm  kind   is llm/embed");
    assertEquals(
      text.stderr,
      "error: Nothing here can chat\n  Start a model server; near it: llama3.2:3b\n",
    );
    const json = await runInMemory(["route", "x", "--json"], { env, app });
    assertEquals(json.code, exitCode);
    assertEquals(JSON.parse(json.stdout).outcome, "refused");
    assertEquals(JSON.parse(json.stderr).error.code, refusalCode);
  }
});

Deno.test("route refuses an empty intent before it asks anybody", async () => {
  const { app, queries } = routing();
  const { code, stderr } = await runInMemory(["route", " "], { env, app });
  assertEquals([code, queries], [2, []]);
  assertStringIncludes(stderr, "INTENT is empty");
});

Deno.test("route --explain is safe with names and reasons from elsewhere", async () => {
  const { app } = routing({
    candidates: [candidate("a\x1b[31m", { "m\x1b": 1.5 }, { backend: "b\x07" })],
    rejected: [{ capability: "c", name: "n\x1b[2J", filter: "f", reason: "r\r\n" }],
  });
  const { stdout } = await runInMemory(["route", "--explain", "i\x1b[0m"], { env, app });
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f]/.test(stdout), JSON.stringify(stdout));
});
