import { assert, assertEquals } from "@std/assert";

/** Every specifier that is loaded with the module `url`, without what is imported on demand. */
async function staticImports(url: URL, seen = new Map<string, string[]>()): Promise<string[]> {
  if (seen.has(url.href)) return [];
  const code = await Deno.readTextFile(url);
  const found = [...code.matchAll(/^(?:import|export)\s(?!type\b)[^;]*?from\s+"([^"]+)";/gm)]
    .map((match) => match[1] ?? "");
  seen.set(url.href, found);
  const packages: string[] = [];
  for (const specifier of found) {
    if (!specifier.startsWith(".")) packages.push(specifier);
    else packages.push(...await staticImports(new URL(specifier, url), seen));
  }
  return packages;
}

Deno.test("mod.ts loads no package until there is something to parse", async () => {
  assertEquals(await staticImports(new URL("mod.ts", import.meta.url)), []);
});

Deno.test("staticImports() sees packages", async () => {
  const found = await staticImports(new URL("validate.ts", import.meta.url));
  assert(found.includes("valibot"));
});
