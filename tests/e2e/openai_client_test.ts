/** The official `openai` client against a real node with two model servers behind it. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import OpenAI from "openai";
import { startFakeServer } from "../fakes/mod.ts";
import { serveProgram } from "../support/program.ts";

async function setUp() {
  const stack = new AsyncDisposableStack();
  const ollama = stack.use(
    await startFakeServer({ engine: "ollama", models: ["llama3.2:3b", "qwen2.5-coder:7b"] }),
  );
  const llama = stack.use(
    await startFakeServer({ engine: "openai-compatible", models: ["mistral-nemo-12b"] }),
  );
  const node = stack.use(
    await serveProgram({
      config: `
backends:
  - { id: box, engine: ollama, url: "${ollama.url}" }
  - { id: gpu, engine: openai-compatible, url: "${llama.url}/v1" }
`,
    }),
  );
  const client = new OpenAI({ baseURL: `${node.url}/v1`, apiKey: "unused", maxRetries: 0 });
  return { stack, ollama, llama, node, client };
}

Deno.test("the openai client chats, streams, calls tools, embeds, lists, aborts and reads errors", async (t) => {
  const { stack, ollama, llama, client } = await setUp();
  await using _ = stack;

  await t.step("models.list() has both servers' models and the embedded one", async () => {
    const names = (await Array.fromAsync(client.models.list())).map(({ id }) => id);
    for (
      const name of ["llama3.2:3b", "qwen2.5-coder:7b", "mistral-nemo-12b", "all-minilm-l6-v2"]
    ) {
      assert(names.includes(name), `${name} is not in ${names.join(", ")}`);
    }
    assertEquals((await client.models.retrieve("llama3.2:3b")).id, "llama3.2:3b");
  });

  await t.step("chat by name reaches the server that has the model", async () => {
    const { data, response } = await client.chat.completions.create({
      model: "mistral-nemo-12b",
      messages: [{ role: "user", content: "hello there" }],
    }).withResponse();
    assertStringIncludes(data.choices[0]?.message.content ?? "", "hello there");
    assertEquals(response.headers.get("x-atmosphere-backend"), "gpu");
    assertEquals(response.headers.get("x-atmosphere-model"), "mistral-nemo-12b");
    assertEquals(llama.asked.at(-1)?.headers.authorization, undefined);
  });

  await t.step("chat with auto is routed by meaning", async () => {
    const { response } = await client.chat.completions.create({
      model: "auto",
      messages: [{ role: "user", content: "write a python function that parses dates" }],
    }).withResponse();
    assertEquals(response.headers.get("x-atmosphere-model"), "qwen2.5-coder:7b");
    assertEquals(response.headers.get("x-atmosphere-outcome"), "meaning");
  });

  await t.step("a stream arrives in pieces and ends whole", async () => {
    const stream = await client.chat.completions.create({
      model: "llama3.2:3b",
      messages: [{ role: "user", content: "count to three slowly" }],
      stream: true,
    });
    let text = "";
    let chunks = 0;
    for await (const chunk of stream) {
      chunks++;
      text += chunk.choices[0]?.delta.content ?? "";
    }
    assertStringIncludes(text, "count to three slowly");
    assert(chunks > 2, `the answer came in ${chunks} chunks`);
  });

  await t.step("a tool is called", async () => {
    const { choices: [choice] } = await client.chat.completions.create({
      model: "llama3.2:3b",
      messages: [{ role: "user", content: "what is the weather?" }],
      tools: [{
        type: "function",
        function: { name: "weather", parameters: { type: "object", properties: {} } },
      }],
    });
    const call = choice?.message.tool_calls?.[0];
    assertEquals(call?.type === "function" ? call.function.name : undefined, "weather");
  });

  await t.step("unknown fields pass through untouched", async () => {
    await client.chat.completions.create({
      model: "llama3.2:3b",
      messages: [{ role: "user", content: "x" }],
      // @ts-expect-error: not a field that the client knows
      mirostat_tau: 4.5,
    });
    const body = ollama.asked.at(-1)?.json as Record<string, unknown>;
    assertEquals(body.mirostat_tau, 4.5);
  });

  await t.step("embeddings come from the node's own engine, floats and base64 alike", async () => {
    const input = ["a cat sits on the mat", "a kitten rests on the rug", "stock prices fell"];
    const base64 = await client.embeddings.create({ model: "all-minilm-l6-v2", input });
    const floats = await client.embeddings.create({
      model: "all-minilm-l6-v2",
      input,
      encoding_format: "float",
    });
    const [a, b, c] = base64.data.map(({ embedding }) => embedding);
    assert(a !== undefined && b !== undefined && c !== undefined);
    assertEquals(a.length, 384);
    assertEquals(a.map((x) => x.toFixed(5)), floats.data[0]?.embedding.map((x) => x.toFixed(5)));
    assert(dot(a, b) > dot(a, c) + 0.2);
  });

  await t.step("an unknown model names what is near", async () => {
    const error = await assertRejects(
      () =>
        client.chat.completions.create({
          model: "lama3.2:3b",
          messages: [{ role: "user", content: "x" }],
        }),
      OpenAI.NotFoundError,
    );
    assertEquals(error.code, "model_not_found");
    assertStringIncludes(error.message, "llama3.2:3b");
  });

  await t.step("a mistake in the request is named", async () => {
    const error = await assertRejects(
      // @ts-expect-error: the mistake
      () => client.chat.completions.create({ model: "auto", messages: "hi" }),
      OpenAI.BadRequestError,
    );
    assertEquals(error.param, "messages");
  });

  await t.step("an abort reaches the model server", async () => {
    ollama.script([{ do: "ok", chunkMs: 50 }]);
    const before = ollama.asked.length;
    const controller = new AbortController();
    const stream = await client.chat.completions.create({
      model: "llama3.2:3b",
      messages: [{ role: "user", content: "a long story with very many words in it, please" }],
      stream: true,
    }, { signal: controller.signal });
    for await (const _ of stream) break;
    controller.abort();
    const request = await ollama.askedOf(before);
    await request.gone;
  });
});

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);
}
