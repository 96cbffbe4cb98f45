/** What an executable carries comes out as it went in. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { distancesToPlaces, placesToDistances } from "../../dist-scripts/build/branches.ts";
import { packFiles, type PackManifest } from "../../dist-scripts/build/pack.ts";

/** Bytes with many calls and jumps among them, near and far, as in code. */
const code = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.tuple(
      fc.constantFrom(0xe8, 0xe9),
      fc.oneof(fc.integer({ min: -300, max: 300 }), fc.integer()),
    )
      .map(([instruction, operand]) =>
        new Uint8Array([instruction, ...new Uint8Array(new Int32Array([operand]).buffer)])
      ),
  ),
  { maxLength: 60 },
).map((pieces) => new Uint8Array(pieces.flatMap((piece) => [...piece])));

Deno.test("placesToDistances() undoes distancesToPlaces() for any bytes", () => {
  fc.assert(
    fc.property(code, (bytes) => {
      const changed = bytes.slice();
      distancesToPlaces(changed);
      placesToDistances(changed);
      assertEquals(changed, bytes);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("distancesToPlaces() makes the calls of one function equal", () => {
  const bytes = new Uint8Array(100);
  const view = new DataView(bytes.buffer);
  for (const at of [10, 40, 70]) {
    bytes[at] = 0xe8;
    view.setInt32(at + 1, 5 - at, true);
  }
  distancesToPlaces(bytes);
  assertEquals([10, 40, 70].map((at) => view.getInt32(at + 1, true)), [5, 5, 5]);
});

Deno.test("packFiles() names a set by its content, and keeps every byte", async () => {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-pack-" });
  try {
    const path = join(folder, "library");
    const library = new Uint8Array(5_000).map((_, i) => i % 7 === 0 ? 0xe8 : i % 251);
    await Deno.writeFile(path, library);
    const pack = async (out: string): Promise<PackManifest> => {
      const files = [{ name: "lib/a.so", path, isX86: true }, { name: "b", path, isX86: false }];
      await packFiles([{ name: "libsql", entry: "lib/a.so", files }], {
        folder: join(folder, out),
        cache: join(folder, "cache"),
      });
      return JSON.parse(await Deno.readTextFile(join(folder, out, "manifest.json")));
    };
    const [first, again] = [await pack("first"), await pack("again")];
    assertEquals(first, again);
    for (const { name, sizeBytes, sha256, isX86 } of first.libsql?.files ?? []) {
      const packed = await Deno.readFile(join(folder, "first", "libsql", `${name}.br`));
      assert(packed.byteLength < library.byteLength);
      const bytes = new Uint8Array(brotliDecompressSync(packed));
      if (isX86) placesToDistances(bytes);
      assertEquals(bytes, library);
      assertEquals([sizeBytes, sha256], [
        library.byteLength,
        createHash("sha256").update(library).digest("hex"),
      ]);
    }
    library[0] = 1;
    await Deno.writeFile(path, library);
    assert((await pack("changed")).libsql?.hash !== first.libsql?.hash);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
