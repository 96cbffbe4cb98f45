import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { defaultSettings } from "./defaults.ts";
import { configJsonSchema, configJsonSchemaText } from "./json_schema.ts";
import { fileSchema } from "./schema.ts";
import { schemaLine } from "./template.ts";

interface Node {
  type?: string | string[];
  description?: string;
  default?: unknown;
  properties?: Record<string, Node>;
  items?: Node;
  additionalProperties?: Node | boolean;
}

function walk(node: Node, path: string, visit: (node: Node, path: string) => void): void {
  visit(node, path);
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    walk(child, path === "" ? key : `${path}.${key}`, visit);
  }
  if (node.items !== undefined) walk(node.items, `${path}[]`, visit);
}

Deno.test("the defaults of the schema and those of an absent file are the same", () => {
  assertEquals(v.parse(fileSchema, {}), defaultSettings());
});

Deno.test("configJsonSchema() describes every key and closes every section", async () => {
  walk(await configJsonSchema() as Node, "", (node, path) => {
    assert((node.description ?? "") !== "", `${path} has no description`);
    if (node.properties !== undefined) assertEquals(node.additionalProperties, false, path);
  });
});

Deno.test("configJsonSchema() has the default of every key that has one", async () => {
  walk(await configJsonSchema() as Node, "", (node, path) => {
    if (path === "" || path.includes("[]") || node.properties !== undefined) return;
    const standard = path.split(".").reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      defaultSettings(),
    );
    assertEquals(node.default, standard, path);
  });
});

Deno.test("docs/config.schema.json is current", async () => {
  const url = new URL("../../docs/config.schema.json", import.meta.url);
  const text = await configJsonSchemaText();
  if (Deno.env.get("ATMOSPHERE_UPDATE_DOCS") === "1") await Deno.writeTextFile(url, text);
  assertEquals(
    await Deno.readTextFile(url),
    text,
    "run ATMOSPHERE_UPDATE_DOCS=1 deno task test src/config/",
  );
});

Deno.test("the file names its schema in the way that editors read", () => {
  assertEquals(schemaLine, "# yaml-language-server: $schema=./config.schema.json");
});
