import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { InitReport } from "../../app/types.ts";
import { runInMemory } from "../testdata/context.ts";
import { backend } from "../testdata/node.ts";

const env = { HOME: "/nowhere" };
const report: InitReport = {
  dataDir: "/nowhere/.atmosphere",
  nodeName: "workstation",
  peerId: "12D3KooWTest",
  files: [
    { path: "/nowhere/.atmosphere/config.yaml", state: "created" },
    { path: "/nowhere/.atmosphere/identity.json", state: "created" },
  ],
  backends: [backend("embedded", { source: "embedded", models: 1 }), backend("ollama")],
  capabilities: 3,
};

Deno.test("init reports what it made, what it found and what comes next", async () => {
  const app = { initNode: () => Promise.resolve(report) };
  const { code, stdout, stderr } = await runInMemory(["init"], { env, app });
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "Atmosphere is set up in /nowhere/.atmosphere\n");
  assertStringIncludes(stdout, "  node      workstation 12D3KooWTest\n");
  assertStringIncludes(stdout, "  created   config.yaml, identity.json\n");
  assertStringIncludes(stdout, "Found 1 backend, 3 capabilities in all");
  assertStringIncludes(stdout, "deno task atmosphere serve");
});

Deno.test("init says when it was done before, and how to add models where there are none", async () => {
  const again: InitReport = {
    ...report,
    files: report.files.map((file) => ({ ...file, state: "kept" as const })),
    backends: [],
  };
  const app = { initNode: () => Promise.resolve(again) };
  const { stdout } = await runInMemory(["init"], { env, app });
  assertStringIncludes(stdout, "Atmosphere was set up already");
  assertStringIncludes(stdout, "No model server answers on this machine");
  assertStringIncludes(stdout, "OPENAI_API_KEY");
});

Deno.test("init --json prints the report, and flags reach the configuration", async () => {
  const seen: unknown[] = [];
  const app: Parameters<typeof runInMemory>[1] = {
    env,
    app: {
      initNode: (config) => {
        seen.push(config.node.name, config.discovery.enabled, config.dataDir);
        return Promise.resolve(report);
      },
    },
  };
  const argv = ["init", "--json", "--node-name", "box", "--no-discovery", "--data-dir", "/x/y"];
  const { stdout } = await runInMemory(argv, app);
  assertEquals(JSON.parse(stdout), JSON.parse(JSON.stringify(report)));
  assertEquals(seen, ["box", false, "/x/y"]);
  assert(stdout.endsWith("\n"));
});
