/** Runs a new executable, since a wrong base binary compiles "successfully" too. */
import { join } from "node:path";

/** Longest wait for any one answer. */
const answerTimeoutMs = 60_000;

/** Throws unless `executable` prints `version`, embeds a text, remembers it and serves. */
export async function checkExecutable(
  executable: string,
  options: { version: string },
): Promise<void> {
  const dataDir = await Deno.makeTempDir({ prefix: "atmosphere-check-" });
  try {
    const env = {
      ATMOSPHERE_DATA_DIR: dataDir,
      ATMOSPHERE_CACHE_DIR: join(dataDir, "cache"),
      HOME: dataDir,
      NO_COLOR: "1",
    };
    const version = await run(executable, { args: ["--version"], env });
    if (!version.includes(options.version)) {
      throw new Error(`${executable} prints "${version.trim()}" instead of ${options.version}`);
    }
    const answer = JSON.parse(
      await run(executable, { args: ["embed", "a small test", "--json"], env }),
    );
    const dimensions = answer.data?.[0]?.embedding?.length;
    if (dimensions !== 384) {
      throw new Error(`${executable} embeds into ${dimensions} dimensions instead of 384`);
    }
    await run(executable, { args: ["memory", "add", "--text", "a small test"], env });
    const found = await run(executable, { args: ["memory", "search", "test", "--json"], env });
    if (!found.includes("a small test")) throw new Error(`${executable} does not remember`);
    await checkServing(executable, { dataDir, env });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function run(
  executable: string,
  options: { args: string[]; env: Record<string, string> },
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(executable, {
    ...options,
    signal: AbortSignal.timeout(answerTimeoutMs),
  }).output();
  if (!success) {
    throw new Error(
      `${executable} ${options.args.join(" ")} failed: ${new TextDecoder().decode(stderr)}`,
    );
  }
  return new TextDecoder().decode(stdout);
}

async function checkServing(
  executable: string,
  options: { dataDir: string; env: Record<string, string> },
): Promise<void> {
  const child = new Deno.Command(executable, {
    args: ["serve", "--port", "0", "--no-discovery"],
    env: options.env,
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const deadline = Date.now() + answerTimeoutMs;
    for (;;) {
      if (Date.now() > deadline) throw new Error(`${executable} serve does not get ready`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const record = await Deno.readTextFile(join(options.dataDir, "node.json")).catch(() => "");
      if (record === "") continue;
      const response = await fetch(`${JSON.parse(record).url}/ready`).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return;
    }
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}
