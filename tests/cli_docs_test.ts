import { assert, assertEquals } from "@std/assert";
import { formatMarkdown, renderCliDocs } from "../dist-scripts/cli_docs.ts";
import { parseCommandLine } from "../src/cli/parse.ts";
import { program } from "../src/cli/table.ts";
import { readRepositoryFile, repositoryFiles } from "./support/paths.ts";

Deno.test("docs/cli.md is what the command table says", async () => {
  assertEquals(
    readRepositoryFile("docs/cli.md"),
    await formatMarkdown(renderCliDocs(program)),
    "run: deno task dev run -A dist-scripts/build_cli_docs.ts",
  );
});

Deno.test("the commands in the documentation are ones that the table accepts", () => {
  const pages = repositoryFiles("docs/").filter((path) => path.endsWith(".md"));
  let commands = 0;
  for (const path of ["README.md", ...pages]) {
    const shellBlocks = readRepositoryFile(path).matchAll(/```sh\n([\s\S]*?)```/g);
    for (const [, block = ""] of shellBlocks) {
      for (const line of block.split("\n")) {
        const command = /(?:^|\| )(?:deno task )?atmosphere (.*?)(?: [<>|] .*)?$/.exec(line)?.[1];
        if (command === undefined) continue;
        const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? "");
        parseCommandLine(program, words);
        commands++;
      }
    }
  }
  assert(commands > 20, `${commands} commands were found`);
});
