import { configJsonSchema } from "../json_schema.ts";
import { flagName, overrides } from "../overrides.ts";

interface Node {
  type?: string | string[];
  enum?: string[];
  minimum?: number;
  maximum?: number;
  description?: string;
  default?: unknown;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  additionalProperties?: Node | boolean;
}

const plurals: Readonly<Record<string, string>> = {
  text: "texts",
  "whole number": "whole numbers",
  mapping: "mappings",
};

function typeOf(node: Node): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${value}\``).join(", ");
  const type = Array.isArray(node.type) ? node.type[0] : node.type;
  const range = node.minimum === undefined || Math.abs(node.minimum) > 1e9
    ? ""
    : `, ${node.minimum} to ${node.maximum}`;
  switch (type) {
    case "integer":
      return `whole number${range}`;
    case "number":
      return `number${range}`;
    case "boolean":
      return "`true`, `false`";
    case "array": {
      const item = typeOf(node.items ?? {}).replace(/,.*/, "");
      return `list of ${plurals[item] ?? item}`;
    }
    case "object":
      return "mapping";
    default:
      return "text";
  }
}

function row(path: string, node: Node, isRequired: boolean): string {
  const override = overrides.find((entry) => entry.path.join(".") === path);
  const standard = isRequired
    ? "required"
    : node.default === undefined
    ? ""
    : `\`${JSON.stringify(node.default).replace(/^"(.*)"$/, "$1")}\``;
  const env = override?.env === undefined ? "" : `\`${override.env}\``;
  const flag = override?.flag === undefined ? "" : `\`${flagName(override.flag)}\``;
  const meaning = (node.description ?? "").replace(/\.$/, "");
  const cells = [`\`${path}\``, typeOf(node), standard, env, flag, meaning];
  return `| ${cells.join(" | ")} |`;
}

/** Rows of every key below `node`; a list's entries are written `name[]`. */
function rows(path: string, node: Node): string[] {
  const found: string[] = [];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const name = path === "" ? key : `${path}.${key}`;
    if (child.properties === undefined) {
      found.push(row(name, child, node.required?.includes(key) ?? false));
    }
    found.push(...rows(name, child));
    if (child.items?.properties !== undefined) found.push(...rows(`${name}[]`, child.items));
  }
  return found;
}

/** One heading and one table a section, as `docs/configuration.md` shows them. */
export async function settingsTables(): Promise<string> {
  const schema = await configJsonSchema() as Node;
  const parts: string[] = [];
  for (const [key, node] of Object.entries(schema.properties ?? {})) {
    parts.push(
      `### \`${key}\``,
      "",
      node.description ?? "",
      "",
      "| Setting | Type | Default | Environment | Flag | Meaning |",
      "| --- | --- | --- | --- | --- | --- |",
      ...rows("", { properties: { [key]: node } }),
      "",
    );
  }
  return parts.join("\n");
}
