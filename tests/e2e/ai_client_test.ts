/** The `ai` package against a real node. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, jsonSchema, streamText, tool } from "ai";
import { startFakeServer } from "../fakes/mod.ts";
import { serveProgram } from "../support/program.ts";

Deno.test("the ai package generates, streams, calls tools, embeds and reads errors", async (t) => {
  await using fake = await startFakeServer({ engine: "vllm", models: ["qwen2.5-7b-instruct"] });
  await using spare = await startFakeServer({ engine: "llama.cpp", models: ["llama-3.1-8b"] });
  await using node = await serveProgram({
    config: `
backends:
  - { id: rack, engine: vllm, url: "${fake.url}" }
  - { id: desk, engine: llama.cpp, url: "${spare.url}" }
`,
  });
  const provider = createOpenAICompatible({ name: "atmosphere", baseURL: `${node.url}/v1` });
  const model = provider.chatModel("qwen2.5-7b-instruct");

  await t.step("generateText()", async () => {
    const { text, response } = await generateText({ model, prompt: "good morning" });
    assertStringIncludes(text, "good morning");
    assertEquals(response.headers?.["x-atmosphere-backend"], "rack");
  });

  await t.step("generateText() with auto", async () => {
    const { text } = await generateText({ model: provider.chatModel("auto"), prompt: "good day" });
    assertStringIncludes(text, "good day");
  });

  await t.step("streamText()", async () => {
    const parts = await Array.fromAsync(
      streamText({ model, prompt: "tell me something" }).textStream,
    );
    assert(parts.length > 1);
    assertStringIncludes(parts.join(""), "tell me something");
  });

  await t.step("tools", async () => {
    const { toolCalls } = await generateText({
      model,
      prompt: "what time is it?",
      tools: {
        clock: tool({ inputSchema: jsonSchema<Record<string, never>>({ type: "object" }) }),
      },
    });
    assertEquals(toolCalls.map(({ toolName }) => toolName), ["clock"]);
  });

  await t.step("embedMany()", async () => {
    const { embeddings } = await embedMany({
      model: provider.embeddingModel("all-minilm-l6-v2"),
      values: ["one", "two"],
    });
    assertEquals(embeddings.map((vector) => vector.length), [384, 384]);
  });

  await t.step("an unknown model is an error with our message", async () => {
    const error = await assertRejects(() =>
      generateText({ model: provider.chatModel("nothing-like-it"), prompt: "x", maxRetries: 0 })
    );
    assertStringIncludes(String(error), "nothing-like-it");
  });
});
