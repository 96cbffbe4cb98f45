import { assertEquals, assertStringIncludes } from "@std/assert";
import { AtmosphereError } from "../../core/errors.ts";
import type { ChatStream, NodeApi } from "../../core/node_api.ts";
import { runInMemory } from "../testdata/context.ts";
import { connectTo } from "../testdata/node.ts";

const env = { HOME: "/nowhere" };
type Request = Parameters<NodeApi["chat"]>[0];

function answering(parts: (signal: AbortSignal | undefined) => AsyncIterable<string>) {
  const requests: Request[] = [];
  const app = connectTo({
    chat: (request, options) => {
      requests.push(request);
      const stream: ChatStream = {
        model: "llama3.2:3b",
        backend: "ollama",
        node: "workstation",
        decision: "dec_1",
        [Symbol.asyncIterator]: () => parts(options?.signal)[Symbol.asyncIterator](),
      };
      return Promise.resolve(stream);
    },
  });
  return { app, requests };
}

async function* pieces(...parts: string[]): AsyncGenerator<string> {
  for (const part of parts) yield await Promise.resolve(part);
}

Deno.test("ask prints each piece when it comes, and a line feed at the end", async () => {
  const seen: string[] = [];
  const { app, requests } = answering(() => pieces("Because", "", " of", " air."));
  const { code, stdout, stderr } = await runInMemory(["ask", "why", "blue?"], {
    env,
    app,
    onStdout: (text) => seen.push(text),
  });
  assertEquals([code, stdout, stderr], [0, "Because of air.\n", ""]);
  assertEquals(seen, ["Because", " of", " air.", "\n"]);
  assertEquals(requests, [{ messages: [{ role: "user", content: "why blue?" }], options: {} }]);
});

Deno.test("ask --no-stream prints the answer at once", async () => {
  const seen: string[] = [];
  const { app } = answering(() => pieces("a", "b\n"));
  const onStdout = (text: string) => seen.push(text);
  await runInMemory(["ask", "x", "--no-stream"], { env, app, onStdout });
  assertEquals(seen, ["ab\n"]);
});

Deno.test("ask hands flags on", async () => {
  const { app, requests } = answering(() => pieces("ok"));
  await runInMemory([
    "ask",
    "hi",
    "--system=Be brief",
    "-m",
    "llama3.2:3b",
    "-t",
    "0.5",
    "--max-tokens=20",
    "--prefer=quality",
    "--local-only",
  ], { env, app });
  assertEquals(requests, [{
    messages: [{ role: "system", content: "Be brief" }, { role: "user", content: "hi" }],
    model: "llama3.2:3b",
    preference: "quality",
    policy: { localOnly: true },
    options: { temperature: 0.5, max_tokens: 20 },
  }]);
});

Deno.test("ask adds what is piped in, and takes it as the prompt for -", async () => {
  const { app, requests } = answering(() => pieces("ok"));
  await runInMemory(["ask", "explain"], { env, app, stdin: "a diff\n" });
  await runInMemory(["ask", "-"], { env, app, stdin: "the question\n" });
  await runInMemory(["ask", "explain"], { env, app, stdin: "" });
  assertEquals(requests.map(({ messages }) => messages[0]?.content), [
    "explain\n\na diff\n",
    "the question\n",
    "explain",
  ]);
  const empty = await runInMemory(["ask", "-"], { env, app, stdin: " \n" });
  assertEquals(empty.code, 2);
});

Deno.test("ask --json prints the whole answer and who gave it", async () => {
  const { app } = answering(() => pieces("a", "b"));
  const { stdout } = await runInMemory(["ask", "x", "--json"], { env, app });
  assertEquals(JSON.parse(stdout), {
    text: "ab",
    model: "llama3.2:3b",
    backend: "ollama",
    node: "workstation",
    decision: "dec_1",
  });
});

Deno.test("ask says on a terminal who answers, and not with --quiet", async () => {
  const { app } = answering(() => pieces("ok"));
  const terminal = { columns: 80 };
  const { stdout, stderr } = await runInMemory(["ask", "x", "--no-color"], { env, app, terminal });
  assertEquals([stdout, stderr], ["ok\n", "llama3.2:3b on ollama (workstation)\n"]);
  assertEquals((await runInMemory(["ask", "x", "-q"], { env, app, terminal })).stderr, "");
});

Deno.test("ask keeps an answer from commanding the terminal, but not from reaching a pipe", async () => {
  const { app } = answering(() => pieces("a\x1b", "[2Jb\tc\n"));
  const shown = await runInMemory(["ask", "x"], { env, app, terminal: { columns: 80 } });
  assertEquals(shown.stdout, "a␛[2Jb\tc\n");
  assertEquals((await runInMemory(["ask", "x"], { env, app })).stdout, "a\x1b[2Jb\tc\n");
});

Deno.test("ask cancels upstream at an interrupt and exits with 130", async () => {
  const interrupts = { first: new AbortController(), second: new AbortController() };
  let cancelled = false;
  const { app } = answering(async function* (signal) {
    yield "Once";
    interrupts.first.abort();
    cancelled = signal?.aborted ?? false;
    signal?.throwIfAborted();
    yield " more";
  });
  const { code, stdout, stderr } = await runInMemory(["ask", "x"], { env, app, interrupts });
  assertEquals([code, stdout, stderr, cancelled], [130, "Once\n", "", true]);
});

Deno.test("ask tells of an answer that was cut, after what came of it", async () => {
  const { app } = answering(async function* () {
    yield "Half";
    throw new AtmosphereError("backend_unreachable", "The answer was cut before its end");
  });
  const { code, stdout, stderr } = await runInMemory(["ask", "x"], { env, app });
  assertEquals([code, stdout], [1, "Half\n"]);
  assertStringIncludes(stderr, "The answer was cut before its end");
  const json = await runInMemory(["ask", "x", "--json"], { env, app });
  assertEquals([json.code, json.stdout], [1, ""]);
});

Deno.test("ask ends the answer when the reader of stdout goes away", async () => {
  let ended = false;
  const { app } = answering(async function* () {
    try {
      for (;;) yield "more ";
    } finally {
      ended = true;
    }
  });
  const { code, stderr } = await runInMemory(["ask", "x"], { env, app, closesAfter: 2 });
  assertEquals([code, stderr, ended, app.state.disposed], [0, "", true, 1]);
});
