/** The translation between OpenAI's chat completions and Anthropic's messages. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { BackendError } from "../../core/mod.ts";
import { Untranslatable } from "./content.ts";
import { claudeGeneration } from "./model_version.ts";
import { toMessagesRequest } from "./request.ts";
import { finishReason, toChatCompletion, toUsage } from "./response.ts";
import { toChunkStream } from "./stream.ts";

const user = (content: unknown) => ({ role: "user", content });
const modern = "claude-sonnet-5";
const old = "claude-3-5-sonnet-20241022";

// deno-lint-ignore no-explicit-any
function translate(body: Record<string, unknown>, stream = false): any {
  return toMessagesRequest({ model: modern, messages: [user("hi")], ...body }, stream);
}

Deno.test("toMessagesRequest() gathers system messages and keeps the conversation", () => {
  const request = translate({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "developer", content: [{ type: "text", text: "Be kind." }] },
      user("one"),
      user([{ type: "text", text: "two" }]),
      { role: "assistant", content: "three" },
      user("four"),
    ],
  });
  assertEquals(request.system, "Be brief.\n\nBe kind.");
  assertEquals(request.messages, [
    { role: "user", content: [{ type: "text", text: "one" }, { type: "text", text: "two" }] },
    { role: "assistant", content: [{ type: "text", text: "three" }] },
    { role: "user", content: [{ type: "text", text: "four" }] },
  ]);
  assertEquals(request.max_tokens, 16_384);
  assertEquals("stream" in request, false);
  assertEquals(translate({}, true).stream, true);
});

Deno.test("toMessagesRequest() carries images and documents", () => {
  const [message] = translate({
    messages: [user([
      { type: "text", text: "look" },
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "high" } },
      { type: "image_url", image_url: { url: "https://example.org/a.jpg" } },
      {
        type: "file",
        file: { filename: "a.pdf", file_data: "data:application/pdf;base64,BBBB" },
      },
    ])],
  }).messages;
  assertEquals(message.content.slice(1), [
    { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
    { type: "image", source: { type: "url", url: "https://example.org/a.jpg" } },
    {
      type: "document",
      source: { type: "base64", media_type: "application/pdf", data: "BBBB" },
      title: "a.pdf",
    },
  ]);
});

Deno.test("toMessagesRequest() refuses what would change the meaning", () => {
  for (
    const body of [
      { messages: [user([{ type: "input_audio", input_audio: { data: "AA" } }])] },
      { messages: [user([{ type: "image_url", image_url: { url: "file:///etc/passwd" } }])] },
      { messages: [user([{ type: "file", file: { file_id: "file-1" } }])] },
      { n: 2 },
    ]
  ) assertThrows(() => translate(body), Untranslatable);
});

const tool = {
  type: "function",
  function: { name: "add", description: "Adds", parameters: { properties: {} }, strict: true },
};

Deno.test("toMessagesRequest() carries tools, calls and results", () => {
  const request = translate({
    tools: [tool, { type: "function", function: { name: "now" } }],
    tool_choice: "required",
    parallel_tool_calls: false,
    messages: [
      user("sum and time"),
      {
        role: "assistant",
        content: null,
        tool_calls: [
          { id: "c1", type: "function", function: { name: "add", arguments: '{"a":1}' } },
          { id: "c2", type: "function", function: { name: "now", arguments: "" } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "1" },
      { role: "tool", tool_call_id: "c2", content: [{ type: "text", text: "noon" }] },
      user("thanks"),
    ],
  });
  assertEquals(request.tools, [
    {
      name: "add",
      description: "Adds",
      input_schema: { type: "object", properties: {} },
      strict: true,
    },
    { name: "now", input_schema: { type: "object", properties: {} } },
  ]);
  assertEquals(request.tool_choice, { type: "any", disable_parallel_tool_use: true });
  assertEquals(request.messages[1].content, [
    { type: "tool_use", id: "c1", name: "add", input: { a: 1 } },
    { type: "tool_use", id: "c2", name: "now", input: {} },
  ]);
  assertEquals(request.messages[2].content, [
    { type: "tool_result", tool_use_id: "c1", content: [{ type: "text", text: "1" }] },
    { type: "tool_result", tool_use_id: "c2", content: [{ type: "text", text: "noon" }] },
    { type: "text", text: "thanks" },
  ]);
});

Deno.test("toMessagesRequest() maps each tool_choice", () => {
  const choice = (tool_choice: unknown) => translate({ tools: [tool], tool_choice }).tool_choice;
  assertEquals(choice(undefined), undefined);
  assertEquals(choice("auto"), { type: "auto" });
  assertEquals(choice("none"), { type: "none" });
  assertEquals(choice("required"), { type: "any" });
  assertEquals(choice({ type: "function", function: { name: "add" } }), {
    type: "tool",
    name: "add",
  });
  assertEquals("tool_choice" in translate({ tool_choice: "none" }), false);
});

Deno.test("toMessagesRequest() gives each generation the parameters that it takes", () => {
  const body = { temperature: 1.7, top_p: 0.5, top_k: 40, stop: ["END", " "], user: "u1" };
  const first = translate({ ...body, model: old });
  assertEquals([first.temperature, first.top_p, first.top_k], [1, 0.5, 40]);
  assertEquals(first.stop_sequences, ["END"]);
  assertEquals(first.metadata, { user_id: "u1" });
  const middle = translate({ ...body, model: "claude-sonnet-4-5" });
  assertEquals([middle.temperature, middle.top_p], [1, undefined]);
  const last = translate({ ...body, model: "claude-haiku-5-5" });
  assertEquals([last.temperature, last.top_p, last.top_k], [undefined, undefined, undefined]);
  assertEquals(translate({ max_tokens: 7 }).max_tokens, 7);
  assertEquals(translate({ max_tokens: 7, max_completion_tokens: 9 }).max_tokens, 9);
  assertEquals(translate({ model: "claude-3-haiku-20240307" }).max_tokens, 4_096);
  assertEquals(translate({ stop: "END" }).stop_sequences, ["END"]);
  assertEquals(translate({ reasoning_effort: "low" }).output_config, { effort: "low" });
});

Deno.test("claudeGeneration() reads old and new names", () => {
  const names = {
    "claude-3-opus-20240229": 3,
    "claude-3-5-haiku-latest": 3.5,
    "claude-3-7-sonnet-20250219": 3.7,
    "claude-sonnet-4-20250514": 4,
    "claude-opus-4-1-20250805": 4.1,
    "claude-haiku-4-5": 4.5,
    "claude-opus-5": 5,
    "claude-haiku-5-5": 5.5,
    "claude-2.1": 2,
    "claude-next": 99,
  };
  for (const [name, generation] of Object.entries(names)) {
    assertEquals(claudeGeneration(name), generation, name);
  }
});

Deno.test("toMessagesRequest() asks for JSON as the model allows", () => {
  const schema = { type: "object", properties: { a: { type: "number" } } };
  const response_format = { type: "json_schema", json_schema: { name: "x", schema } };
  const now = translate({ response_format });
  assertEquals(now.output_config, { format: { type: "json_schema", schema } });
  assertEquals(now.system, undefined);
  const before = translate({
    response_format,
    model: old,
    messages: [{ role: "system", content: "Hi." }, user("x")],
  });
  assertEquals(before.output_config, undefined);
  assert(before.system.startsWith("Hi.\n\nAnswer with one JSON object"));
  assert(before.system.endsWith(JSON.stringify(schema)));
  assert(translate({ response_format: { type: "json_object" } }).system.includes("JSON object"));
});

const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: modern,
  content: [
    { type: "thinking", thinking: "hm", signature: "s" },
    { type: "text", text: "Hello " },
    { type: "text", text: "there" },
    { type: "tool_use", id: "t1", name: "add", input: { a: 1 } },
  ],
  stop_reason: "tool_use",
  usage: {
    input_tokens: 3,
    cache_read_input_tokens: 4,
    cache_creation_input_tokens: 5,
    output_tokens: 6,
  },
};

Deno.test("toChatCompletion() translates text, thinking, tools and usage", () => {
  assertEquals(toChatCompletion(message, 1_700_000_000), {
    id: "msg_1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: modern,
    choices: [{
      index: 0,
      message: {
        role: "assistant",
        content: "Hello there",
        reasoning_content: "hm",
        tool_calls: [{
          id: "t1",
          type: "function",
          function: { name: "add", arguments: '{"a":1}' },
        }],
      },
      logprobs: null,
      finish_reason: "tool_calls",
    }],
    usage: {
      prompt_tokens: 12,
      completion_tokens: 6,
      total_tokens: 18,
      prompt_tokens_details: { cached_tokens: 4 },
    },
  });
  for (const document of [undefined, null, [], {}, { type: "error" }, { type: "message" }]) {
    assertEquals(toChatCompletion(document, 0), undefined);
  }
  assertEquals(toUsage({ input_tokens: -1, output_tokens: "x" }).total_tokens, 0);
});

Deno.test("finishReason() maps every stop reason", () => {
  const reasons = {
    end_turn: "stop",
    stop_sequence: "stop",
    max_tokens: "length",
    model_context_window_exceeded: "length",
    tool_use: "tool_calls",
    refusal: "content_filter",
    pause_turn: "stop",
    anything_new: "stop",
  };
  for (const [from, to] of Object.entries(reasons)) assertEquals(finishReason(from), to);
});

/** The events of a stream for a message, as Anthropic sends them. */
// deno-lint-ignore no-explicit-any
function eventsOf(whole: any): string[] {
  const event = (data: Record<string, unknown>) =>
    `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
  const { content, usage, stop_reason, ...base } = whole;
  return [
    event({ type: "message_start", message: { ...base, content: [], usage } }),
    event({ type: "ping" }),
    // deno-lint-ignore no-explicit-any
    ...content.flatMap((block: any, index: number) => {
      const start = block.type === "tool_use" ? { ...block, input: {} } : { type: block.type };
      const input = JSON.stringify(block.input ?? {});
      const deltas = block.type === "tool_use"
        ? input === "{}" ? [] : [...input].map((partial_json) => ({
          type: "input_json_delta",
          partial_json,
        }))
        : block.type === "thinking"
        ? [{ type: "thinking_delta", thinking: block.thinking }]
        : [...block.text].map((text: string) => ({ type: "text_delta", text }));
      return [
        event({ type: "content_block_start", index, content_block: start }),
        ...deltas.map((delta) => event({ type: "content_block_delta", index, delta })),
        event({ type: "content_block_stop", index }),
      ];
    }),
    event({ type: "message_delta", delta: { stop_reason }, usage }),
    event({ type: "message_stop" }),
  ];
}

function streamOf(bytes: Uint8Array, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const parts = [0, ...points].map((from, index) => bytes.subarray(from, points[index]));
  return ReadableStream.from(parts);
}

async function textOf(
  events: readonly string[],
  options: { cuts?: readonly number[]; includeUsage?: boolean } = {},
): Promise<string> {
  const bytes = new TextEncoder().encode(events.join(""));
  const stream = toChunkStream(streamOf(bytes, options.cuts ?? []), {
    id: "anthropic",
    includeUsage: options.includeUsage ?? false,
    createdSeconds: 1_700_000_000,
  });
  return await new Response(stream).text();
}

/** The chat completion that the chunks of a stream add up to. */
function addedUp(text: string) {
  const events = text.split("\n\n").filter((event) => event.startsWith("data: "))
    .map((event) => event.slice(6));
  assertEquals(events.at(-1), "[DONE]");
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event));
  let content = "";
  let reasoning = "";
  let finish: string | undefined;
  // deno-lint-ignore no-explicit-any
  let usage: any;
  const calls: { id: string; name: string; arguments: string }[] = [];
  for (const chunk of chunks) {
    usage = chunk.usage ?? usage;
    const choice = chunk.choices[0];
    if (choice === undefined) continue;
    content += choice.delta.content ?? "";
    reasoning += choice.delta.reasoning_content ?? "";
    finish = choice.finish_reason ?? finish;
    for (const part of choice.delta.tool_calls ?? []) {
      calls[part.index] ??= { id: part.id, name: part.function.name, arguments: "" };
      calls[part.index]!.arguments += part.function.arguments ?? "";
    }
  }
  return { content, reasoning, finish, usage, calls, first: chunks[0] };
}

const jsonObject = fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue(), { maxKeys: 3 });
const block = fc.oneof(
  fc.record({
    type: fc.constant("text"),
    text: fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
  }),
  fc.record({ type: fc.constant("thinking"), thinking: fc.string({ minLength: 1 }) }),
  fc.record({
    type: fc.constant("tool_use"),
    id: fc.uuid(),
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    input: jsonObject.map((value) => JSON.parse(JSON.stringify(value))),
  }),
);

Deno.test("a stream adds up to the whole answer, wherever its bytes are split", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(block, { maxLength: 4 }),
      fc.constantFrom("end_turn", "max_tokens", "tool_use"),
      fc.array(fc.nat(), { maxLength: 12 }),
      async (content, stop_reason, cuts) => {
        const whole = { ...message, content, stop_reason };
        const text = await textOf(eventsOf(whole), { cuts, includeUsage: true });
        const sum = addedUp(text);
        // deno-lint-ignore no-explicit-any
        const completion = toChatCompletion(whole, 0) as any;
        const { message: said, finish_reason } = completion.choices[0];
        assertEquals(sum.content, said.content ?? "");
        assertEquals(sum.reasoning, said.reasoning_content ?? "");
        assertEquals(sum.finish, finish_reason);
        assertEquals(sum.usage, completion.usage);
        assertEquals(sum.first.choices[0].delta.role, "assistant");
        assertEquals(
          sum.calls.map((call) => ({ ...call, arguments: JSON.parse(call.arguments) })),
          content.filter(({ type }) => type === "tool_use").map((call) => {
            const { id, name, input } = call as unknown as Record<string, unknown>;
            return { id, name, arguments: input };
          }),
        );
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("a stream that ends early, or in an error, fails and has no [DONE]", async () => {
  const events = eventsOf({ ...message, content: [{ type: "text", text: "Hello" }] });
  for (let count = 0; count < events.length; count++) {
    const error = await assertRejects(() => textOf(events.slice(0, count)), BackendError);
    assertEquals(error.code, "backend_unreachable");
  }
  const failure = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error",' +
    '"message":"Overloaded"}}\n\n';
  const error = await assertRejects(
    () => textOf([...events.slice(0, 5), failure, ...events.slice(5)]),
    BackendError,
  );
  assertEquals(error.code, "backend_failed");
  assert(error.message.endsWith("Overloaded"));
});

Deno.test("nothing is sent before the first words, so that an early error can go elsewhere", async () => {
  const events = eventsOf({ ...message, content: [{ type: "text", text: "Hi" }] });
  const failure = 'event: error\ndata: {"type":"error","error":{"type":"rate_limit_error"}}\n\n';
  const bytes = new TextEncoder().encode([...events.slice(0, 3), failure].join(""));
  const stream = toChunkStream(streamOf(bytes, []), {
    id: "anthropic",
    includeUsage: false,
    createdSeconds: 0,
  });
  const error = await assertRejects(() => stream.getReader().read(), BackendError);
  assertEquals(error.code, "rate_limited");
});

const callId = fc.constantFrom("c1", "c2", "c3");
const chatMessage = fc.oneof(
  fc.record({ role: fc.constantFrom("system", "developer", "user"), content: fc.string() }),
  fc.record({
    role: fc.constantFrom("user", "assistant"),
    content: fc.array(fc.record({ type: fc.constant("text"), text: fc.string() }), {
      maxLength: 3,
    }),
  }),
  fc.record({
    role: fc.constant("assistant"),
    content: fc.constantFrom(null, "", "calling"),
    tool_calls: fc.array(
      fc.record({
        id: callId,
        function: fc.record({
          name: fc.constant("f"),
          arguments: fc.oneof(fc.json(), fc.string()),
        }),
      }),
      { maxLength: 2 },
    ),
  }),
  fc.record({ role: fc.constant("tool"), tool_call_id: callId, content: fc.string() }),
);

Deno.test("every conversation becomes one that Anthropic's rules allow, and keeps its words", () => {
  fc.assert(fc.property(fc.array(chatMessage, { maxLength: 10 }), (messages) => {
    const { messages: turns, system } = translate({ messages });
    assert(turns.length > 0);
    assertEquals(turns[0].role, "user");
    for (const [index, turn] of turns.entries()) {
      assert(turn.content.length > 0);
      assert(index === 0 || turns[index - 1].role !== turn.role);
      for (const part of turn.content) {
        if (part.type === "text") assert(part.text.trim() !== "");
        if (part.type === "tool_use") assertEquals(typeof part.input, "object");
        if (part.type === "tool_result") assertEquals(turn.role, "user");
      }
      const types = turn.content.map((part: { type: string }) => part.type === "tool_result");
      assertEquals(types, types.toSorted((a: boolean, b: boolean) => Number(b) - Number(a)));
    }
    const sent = JSON.stringify([system ?? "", turns]);
    for (const { role, content } of messages as { role: string; content: unknown }[]) {
      const texts = typeof content === "string"
        ? [content]
        : ((content ?? []) as { text: string }[]).map(({ text }) => text);
      for (const text of texts) {
        // The end of the last answer is trimmed, as Anthropic wants it.
        const words = role === "assistant" ? text.trimEnd() : text;
        if (words.trim() !== "") assert(sent.includes(JSON.stringify(words).slice(1, -1)));
      }
    }
  }));
});
