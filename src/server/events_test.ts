import { assertEquals, assertStringIncludes } from "@std/assert";
import { EventBus } from "../core/mod.ts";
import { setUp } from "./fakes_test.ts";
import { eventStream } from "./routes/events.ts";

function up(backend: string) {
  return { type: "backend.up", backend, models: 1 } as const;
}

/** Reads until `count` frames are there, the opening comment not counted. */
async function frames(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  count: number,
): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const { value, done } = await reader.read();
    if (done) break;
    found.push(...new TextDecoder().decode(value).split("\n\n").filter((f) => /^id/.test(f)));
  }
  return found;
}

Deno.test("createApp() streams events as they happen, until the reader leaves", async () => {
  const { call, events } = setUp();
  events.publish(up("before"));
  const response = await call("/atmosphere/v1/events");
  assertEquals(response.headers.get("content-type"), "text/event-stream");
  const reader = response.body?.getReader();
  if (reader === undefined) throw new Error("There is no body");
  await reader.read();
  events.publish(up("ollama"));
  assertEquals(await frames(reader, 1), [
    'id: 2\nevent: backend.up\ndata: {"id":2,"time":"1970-01-01T00:00:00.000Z",' +
    '"event":{"type":"backend.up","backend":"ollama","models":1}}',
  ]);
  await reader.cancel();
  events.publish(up("after"));
});

Deno.test("createApp() replays what a reader missed", async () => {
  const { call, events } = setUp();
  for (const name of ["a", "b", "c"]) events.publish(up(name));
  const cases: Array<[path: string, headers: Record<string, string>, ids: number[]]> = [
    ["/atmosphere/v1/events", { "last-event-id": "1" }, [2, 3]],
    ["/atmosphere/v1/events?since=0", {}, [1, 2, 3]],
    ["/atmosphere/v1/events?since=0", { "last-event-id": "2" }, [3]],
    // Numbers start again with the node.
    ["/atmosphere/v1/events", { "last-event-id": "400" }, [1, 2, 3]],
  ];
  for (const [path, headers, ids] of cases) {
    const reader = (await call(path, { headers })).body?.getReader();
    if (reader === undefined) throw new Error("There is no body");
    const found = await frames(reader, ids.length);
    assertEquals(found.map((frame) => Number(/^id: (\d+)/.exec(frame)?.[1])), ids);
    await reader.cancel();
  }
});

Deno.test("createApp() refuses an event id that is none", async () => {
  const { call } = setUp();
  for (const id of ["abc", "-1", "1e9", "1.5"]) {
    const response = await call("/atmosphere/v1/events", { headers: { "last-event-id": id } });
    assertEquals((await response.json()).param, "last-event-id");
  }
});

Deno.test("eventStream() shows that it lives while nothing happens", async () => {
  const stream = eventStream(new EventBus(), { since: undefined, heartbeatMs: 1 });
  const reader = stream.getReader();
  await reader.read();
  assertStringIncludes(new TextDecoder().decode((await reader.read()).value), ": still here\n\n");
  await reader.cancel();
});

Deno.test("eventStream() ends when the node stops", async () => {
  const bus = new EventBus();
  const stream = eventStream(bus, { since: undefined, heartbeatMs: 60_000 });
  bus.publish({ type: "node.stopping" });
  bus.publish(up("late"));
  const text = await new Response(stream).text();
  assertEquals([text.includes("node.stopping"), text.includes("late")], [true, false]);
});

Deno.test("eventStream() cuts a reader off that never reads", async () => {
  const bus = new EventBus();
  const stream = eventStream(bus, { since: undefined, heartbeatMs: 60_000 });
  for (let i = 0; i < 2_000; i++) bus.publish(up(String(i)));
  const reader = stream.getReader();
  let failure: unknown;
  await reader.read().catch((error) => void (failure = error));
  assertStringIncludes(String(failure), "too slow");
});
