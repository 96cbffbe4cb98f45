import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type ByteSource, ByteStream, sourceOf } from "./byte_stream.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A source of `pieces` that notes what is asked of it. */
function source(pieces: readonly string[]) {
  const asked: string[] = [];
  const left = [...pieces];
  const it: ByteSource = {
    read: () => {
      asked.push("read");
      const piece = left.shift();
      return piece === "broken"
        ? Promise.reject(new Error("broken"))
        : Promise.resolve(piece === undefined ? undefined : bytes(piece));
    },
    cancel: (reason) => {
      asked.push(`cancel ${reason}`);
      return Promise.resolve();
    },
  };
  return { it, asked };
}

Deno.test("ByteStream is a stream as any", async () => {
  assertEquals(await new Response(new ByteStream(source(["ab", "c"]).it)).text(), "abc");
  await assertRejects(() => new Response(new ByteStream(source(["a", "broken"]).it)).text());
});

Deno.test("ByteStream reads at the reader's pace and passes a cancel on", async () => {
  const { it, asked } = source(["a", "b", "c"]);
  const reader = new ByteStream(it).getReader();
  await Promise.resolve();
  assertEquals(asked, []);
  await reader.read();
  await reader.cancel("enough");
  assertEquals(asked, ["read", "cancel enough"]);
});

Deno.test("sourceOf() gives the source itself, once", () => {
  const { it } = source(["a"]);
  const stream = new ByteStream(it);
  assertEquals(sourceOf(stream) === it, true);
  assertThrows(() => sourceOf(stream), TypeError);
  assertThrows(() => new Response(stream), TypeError);
});

Deno.test("sourceOf() reads any other stream", async () => {
  const cancelled: unknown[] = [];
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(bytes("x")),
    cancel: (reason) => void cancelled.push(reason),
  });
  const taken = sourceOf(stream);
  assertEquals(await taken.read(), bytes("x"));
  assertThrows(() => sourceOf(stream), TypeError);
  await taken.cancel("enough");
  assertEquals(cancelled, ["enough"]);
  assertEquals(await sourceOf(ReadableStream.from([])).read(), undefined);
});
