/**
 * Writes `docs/cli.md`: `deno task dev run -A dist-scripts/build_cli_docs.ts`.
 *
 * @module
 */

import { program } from "../src/cli/table.ts";
import { formatMarkdown, renderCliDocs } from "./cli_docs.ts";

await Deno.writeTextFile(
  new URL("../docs/cli.md", import.meta.url),
  await formatMarkdown(renderCliDocs(program)),
);
