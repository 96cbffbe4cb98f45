/** Sizes, names and words that `CONTRIBUTING.md` asks for, checked. */
import { assert, assertEquals } from "@std/assert";
import { readRepositoryFile, repositoryFiles } from "./support/paths.ts";

const files = repositoryFiles();
const sources = files.filter((path) => /^(src\/|main\.ts$|mod\.ts$)/.test(path))
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".gen.ts"));
const tests = files.filter((path) => path.endsWith("_test.ts"));

function lineCount(path: string): number {
  return readRepositoryFile(path).trimEnd().split("\n").length;
}

Deno.test("source files have at most 500 lines, nine in ten under 300", () => {
  const code = sources.filter((path) => !path.endsWith("_test.ts"));
  const sizes = code.map((path) => ({ path, lines: lineCount(path) }));
  assertEquals(sizes.filter(({ lines }) => lines > 500), []);
  const large = sizes.filter(({ lines }) => lines >= 300);
  assert(
    large.length <= code.length / 10,
    `${large.length} of ${code.length} files have 300 lines or more: ` +
      large.map(({ path, lines }) => `${path} (${lines})`).join(", "),
  );
});

Deno.test("test files have at most 600 lines", () => {
  assertEquals(tests.filter((path) => lineCount(path) > 600), []);
});

Deno.test("files are named in snake_case and by what they hold", () => {
  const vague = /(^|\/|_)(utils?|helpers?|manager|common|misc)(_|\.|\/)/;
  const offences = [...sources, ...tests].filter((path) =>
    !/^([a-z0-9_]+\/)*[a-z0-9_]+(\.gen)?\.ts$/.test(path) || vague.test(path) ||
    path.endsWith("/index.ts")
  );
  assertEquals(offences, []);
});

Deno.test("Deno.exit is called in main.ts alone", () => {
  const offences = sources.filter((path) =>
    path !== "main.ts" && !path.endsWith("_test.ts") &&
    /\bDeno\.exit\(|\bprocess\.exit\(/.test(readRepositoryFile(path))
  );
  assertEquals(offences, []);
});

Deno.test("the environment is read in config/ alone", () => {
  const offences = sources.filter((path) =>
    !path.startsWith("src/config/") && path !== "main.ts" && !path.endsWith("_test.ts") &&
    /\bDeno\.env\b|\bprocess\.env\b/.test(readRepositoryFile(path))
  );
  assertEquals(offences, []);
});

Deno.test("no work is left marked as to be done", () => {
  const mark = /\b(TODO|FIXME|XXX)\b/;
  const offences = [...sources, ...tests].filter((path) =>
    path !== "tests/policy_test.ts" && mark.test(readRepositoryFile(path))
  );
  assertEquals(offences, []);
});

Deno.test("every dependency is pinned and has its reason", () => {
  const { imports } = JSON.parse(readRepositoryFile("deno.json"));
  const reasons = readRepositoryFile("docs/dependencies.md");
  const offences = Object.entries(imports as Record<string, string>).filter(([name, target]) =>
    !reasons.includes(`\`${name}\``) ||
    !(target.startsWith("npm:") ? /@\d+\.\d+\.\d+(-[\w.-]+)?$/ : /^jsr:@std\/.*@\^\d/).test(target)
  );
  assertEquals(offences, []);
});

Deno.test("every script of deno.json's tasks exists", () => {
  const { tasks } = JSON.parse(readRepositoryFile("deno.json"));
  for (const [name, { command }] of Object.entries<{ command: string }>(tasks)) {
    for (const script of command.match(/dist-scripts\/[\w/]+\.ts/g) ?? []) {
      assert(files.includes(script), `task ${name} runs ${script}, which is not there`);
    }
  }
});
