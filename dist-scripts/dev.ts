/**
 * Runs a deno subcommand with everything the project needs set up, on any machine:
 *
 * - The `@std` packages come from JSR where JSR answers, else from npm, where the same code is
 *   published as one package (see `std/`). The choice is made once and remembered in `.cache/`;
 *   `ATMOSPHERE_STD=jsr|npm` forces it.
 * - The embedding model is prepared once into `.cache/models/`.
 *
 * It imports nothing, so that it starts before anything can be resolved.
 *
 *   deno task atmosphere ARGS…          the command line, from source
 *   deno task test [ARGS…]              the tests
 *   deno task ok                        every check
 *   deno task dev SUBCOMMAND [ARGS…]    run, check, test, bench, doc, publish, info …
 */

type Source = "jsr" | "npm";

interface Config {
  imports: Record<string, string>;
  publish: { include: string[] };
  [key: string]: unknown;
}

const root = new URL("../", import.meta.url);
const cache = new URL(".cache/", root);
const generatedConfig = new URL(".deno-npm.json", root);
const importMap = new URL("import_map.json", cache);
const lock = new URL("deno.lock", cache);
const marker = new URL("std-source", cache);
/** Scripts that need no model, or prepare it themselves: to make a release fetches none. */
const withoutModel = /(^|\/)dist-scripts\/(build\w*|check_licences|release)\.ts$/;
const modelManifest = new URL("models/all-minilm-l6-v2-q8/manifest.json", cache);
const jsrProbeTimeoutMs = 2_000;
/** A request's signal then aborts only when the caller goes away; without it Deno warns on stderr. */
const runtimeFlags = ["--unstable-no-legacy-abort"];

function path(url: URL): string {
  const decoded = decodeURIComponent(url.pathname);
  return Deno.build.os === "windows" ? decoded.slice(1).replaceAll("/", "\\") : decoded;
}

function readText(url: URL): string | undefined {
  try {
    return Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Writes only what differs, so that repeated runs leave modification times alone. */
function writeText(url: URL, text: string): void {
  if (readText(url) !== text) Deno.writeTextFileSync(url, text);
}

async function jsrAnswers(): Promise<boolean> {
  try {
    const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
    const response = await fetch(new URL("@std/assert/meta.json", registry), {
      signal: AbortSignal.timeout(jsrProbeTimeoutMs),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function chooseSource(): Promise<Source> {
  const forced = Deno.env.get("ATMOSPHERE_STD");
  if (forced === "jsr" || forced === "npm") return forced;
  if (forced !== undefined) {
    console.error(`ATMOSPHERE_STD must be "jsr" or "npm", got "${forced}"`);
    Deno.exit(2);
  }
  const remembered = readText(marker);
  if (remembered === "jsr" || remembered === "npm") return remembered;
  const source: Source = await jsrAnswers() ? "jsr" : "npm";
  writeText(marker, source);
  return source;
}

/** The `imports` of deno.json with each `jsr:@std/x` replaced by the shims in `std/`. */
function npmImports(config: Config): Record<string, string> {
  const imports: Record<string, string> = {};
  for (const [name, target] of Object.entries(config.imports)) {
    if (!target.startsWith("jsr:")) {
      imports[name] = target;
      if (target.startsWith("npm:")) imports[`${name}/`] = target.replace("npm:", "npm:/") + "/";
    }
  }
  for (const entry of Deno.readDirSync(new URL("std/", import.meta.url))) {
    // `http_status.ts` stands for `@std/http/status`, `assert.ts` for `@std/assert`.
    const [name = "", ...rest] = entry.name.replace(/\.ts$/, "").split("_");
    const subpath = rest.length > 0 ? `/${rest.join("-")}` : "";
    imports[`@std/${name}${subpath}`] = `./dist-scripts/std/${entry.name}`;
  }
  return imports;
}

function writeNpmConfig(config: Config): void {
  const imports = npmImports(config);
  const mapped = Object.fromEntries(
    Object.entries(imports).map(([key, value]) => [
      key,
      value.startsWith("./") ? `../${value.slice(2)}` : value,
    ]),
  );
  writeText(importMap, JSON.stringify({ imports: mapped }, null, 2));
  const publish = {
    ...config.publish,
    include: [...config.publish.include, "dist-scripts/std/"],
  };
  const { tasks: _, ...rest } = config;
  writeText(generatedConfig, JSON.stringify({ ...rest, imports, publish }, null, 2));
}

/** Seeds the working lock from the committed one whenever that is newer. */
function seedLock(): void {
  const committed = new URL("deno.lock", root);
  const text = readText(committed);
  if (text === undefined) return;
  const seeded = new URL("deno.lock.seed", cache);
  if (readText(seeded) === text && readText(lock) !== undefined) return;
  Deno.writeTextFileSync(lock, text);
  Deno.writeTextFileSync(seeded, text);
}

async function setUp(): Promise<Source> {
  Deno.mkdirSync(cache, { recursive: true });
  const source = await chooseSource();
  seedLock();
  if (source === "npm") {
    const config: Config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root)));
    writeNpmConfig(config);
  }
  return source;
}

/** Flags that make a subcommand resolve the project's imports from `source`. */
function resolutionFlags(subcommand: string, source: Source): string[] {
  switch (subcommand) {
    case "fmt":
    case "lint":
      return [];
    case "publish":
      return source === "npm" ? [`--config=${path(generatedConfig)}`] : [];
    case "doc":
      return [...(source === "npm" ? [`--import-map=${path(importMap)}`] : []), "--no-lock"];
    case "compile":
      return ["--no-lock"];
    default:
      return [
        ...(source === "npm" ? [`--import-map=${path(importMap)}`] : []),
        `--lock=${path(lock)}`,
      ];
  }
}

/** Runs deno and resolves to its exit code; signals that end this process are passed on. */
async function deno(args: string[], cwd?: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args,
    ...(cwd === undefined ? {} : { cwd }),
  }).spawn();
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  // A terminal sends SIGINT to the whole foreground group, so the child has it already.
  const forward = () => {
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended already.
    }
  };
  const handlers = signals.map((signal) => ({
    signal,
    handler: signal === "SIGTERM" ? forward : () => {},
  }));
  for (const { signal, handler } of handlers) Deno.addSignalListener(signal, handler);
  const status = await child.status;
  for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
  return status.code;
}

