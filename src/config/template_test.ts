import { assert, assertEquals } from "@std/assert";
import { hasSettings, validateConfigText } from "./config_file.ts";
import { defaultSettings, type Settings } from "./defaults.ts";
import { configJsonSchema } from "./json_schema.ts";
import { configTemplate } from "./template.ts";
import { readYaml } from "./yaml_source.ts";

/** The template with every setting that is commented out switched on. */
function switchedOn(): string {
  return configTemplate().split("\n").slice(1)
    .map((line) => line.replace(/^#(?=[a-zA-Z]| {2})/, "")).join("\n");
}

Deno.test("configTemplate() says nothing until a # is removed", () => {
  assertEquals(hasSettings(configTemplate()), false);
  assertEquals(hasSettings(configTemplate("studio")), true);
});

Deno.test("configTemplate() is valid with every # removed", async () => {
  assertEquals(await validateConfigText(switchedOn(), "config.yaml"), []);
});

Deno.test("configTemplate() shows every setting outside lists, with its default", async () => {
  const shown = (await readYaml(switchedOn(), "c")).value as Record<
    string,
    Record<string, unknown>
  >;
  const schema = await configJsonSchema() as {
    properties: Record<string, { properties?: Record<string, unknown> }>;
  };
  const defaults = defaultSettings();
  for (const [section, { properties }] of Object.entries(schema.properties)) {
    assert(shown[section] !== undefined, section);
    // How a secret is given is shown once, not thrice.
    const keys = Object.keys(properties ?? {}).filter((key) => !/^databaseToken/.test(key));
    for (const key of keys) {
      assert(Object.hasOwn(shown[section], key), `${section}.${key}`);
      const standard = (defaults[section as keyof Settings] as Record<string, unknown>)[key];
      if (standard !== undefined) assertEquals(shown[section][key], standard, `${section}.${key}`);
    }
  }
});
