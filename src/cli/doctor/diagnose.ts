/**
 * Every check, in the order in which one depends on another.
 *
 * @module
 */

import { dataDirPaths, resolveDataDir } from "../../config/data_dir.ts";
import type { Config } from "../../config/types.ts";
import { describeMistake } from "../../config/mistake.ts";
import { configFileMistakes } from "../config_mistakes.ts";
import { configPath } from "../config_path.ts";
import type { Invocation } from "../invocation.ts";
import { loadSettings, nodeOptions } from "../settings.ts";
import { checkBackends, checkDiscovery } from "./check_backends.ts";
import { checkEngine } from "./check_engine.ts";
import { checkDataDir, checkIdentity, checkSpace, checkToken } from "./check_files.ts";
import { checkClock, checkOpenFiles, checkProxies } from "./check_machine.ts";
import { checkPort } from "./check_port.ts";
import { type Finding, fromError } from "./finding.ts";

/** Yields each finding as soon as it is there. */
export async function* diagnose(invocation: Invocation): AsyncGenerator<Finding> {
  const { context, flags, signal } = invocation;
  const dataDir = resolveDataDir(context.env, flags.string("data-dir"));
  const paths = dataDirPaths(dataDir);
  const directory = await checkDataDir(dataDir);
  yield directory;
  const isNew = directory.verdict === "warning" && !await exists(dataDir);
  let isWhole = directory.verdict !== "broken" && !isNew;
  yield await checkSpace(dataDir);
  const { finding, config } = await checkConfig(invocation);
  yield finding;
  if (isNew) {
    yield { id: "identity", title: "Identity", verdict: "skipped", found: "made by init or serve" };
    yield { id: "token", title: "Token", verdict: "skipped", found: "made by init or serve" };
  } else {
    const secrets = [await checkIdentity(dataDir), await checkToken(dataDir, config?.token)];
    yield* secrets;
    isWhole &&= secrets.every(({ verdict }) => verdict === "ok");
  }
  yield await checkClock([paths.config, paths.identity, paths.token, paths.database]);
  yield checkProxies(context.env);
  yield await checkOpenFiles();
  signal.throwIfAborted();
  if (config === undefined) {
    for (const [id, title] of needingConfig) {
      yield { id, title, verdict: "skipped", found: "needs a valid configuration" };
    }
    return;
  }
  yield await checkPort(config, signal);
  yield* checkNode(invocation, { config, isWhole });
}

const needingConfig = [
  ["port", "Port"],
  ["embedding", "Embedding model"],
  ["discovery", "Discovery"],
] as const;

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function checkConfig(
  invocation: Invocation,
): Promise<{ readonly finding: Finding; readonly config: Config | undefined }> {
  const check = { id: "config", title: "Configuration" };
  try {
    const mistakes = await configFileMistakes(invocation);
    if (mistakes.length > 0) {
      const found = mistakes.map(describeMistake).join("\n");
      const mend = `Correct ${
        configPath(invocation)
      }; docs/configuration.md describes every setting`;
      return { finding: { ...check, verdict: "broken", found, mend }, config: undefined };
    }
    const config = await loadSettings(invocation);
    const found = config.file === undefined
      ? "no file, the defaults hold"
      : `${config.file} is valid`;
    return { finding: { ...check, verdict: "ok", found }, config };
  } catch (error) {
    return { finding: fromError(check, error), config: undefined };
  }
}

/** Checks that need a node: the running one, else one in this process. */
async function* checkNode(
  invocation: Invocation,
  { config, isWhole }: { readonly config: Config; readonly isWhole: boolean },
): AsyncGenerator<Finding> {
  const { context, signal } = invocation;
  // Looking must not make what is missing, nor fail again for what was found broken already.
  const standIn = isWhole ? undefined : await makeStandIn(config.dataDir);
  try {
    const { connect } = await context.app();
    const here = standIn === undefined ? config : { ...config, dataDir: standIn };
    // What goes wrong is a finding, not a line of the log.
    const level = invocation.flags.boolean("verbose") ? "debug" : "silent";
    await using node = await connect(here, nodeOptions(invocation, here, { level }));
    yield await checkEngine(node, { signal });
    const backends = await node.refresh({ signal });
    const capabilities = await node.capabilities({ signal });
    yield* checkBackends(backends);
    yield checkDiscovery(config, { backends, capabilities });
  } catch (error) {
    signal.throwIfAborted();
    yield fromError({ id: "node", title: "Node" }, error);
  } finally {
    if (standIn !== undefined) await Deno.remove(standIn, { recursive: true }).catch(() => {});
  }
}

/** A data directory for the time of the checks, with the models of `dataDir` where it has some. */
async function makeStandIn(dataDir: string): Promise<string> {
  const path = await Deno.makeTempDir({ prefix: "atmosphere-doctor-" });
  const { models } = dataDirPaths(dataDir);
  if (await exists(models)) {
    // Without the right to link, they are fetched anew.
    await Deno.symlink(models, dataDirPaths(path).models, { type: "dir" }).catch(() => {});
  }
  return path;
}
