/** What a newcomer does first, on a machine with no model server at all. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { runProgram, serveProgram, temporaryDataDir } from "../support/program.ts";

Deno.test("a machine without a model server explains itself and embeds", async (t) => {
  await using dir = await temporaryDataDir();
  const options = { dataDir: dir.path };
  await Deno.writeTextFile(`${dir.path}/config.yaml`, "discovery: { enabled: false }\n");

  await t.step("init makes everything and is safe to repeat", async () => {
    const first = await runProgram(["init"], options);
    assertEquals(first.code, 0, first.stderr);
    const identity = await Deno.readTextFile(`${dir.path}/identity.json`);
    const again = await runProgram(["init"], options);
    assertEquals(again.code, 0, again.stderr);
    assertEquals(await Deno.readTextFile(`${dir.path}/identity.json`), identity);
    if (Deno.build.os !== "windows") {
      for (const name of ["identity.json", "token"]) {
        assertEquals((await Deno.stat(`${dir.path}/${name}`)).mode! & 0o777, 0o600, name);
      }
    }
  });

  await t.step("route --explain says what was looked for and how to add it", async () => {
    const { code, stdout, stderr } = await runProgram(
      ["route", "write a python function that parses dates", "--explain"],
      options,
    );
    assertEquals(code, 5, stderr);
    assertStringIncludes(stdout + stderr, "llm/chat");
  });

  await t.step("embed prints a vector and nothing else", async () => {
    const { code, stdout, stderr } = await runProgram(["embed", "hello", "--json"], options);
    assertEquals(code, 0, stderr);
    assertEquals(JSON.parse(stdout).data[0].embedding.length, 384);
  });

  await t.step("status has its heading without a running node", async () => {
    const { code, stdout } = await runProgram(["status"], options);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Node Status");
  });

  await t.step("a mistyped command suggests the nearest one", async () => {
    const { code, stderr } = await runProgram(["stauts"], options);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "status");
  });
});

Deno.test("a node without a model server serves embeddings and refuses chat with what to do", async () => {
  await using node = await serveProgram();
  const post = (path: string, body: unknown) =>
    fetch(node.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  const embeddings = await (await post("/v1/embeddings", { input: "hello" })).json();
  assertEquals(embeddings.data[0].embedding.length, 384);
  assertEquals(embeddings.model, "all-minilm-l6-v2");

  const chat = await post("/v1/chat/completions", {
    messages: [{ role: "user", content: "hello" }],
  });
  const { error } = await chat.json();
  assertEquals(chat.status, 503);
  assertEquals(error.code, "no_capability");
  assertStringIncludes(error.message, "llm/chat");

  const page = await fetch(node.url, { headers: { "accept-encoding": "br" } });
  assertEquals(page.status, 200);
  assertStringIncludes(await page.text(), "<!doctype html");

  const { code, stdout, stderr } = await runProgram(["status"], { dataDir: node.dataDir });
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, node.url);
  assert(!stdout.includes(node.token) && !node.stderr().includes(node.token));
  assertEquals(await node.stop(), 0);
});
