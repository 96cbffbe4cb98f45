import { assertEquals } from "@std/assert";
import { FakeEmbedder } from "./testdata/fake_embedder.ts";
import { VectorStore } from "./vector_store.ts";

const { model } = new FakeEmbedder();

async function withDirectory(test: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await test(`${directory}/cache`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function fill(directory: string, texts: readonly string[]): Promise<Float32Array[]> {
  const { vectors } = await new FakeEmbedder().embed(texts);
  await (await VectorStore.open(directory, model)).add(texts, vectors);
  return vectors;
}

Deno.test("VectorStore gives back what was kept, to whoever opens it next", async () => {
  await withDirectory(async (directory) => {
    const [one, two] = await fill(directory, ["one", "two"]);
    const [three] = await fill(directory, ["three"]);
    const store = await VectorStore.open(directory, model);
    assertEquals([store.get("one"), store.get("two"), store.get("three")], [one, two, three]);
    assertEquals(store.get("four"), undefined);
    const other = await VectorStore.open(directory, new FakeEmbedder("other").model);
    assertEquals(other.get("one"), undefined);
  });
});

Deno.test("VectorStore passes over a torn record and damaged vectors, and goes on after them", async () => {
  await withDirectory(async (directory) => {
    const [one] = await fill(directory, ["one", "two"]);
    const path = `${directory}/vectors-fake-f32-32.bin`;
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 5]! ^= 0x7f; // In the exponent of "two"'s last but one number.
    await Deno.writeFile(path, new Uint8Array([...bytes, 1, 2, 3]));
    const damaged = await VectorStore.open(directory, model);
    assertEquals([damaged.get("one"), damaged.get("two")], [one, undefined]);
    const [three] = await fill(directory, ["three"]);
    const store = await VectorStore.open(directory, model);
    assertEquals([store.get("one"), store.get("three")], [one, three]);
  });
});

Deno.test("VectorStore starts anew over a file that is none of its own", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(directory);
    await Deno.writeTextFile(`${directory}/vectors-fake-f32-32.bin`, "<html>");
    const [one] = await fill(directory, ["one"]);
    assertEquals((await VectorStore.open(directory, model)).get("one"), one);
  });
});

Deno.test("VectorStore keeps second vectors too, apart from vectors that have none", async () => {
  await withDirectory(async (directory) => {
    await fill(directory, ["one"]);
    const viewing = new FakeEmbedder("fake", { views: true });
    const store = await VectorStore.open(directory, viewing.model);
    assertEquals(store.get("one"), undefined);
    const { features } = await viewing.embed(["one", "two"], { features: true });
    await store.add(["one", "two"], features!);
    const path = `${directory}/vectors-fake-f32-32-32.bin`;
    const again = await VectorStore.open(directory, viewing.model);
    assertEquals([again.get("one"), again.get("two")], features);
    const bytes = await Deno.readFile(path);
    bytes[bytes.length - 5]! ^= 0x7f; // In the second vector of "two".
    await Deno.writeFile(path, bytes);
    const damaged = await VectorStore.open(directory, viewing.model);
    assertEquals([damaged.get("one"), damaged.get("two")], [features![0], undefined]);
  });
});
