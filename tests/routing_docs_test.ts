import { assert, assertEquals } from "@std/assert";
import { readPage, withTables } from "./fixtures/routing/reference_tables.ts";

Deno.test("docs/routing.md lists the factors and constants as they are", async () => {
  const markdown = await readPage();
  assertEquals(
    markdown,
    withTables(markdown),
    "run deno task dev run -A tests/fixtures/routing/reference_tables.ts",
  );
});

Deno.test("docs/routing.md ends with the section on learned routes", async () => {
  assert((await readPage()).includes("\n## Learned routes\n"));
});
