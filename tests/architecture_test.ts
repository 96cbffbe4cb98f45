/** Holds the imports of the program against the arrows that `docs/architecture.md` draws. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl } from "./support/paths.ts";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** Every allowed arrow between rooms, with its reason. What is not here is forbidden. */
const allowed: readonly Edge[] = [
  { from: "main", to: "cli", reason: "the executable is the command line" },
  { from: "mod", to: "app", reason: "a library user creates a node" },
  { from: "mod", to: "config", reason: "and configures it" },
  { from: "mod", to: "core", reason: "and reads its types and errors" },
  { from: "mod", to: "embed", reason: "the embedder is useful without a node" },
  { from: "mod", to: "router", reason: "so is the router" },
  { from: "mod", to: "memory", reason: "so is the memory" },
  { from: "cli", to: "app", reason: "commands act through a node" },
  { from: "cli", to: "config", reason: "config, init and doctor show and change it" },
  { from: "cli", to: "core", reason: "errors become exit codes" },
  ...["server", "router", "embed", "memory", "backends", "config", "core"].map((to) => ({
    from: "app",
    to,
    reason: "the composition root builds every room",
  })),
  ...["server", "router", "embed", "memory", "backends", "config"].map((from) => ({
    from,
    to: "core",
    reason: "domain types, errors and ports",
  })),
];

/** Packages that one room alone may import, so that the rest does not depend on their ways. */
const soleImporters: readonly { package: RegExp; rooms: readonly string[]; reason: string }[] = [
  { package: /^hono(\/|$)/, rooms: ["server"], reason: "HTTP framework" },
  { package: /^@huggingface\/|^onnxruntime/, rooms: ["embed"], reason: "embedding engine" },
  { package: /^@lat\.md\//, rooms: ["embed"], reason: "embedding weights" },
  { package: /^@libsql\//, rooms: ["memory"], reason: "database" },
  { package: /^@?libp2p(\/|$)/, rooms: ["mesh"], reason: "network" },
  { package: /^@std\/cli(\/|$)/, rooms: ["cli"], reason: "argument parsing" },
  { package: /^@std\/http(\/|$)/, rooms: ["server"], reason: "HTTP negotiation" },
  { package: /^yaml$/, rooms: ["config"], reason: "configuration files" },
];

const root = new URL("../", import.meta.url);

interface Module {
  readonly specifier: string;
  readonly dependencies?: ReadonlyArray<{ readonly specifier: string }>;
}

async function moduleGraph(entry: string): Promise<Module[]> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--quiet",
      "--no-config",
      "--no-lock",
      fromFileUrl(new URL("dist-scripts/dev.ts", root)),
      "info",
      "--json",
      fromFileUrl(new URL(entry, root)),
    ],
    cwd: fromFileUrl(root),
  }).output();
  assert(output.success, new TextDecoder().decode(output.stderr));
  return JSON.parse(new TextDecoder().decode(output.stdout)).modules;
}

/** `core` for `src/core/x.ts`, `main` for `main.ts`; undefined outside the program. */
function roomOf(specifier: string): string | undefined {
  if (!specifier.startsWith(root.href)) return undefined;
  const path = specifier.slice(root.href.length);
  const match = /^src\/([^/]+)\//.exec(path);
  if (match?.[1] !== undefined) return match[1];
  return path === "main.ts" ? "main" : path === "mod.ts" ? "mod" : undefined;
}

const graph = await Promise.all([moduleGraph("main.ts"), moduleGraph("mod.ts")]).then((graphs) =>
  graphs.flat()
);

Deno.test("rooms import only what the table of arrows allows", () => {
  const arrows = new Set(allowed.map(({ from, to }) => `${from} -> ${to}`));
  const offences = new Set<string>();
  for (const module of graph) {
    const from = roomOf(module.specifier);
    if (from === undefined) continue;
    for (const { specifier } of module.dependencies ?? []) {
      if (!specifier.startsWith(".")) continue;
      const target = new URL(specifier, module.specifier).href;
      const to = roomOf(target);
      if (to === undefined || to === from) continue;
      if (!arrows.has(`${from} -> ${to}`)) {
        offences.add(`${module.specifier.slice(root.href.length)} imports ${specifier}`);
      }
    }
  }
  assertEquals([...offences], []);
});

Deno.test("packages are imported only by the room that owns them", () => {
  const offences: string[] = [];
  for (const module of graph) {
    const from = roomOf(module.specifier);
    if (from === undefined) continue;
    for (const { specifier } of module.dependencies ?? []) {
      for (const rule of soleImporters) {
        if (rule.package.test(specifier) && !rule.rooms.includes(from)) {
          offences.push(
            `${module.specifier.slice(root.href.length)} imports ${specifier} (${rule.reason})`,
          );
        }
      }
    }
  }
  assertEquals(offences, []);
});

Deno.test("the graph that is checked is the whole program", () => {
  const rooms = new Set(graph.map(({ specifier }) => roomOf(specifier)));
  for (const room of ["main", "mod", "cli", "app", "server", "router", "embed", "backends"]) {
    assert(rooms.has(room), `${room} is not in the graph`);
  }
});

Deno.test("main.ts is an entry and nothing more", () => {
  const lines = Deno.readTextFileSync(new URL("main.ts", root)).trimEnd().split("\n");
  assert(lines.length <= 20, `main.ts has ${lines.length} lines, 20 are allowed`);
});
