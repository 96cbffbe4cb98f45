import { assertEquals } from "@std/assert";
import { createMemory } from "../memory/mod.ts";
import { MemoryBackend } from "./memory_backend.ts";
import { NodeMemory } from "./node_memory.ts";

Deno.test("listModels() lists the memory from its first item to its last", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/memory.db`;
  try {
    const backend = new MemoryBackend(path);
    let changes = 0;
    await using memory = new NodeMemory(() => createMemory({ path }), {
      onChange: () => {
        changes++;
      },
    });
    const { signal } = new AbortController();
    const listed = async () => (await backend.listModels({ signal })).map(({ name }) => name);
    assertEquals(await listed(), []);
    backend.ask(memory);
    assertEquals(await listed(), []);
    await memory.createCollection("default", { space: { kind: "none" } });
    assertEquals(await listed(), []);
    assertEquals(changes, 0);

    await memory.add([{ id: "a", text: "Backups are kept for a year" }]);
    assertEquals(changes, 1);
    assertEquals(await listed(), ["memory"]);
    await memory.add([{ id: "b", text: "The office opens at nine" }]);
    assertEquals(changes, 1);

    await memory.forget({ ids: ["a", "b"] });
    assertEquals(changes, 2);
    assertEquals(await listed(), []);
    // Nobody has it open who could say more than that there is one.
    assertEquals((await new MemoryBackend(path).listModels({ signal })).length, 1);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
