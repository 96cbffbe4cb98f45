import { assert, assertEquals } from "@std/assert";
import { validateConfigText } from "./config_file.ts";
import { providers } from "./engines.ts";
import { overrides } from "./overrides.ts";
import { settingsTables } from "./testdata/settings_tables.ts";

const url = new URL("../../docs/configuration.md", import.meta.url);
const start =
  "<!-- The tables are made from the schema: ATMOSPHERE_UPDATE_DOCS=1 deno task test src/config/ -->\n\n";
const end = "\n<!-- End of the tables -->\n";

/** Cells without the padding that the formatter gives them. */
function unpadded(table: string): string {
  return table.replace(/ +\|/g, " |").replace(/-+ \|/g, "- |").replace(/[ \t]+/g, " ");
}

Deno.test("docs/configuration.md lists every setting as the schema has it", async () => {
  const tables = await settingsTables();
  let text = await Deno.readTextFile(url);
  if (Deno.env.get("ATMOSPHERE_UPDATE_DOCS") === "1") {
    text = text.slice(0, text.indexOf(start) + start.length) + tables +
      text.slice(text.indexOf(end));
    await Deno.writeTextFile(url, text);
  }
  const shown = text.slice(text.indexOf(start) + start.length, text.indexOf(end));
  assertEquals(unpadded(shown), unpadded(tables));
});

Deno.test("the examples in docs/configuration.md are valid", async () => {
  const text = await Deno.readTextFile(url);
  const examples = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map((match) => match[1] ?? "");
  assert(examples.length >= 3);
  for (const example of examples) {
    assertEquals(await validateConfigText(example, "example"), [], example);
  }
});

Deno.test("docs/configuration.md names every environment variable that is read", async () => {
  const text = await Deno.readTextFile(url);
  const names = [
    "ATMOSPHERE_DATA_DIR",
    "ATMOSPHERE_TOKEN",
    "OLLAMA_HOST",
    ...overrides.flatMap(({ env }) => env ?? []),
    ...providers.flatMap(({ keys, baseUrl }) => baseUrl === undefined ? keys : [...keys, baseUrl]),
  ];
  for (const name of names) assert(text.includes(`\`${name}\``), name);
});
