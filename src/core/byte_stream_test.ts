import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type ByteSource, sourceOf, streamOf } from "./byte_stream.ts";

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

Deno.test("streamOf() gives what the source has, and what broke it", async () => {
  assertEquals(await new Response(streamOf(source(["ab", "c"]).it)).text(), "abc");
  await assertRejects(() => new Response(streamOf(source(["a", "broken"]).it)).text());
});

Deno.test("streamOf() reads at the reader's pace and passes a cancel on", async () => {
  const { it, asked } = source(["a", "b", "c"]);
  const reader = streamOf(it).getReader();
  await Promise.resolve();
  assertEquals(asked, []);
  await reader.read();
  await reader.cancel("enough");
  assertEquals(asked, ["read", "cancel enough"]);
});

Deno.test("sourceOf() reads a stream and locks it", async () => {
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
