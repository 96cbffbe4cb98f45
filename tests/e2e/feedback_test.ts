/** Learning from how choices went, over the API and the command line. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startFakeServer } from "../fakes/mod.ts";
import { runProgram, serveProgram } from "../support/program.ts";

const intent = "write a python function that parses dates";

Deno.test("feedback changes what is chosen, is explained and can be reset", async (t) => {
  await using fake = await startFakeServer({
    engine: "ollama",
    models: ["qwen2.5-coder:7b", "qwen2.5-coder:7b-instruct"],
  });
  await using node = await serveProgram({
    config: `backends: [{ id: box, engine: ollama, url: "${fake.url}" }]`,
  });
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${node.token}`,
  };
  let asked = 0;
  // Another text each time: the turns of one conversation stay where they are.
  const chat = async () => {
    const response = await fetch(`${node.url}/v1/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify({
        messages: [{ role: "user", content: `${intent} in format ${asked++}` }],
      }),
    });
    await response.body?.cancel();
    return {
      decision: response.headers.get("x-atmosphere-decision") ?? "",
      model: response.headers.get("x-atmosphere-model") ?? "",
    };
  };
  const tell = (body: unknown, more: RequestInit = {}) =>
    fetch(`${node.url}/atmosphere/v1/feedback`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      ...more,
    });
  const first = await chat();

  await t.step("without the token, or about an unknown decision, nothing is learned", async () => {
    const refused = await tell({ decision: first.decision, rating: -1 }, {
      headers: { "content-type": "application/json" },
    });
    await refused.body?.cancel();
    assertEquals(refused.status, 401);
    const unknown = await tell({ decision: "dec_nothing", rating: 1 });
    assertEquals(unknown.status, 404);
    assertStringIncludes((await unknown.json()).detail, "dec_nothing");
    const wrong = await tell({ decision: first.decision, rating: 7 });
    assertEquals(wrong.status, 400);
    assertEquals((await wrong.json()).param, "rating");
  });

  await t.step("bad ratings take the choice from a model, for this kind of intent", async () => {
    let chosen = first;
    for (let i = 0; i < 40 && chosen.model === first.model; i++) {
      const response = await tell({ decision: chosen.decision, rating: -1 });
      await response.body?.cancel();
      assertEquals(response.status, 200);
      chosen = await chat();
    }
    assert(chosen.model !== first.model, `${first.model} is still chosen after 40 bad ratings`);
  });

  await t.step("the explanation and the command line show it", async () => {
    const explained = await runProgram(["route", intent, "--explain", "--json"], {
      dataDir: node.dataDir,
    });
    const decision = JSON.parse(explained.stdout);
    const loser = decision.candidates.find((c: { capability: { name: string } }) =>
      c.capability.name === first.model
    );
    const factor = loser.factors.find(({ name }: { name: string }) => name === "experience");
    assert(factor.value < 1, JSON.stringify(factor));
    const list = await runProgram(["feedback", "list", "--json"], { dataDir: node.dataDir });
    assertEquals(list.code, 0, list.stderr);
    assert(JSON.parse(list.stdout).data.some(({ value }: { value: number }) => value < 0));
  });

  await t.step("the command line gives feedback and resets", async () => {
    const { decision } = await chat();
    const given = await runProgram(["feedback", "give", decision, "good"], {
      dataDir: node.dataDir,
    });
    assertEquals(given.code, 0, given.stderr);
    const unknown = await runProgram(["feedback", "give", "dec_nothing", "good"], {
      dataDir: node.dataDir,
    });
    assertEquals(unknown.code, 3);
    const wrong = await runProgram(["feedback", "give", decision, "meh"], {
      dataDir: node.dataDir,
    });
    assertEquals(wrong.code, 2);
    const reset = await runProgram(["feedback", "reset"], { dataDir: node.dataDir });
    assertEquals(reset.code, 0, reset.stderr);
    const empty = await runProgram(["feedback", "list", "--json"], { dataDir: node.dataDir });
    assertEquals(JSON.parse(empty.stdout), { data: [] });
  });
});
