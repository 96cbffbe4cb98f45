import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../../core/mod.ts";
import { encodeHead, loadHead } from "./model_file.ts";
import { toyEmbedder, toyRoutes, toyVector } from "./testdata/toy_vectors.ts";
import { trainHead } from "./train_head.ts";

const routes = toyRoutes({ count: 5, seed: 1 });
const head = trainHead({ routes }, { embedder: toyEmbedder, vectorOf: toyVector, seed: 9 });
const bytes = encodeHead(head);

function refusal(broken: Uint8Array, options = {}): string {
  const error = assertThrows(
    () => loadHead(broken, { embedder: toyEmbedder, ...options }),
    AtmosphereError,
  );
  assertEquals(error.code, "invalid_request");
  assert(error.hint?.includes("routes train"));
  return error.message;
}

Deno.test("loadHead() gives a head that answers as the one that was encoded", () => {
  const loaded = loadHead(bytes, { embedder: toyEmbedder, routesHash: head.data.routesHash });
  for (const text of ["rain tomorrow", "i need card please", "penguins", ""]) {
    const flat = (answers: ReturnType<typeof head.classify>) =>
      answers.map(({ route, score, evidence }) => ({ route, score, evidence }));
    const vector = toyVector(text);
    assertEquals(flat(loaded.classify(text, vector)), flat(head.classify(text, vector)));
    assertEquals(flat(loaded.classify(text, undefined)), flat(head.classify(text, undefined)));
  }
  assertEquals(loaded.data.metrics, head.data.metrics);
  assertEquals(encodeHead(loaded), bytes);
});

Deno.test("loadHead() reads bytes that start anywhere in their buffer", () => {
  const moved = new Uint8Array(bytes.length + 3);
  moved.set(bytes, 3);
  assertEquals(encodeHead(loadHead(moved.subarray(3), { embedder: toyEmbedder })), bytes);
});

Deno.test("loadHead() refuses a head of another embedder or of other routes, and says so", () => {
  for (const other of [{ name: "big" }, { dtype: "q8" }, { dimensions: 384 }]) {
    const message = refusal(bytes, { embedder: { ...toyEmbedder, ...other } });
    assertStringIncludes(message, "it was trained with toy f32 (48 dimensions), in use is");
  }
  assertStringIncludes(refusal(bytes, { embedder: undefined }), "in use is no embedder");
  assertStringIncludes(refusal(bytes, { routesHash: "0".repeat(16) }), "the routes changed");
});

Deno.test("loadHead() refuses another version, what is no head, and anything cut or changed", () => {
  const newer = bytes.slice();
  newer[7] = 9;
  assertStringIncludes(refusal(newer), "version 9");
  assertStringIncludes(refusal(new TextEncoder().encode("<html>")), "not a model file");
  assertStringIncludes(refusal(new Uint8Array()), "not a model file");
  fc.assert(fc.property(fc.nat(bytes.length - 1), (length) => {
    refusal(bytes.slice(0, length));
  }));
  fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
    const changed = bytes.slice();
    changed[at]! ^= flip;
    refusal(changed);
  }));
});
