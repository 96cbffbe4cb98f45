/**
 * The JSON Schema of the configuration file, for editors.
 *
 * @module
 */

interface JsonSchema {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  [key: string]: unknown;
}

/**
 * Fits a generated schema to how the file is read and to how editors complete it: a section whose
 * keys are all commented out is `null` and means "absent"; a section's default is not offered as
 * text to insert, for its keys have their own.
 */
function fitSections(schema: JsonSchema): void {
  const required = new Set(schema.required ?? []);
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const isSection = property.type === "object" || property.type === "array";
    if (isSection && !required.has(key)) property.type = [property.type as string, "null"];
    if (property.properties !== undefined) delete property.default;
    fitSections(property);
  }
  if (schema.items !== undefined) fitSections(schema.items);
}

/**
 * The JSON Schema (draft-07, which editors know best) of `config.yaml`, with a description on every
 * key and the default wherever it does not depend on the machine.
 *
 * Made from the definitions that validate the file; the generator is loaded only here.
 */
export async function configJsonSchema(): Promise<Record<string, unknown>> {
  const [{ toJsonSchema }, { fileSchema }] = await Promise.all([
    import("@valibot/to-json-schema"),
    import("./schema.ts"),
  ]);
  const { $schema, ...schema } = toJsonSchema(
    fileSchema as unknown as Parameters<typeof toJsonSchema>[0],
    { target: "draft-07", typeMode: "input" },
  ) as JsonSchema;
  fitSections(schema);
  return {
    $schema,
    title: "Atmosphere configuration",
    $comment: "Written by atmosphere init; changes to this file are lost",
    ...schema,
  };
}

/** The JSON Schema as the text of `config.schema.json`. */
export async function configJsonSchemaText(): Promise<string> {
  return JSON.stringify(await configJsonSchema(), null, 2) + "\n";
}
