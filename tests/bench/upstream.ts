/**
 * A model server that costs next to nothing, in a process of its own, so that what is measured in
 * front of it is what stands in front of it. Prints its port.
 */

const answer = new TextEncoder().encode(JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "llama3.2:3b",
  choices: [{
    index: 0,
    message: { role: "assistant", content: "Hello." },
    finish_reason: "stop",
  }],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
}));
const models = new TextEncoder().encode(JSON.stringify({
  object: "list",
  data: ["llama3.2:3b", "qwen2.5-coder:7b", "mistral-nemo-12b", "deepseek-r1:8b"].map((id) => ({
    id,
    object: "model",
    created: 1,
    owned_by: "bench",
  })),
}));
const json = { "content-type": "application/json" };
const events = ["Hel", "lo", "."].map((content) =>
  `data: ${
    JSON.stringify({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "llama3.2:3b",
      choices: [{ index: 0, delta: { content }, finish_reason: null }],
    })
  }\n\n`
);
const end =
  'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"llama3.2:3b","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const stream = new TextEncoder().encode(events.join("") + end);

/** The first event of an answer, then silence until the reader goes away. */
function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(events[0])),
  });
}

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(port),
}, async (request) => {
  const { pathname } = new URL(request.url);
  if (request.method === "GET") {
    return pathname === "/v1/models"
      ? new Response(models, { headers: json })
      : new Response("{}", { status: 404, headers: json });
  }
  const body = await request.text();
  if (body.includes('"endless"')) {
    return new Response(endless(), { headers: { "content-type": "text/event-stream" } });
  }
  return body.includes('"stream":true')
    ? new Response(stream, { headers: { "content-type": "text/event-stream" } })
    : new Response(answer, { headers: json });
});
