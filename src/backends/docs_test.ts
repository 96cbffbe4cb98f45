/** Holds `docs/backends.md` against the table of engines. */
import { assert } from "@std/assert";
import { ENGINE_PROFILES, modelFamilies, usualPorts } from "./mod.ts";

const page = Deno.readTextFileSync(new URL("../../docs/backends.md", import.meta.url));
// Tables are padded by the formatter.
const plain = page.replaceAll(/ +/g, " ").replaceAll("\\|", "|");

Deno.test("docs/backends.md has a row for every engine, as the engine tells it", () => {
  const missing = Object.values(ENGINE_PROFILES).map((engine) =>
    engine.cloud
      ? `| ${engine.title} | \`${engine.name}\` | \`${engine.defaultUrl}\` | ${engine.reads} |`
      : `| ${engine.title} | \`${engine.name}\` | ${
        engine.ports.join(", ") || "none"
      } | ${engine.recognisedBy} | ${engine.reads} |`
  ).filter((row) => !plain.includes(row));
  assert(missing.length === 0, `These rows are missing:\n${missing.join("\n")}`);
});

Deno.test("docs/backends.md names every usual port, and the number of families", () => {
  for (const port of usualPorts()) assert(plain.includes(String(port)), String(port));
  assert(plain.includes(`${modelFamilies.length} families`), String(modelFamilies.length));
});
