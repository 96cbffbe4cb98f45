/** What JSR gives points for, as far as it is in the files. */
import { assertEquals, assertGreater } from "@std/assert";
import { fromFileUrl, readRepositoryFile } from "../support/paths.ts";
import { publishedFiles } from "../support/jsr_package.ts";
import { finish } from "./tools.ts";

const devScript = fromFileUrl(new URL("../../dist-scripts/dev.ts", import.meta.url));
const root = fromFileUrl(new URL("../../", import.meta.url));
const manifest = JSON.parse(readRepositoryFile("deno.json"));
const largestPackageBytes = 20_000_000;

interface Documented {
  readonly doc?: string;
}
interface Reference {
  readonly nodes: Record<string, {
    readonly module_doc?: Documented;
    readonly symbols: ReadonlyArray<{
      readonly name: string;
      readonly declarations: ReadonlyArray<{ readonly jsDoc?: Documented }>;
    }>;
  }>;
}

Deno.test("every entry point and at least four in five symbols are documented for JSR", async () => {
  const entries = Object.values<string>(manifest.exports);
  const { code, stdout, stderr } = await finish(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-config", "--no-lock", devScript, "doc", "--json"]
      .concat(entries),
    cwd: root,
  });
  assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
  const modules = Object.entries((JSON.parse(stdout) as Reference).nodes);
  assertEquals(modules.length, entries.length);
  assertEquals(modules.filter(([, { module_doc }]) => !module_doc?.doc).map(([name]) => name), []);
  const symbols = modules.flatMap(([, { symbols }]) => symbols);
  const documented = symbols.filter(({ declarations }) =>
    declarations.some(({ jsDoc }) => jsDoc?.doc)
  );
  assertGreater(symbols.length, 10);
  assertGreater(documented.length / symbols.length, 0.8);
});

Deno.test("the read-me shows JSR's visitors an example of the library", () => {
  const blocks = [...readRepositoryFile("README.md").matchAll(/^```ts\n([\s\S]*?)^```/gm)];
  assertEquals(blocks.some(([, code]) => code?.includes(`from "${manifest.name}/mod"`)), true);
});

Deno.test("the package has what JSR takes and is not larger than it takes", () => {
  const files = publishedFiles(manifest);
  for (const name of ["README.md", "LICENSE", "deno.json", "main.ts", "mod.ts"]) {
    assertEquals([name, files.includes(name)], [name, true]);
  }
  assertEquals(files.filter((path) => /_test\.ts$|testdata/.test(path)), []);
  const sizeBytes = files.reduce((sum, path) => sum + Deno.statSync(`${root}${path}`).size, 0);
  assertEquals(sizeBytes < largestPackageBytes, true, `${sizeBytes} bytes`);
  // It has no imports of text, which the dry run does not notice.
  const sources = files.filter((path) => path.endsWith(".ts")).map(readRepositoryFile);
  assertEquals(sources.some((text) => /with\s*\{\s*type:\s*"(text|bytes)"/.test(text)), false);
});
