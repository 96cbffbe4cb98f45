import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../../core/errors.ts";
import { readSafetensors, toFloat32 } from "./safetensors.ts";

/** A file of a header and data, as the format has it. */
function file(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const halves = new Uint8Array(new Float16Array([1, -2, 0.5, 65_504, 2 ** -24, 0]).buffer);

Deno.test("readSafetensors() finds tensors by name, and toFloat32() reads their values", () => {
  const floats = new Uint8Array(Float32Array.of(0.1, -3).buffer);
  const tensors = readSafetensors(file({
    __metadata__: { format: "pt" },
    half: { dtype: "F16", shape: [2, 3], data_offsets: [0, 12] },
    full: { dtype: "F32", shape: [2], data_offsets: [12, 20] },
    empty: { dtype: "F32", shape: [0, 7], data_offsets: [20, 20] },
  }, Uint8Array.of(...halves, ...floats)));
  assertEquals([...tensors.keys()], ["half", "full", "empty"]);
  const half = tensors.get("half")!;
  assertEquals(half.shape, [2, 3]);
  assertEquals([...toFloat32(half)], [1, -2, 0.5, 65_504, 2 ** -24, 0]);
  assertEquals(toFloat32(tensors.get("full")!), Float32Array.of(0.1, -3));
  assertEquals(toFloat32(tensors.get("empty")!).length, 0);
});

Deno.test("readSafetensors() says what is wrong with a file", () => {
  const entry = (change: Record<string, unknown>) => ({
    x: { dtype: "F16", shape: [6], data_offsets: [0, 12], ...change },
  });
  for (
    const [bytes, words] of [
      [new Uint8Array(3), "3 bytes are too few"],
      [file(entry({}), halves).subarray(0, 30), "ends beyond the file"],
      [file(entry({}), halves.subarray(0, 10)), "needs 12 bytes"],
      [file("{", halves), "no JSON"],
      [file([], halves), "not an object"],
      [file(entry({ dtype: "F12" }), halves), "the type F12"],
      [file(entry({ shape: [7] }), halves), "needs 14 bytes"],
      [file(entry({ shape: [-6] }), halves), "no shape"],
      [file(entry({ data_offsets: [0] }), halves), "no byte range"],
      [file({ x: null }, halves), "the type undefined"],
    ] as const
  ) {
    const error = assertThrows(() => readSafetensors(bytes), AtmosphereError, words);
    assertEquals(error.code, "embedder_failed");
  }
});

Deno.test("readSafetensors() fails on damaged files with its own error alone", () => {
  const whole = file({ x: { dtype: "F16", shape: [6], data_offsets: [0, 12] } }, halves);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 0, max: 255 })), {
        minLength: 1,
      }),
      fc.nat({ max: whole.length }),
      (changes, length) => {
        const damaged = whole.slice();
        for (const [at, byte] of changes) damaged[at] = byte;
        try {
          for (const tensor of readSafetensors(damaged.slice(0, length)).values()) {
            toFloat32(tensor);
          }
        } catch (error) {
          if (!(error instanceof AtmosphereError)) throw error;
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
