import { assertEquals } from "@std/assert";
import { formatMarkdown, renderCliDocs } from "../dist-scripts/cli_docs.ts";
import { program } from "../src/cli/table.ts";
import { readRepositoryFile } from "./support/paths.ts";

Deno.test("docs/cli.md is what the command table says", async () => {
  assertEquals(
    readRepositoryFile("docs/cli.md"),
    await formatMarkdown(renderCliDocs(program)),
    "run: deno task dev run -A dist-scripts/build_cli_docs.ts",
  );
});