async function run(source: Source, subcommand: string, args: string[]): Promise<number> {
  return await deno([subcommand, ...resolutionFlags(subcommand, source), ...args]);
}

async function prepareModel(source: Source): Promise<void> {
  if (readText(modelManifest) !== undefined) return;
  const code = await run(source, "run", [
    "-A",
    "--quiet",
    path(new URL("prepare_model.ts", import.meta.url)),
    path(new URL(".", modelManifest)),
  ]);
  if (code !== 0) Deno.exit(code);
}

/** The checks of `deno task ok`, cheapest first. */
async function ok(source: Source): Promise<number> {
  const entryPoints = ["main.ts", "mod.ts"];
  const steps: Array<[title: string, subcommand: string, args: string[]]> = [
    ["format", "fmt", ["--check", "--quiet"]],
    ["lint", "lint", ["--quiet"]],
    ["types", "check", ["--quiet", "main.ts", "mod.ts", "src/", "tests/", "dist-scripts/"]],
    ["documentation", "doc", ["--lint", ...entryPoints]],
    ["publish", "publish", ["--dry-run", "--allow-dirty", "--quiet"]],
    ["tests", "test", testArguments([])],
  ];
  for (const [title, subcommand, args] of steps) {
    console.error(`\x1b[1m${title}\x1b[0m`);
    const code = await run(source, subcommand, args);
    if (code !== 0) {
      console.error(`deno task ok: ${title} failed`);
      return code;
    }
  }
  return 0;
}

function testArguments(args: string[]): string[] {
  return [
    "-A",
    "--quiet",
    ...(args.length > 0 ? args : [
      "--doc",
      "--parallel",
      "src/",
      "tests/",
      "mod.ts",
    ]),
  ];
}

async function main(): Promise<number> {
  const [subcommand, ...args] = Deno.args;
  if (subcommand === undefined) {
    console.error(
      "Usage: deno task dev SUBCOMMAND [ARGS…], for example: deno task dev check main.ts",
    );
    return 2;
  }
  const source = await setUp();
  switch (subcommand) {
    case "atmosphere":
      await prepareModel(source);
      return await run(source, "run", [
        "-A",
        "--quiet",
        ...runtimeFlags,
        path(new URL("main.ts", root)),
        ...args,
      ]);
    case "test":
      await prepareModel(source);
      return await run(source, "test", testArguments(args));
    case "ok":
      await prepareModel(source);
      return await ok(source);
    case "run":
      if (!args.some((arg) => withoutModel.test(arg))) await prepareModel(source);
      return await run(source, subcommand, args);
    case "bench":
      await prepareModel(source);
      return await run(source, subcommand, args);
    default:
      return await run(source, subcommand, args);
  }
}

Deno.exit(await main());
