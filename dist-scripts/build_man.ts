/** Writes the man pages into the folder that the first argument names, `dist/man` by default. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "../src/cli/table.ts";
import { renderManPages } from "./man_pages.ts";
import { releaseDate } from "./release/date.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const folder = Deno.args[0] ?? join(root, "dist", "man");
await Deno.mkdir(folder, { recursive: true });
for (const { file, text } of renderManPages(program, { date: await releaseDate() })) {
  await Deno.writeTextFile(join(folder, file), text);
}
console.log(folder);
