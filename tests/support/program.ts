/**
 * The program as a user starts it: the executable that `ATMOSPHERE_BINARY` names, else from source.
 *
 * @module
 */

import { fromFileUrl } from "./paths.ts";
import { join } from "node:path";

/** Longest wait for a start; a first one may still be laying files out. */
const startTimeoutMs = 60_000;

const binary = Deno.env.get("ATMOSPHERE_BINARY");
const devScript = fromFileUrl(new URL("../../dist-scripts/dev.ts", import.meta.url));

/** Environment of the program under test: nothing of the machine's own keys and nodes. */
function environment(dataDir: string, extra: Readonly<Record<string, string>>) {
  const kept = ["PATH", "DENO_DIR", "TMPDIR", "SystemRoot", "XDG_CACHE_HOME", "ATMOSPHERE_STD"];
  const env: Record<string, string> = {};
  for (const name of kept) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  return {
    ...env,
    HOME: Deno.env.get("HOME") ?? dataDir,
    ATMOSPHERE_DATA_DIR: dataDir,
    NO_COLOR: "1",
    ...extra,
  };
}

function command(args: readonly string[], options: Deno.CommandOptions): Deno.Command {
  return binary !== undefined
    ? new Deno.Command(binary, { ...options, args: [...args] })
    : new Deno.Command(
      Deno.execPath(),
      {
        ...options,
        args: [
          "run",
          "-A",
          "--quiet",
          "--no-config",
          "--no-lock",
          devScript,
          "atmosphere",
          ...args,
        ],
      },
    );
}

/** What a finished command printed. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@linkcode runProgram}. */
export interface RunOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

/** Runs one command to its end. */
export async function runProgram(args: readonly string[], options: RunOptions): Promise<Output> {
  const child = command(args, {
    env: environment(options.dataDir, options.env ?? {}),
    clearEnv: true,
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  if (options.stdin !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.stdin));
    await writer.close();
  }
  const { code, stdout, stderr } = await child.output();
  return {
    code,
    stdout: new TextDecoder().decode(stdout),
    stderr: new TextDecoder().decode(stderr),
  };
}

/** A node that serves. */
export interface ServingProgram extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  /** Content of the data directory's token. */
  readonly token: string;
  /** Process id of the node itself. */
  readonly pid: number;
  /** Everything that the node wrote to stderr so far. */
  stderr(): string;
  /** Everything that the node wrote to stdout so far. */
  stdout(): string;
  /** Sends SIGTERM and resolves to the exit code. */
  stop(): Promise<number>;
}

/** Options of {@linkcode serveProgram}. */
export interface ServeOptions {
  /** Text of `config.yaml`. Discovery is off unless `discovery` is true. */
  readonly config?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly discovery?: boolean;
}

/** Starts `serve` on a free port with a data directory of its own and waits until it is ready. */
export async function serveProgram(options: ServeOptions = {}): Promise<ServingProgram> {
  const dataDir = await Deno.makeTempDir({ prefix: "atmosphere-e2e-" });
  if (options.config !== undefined) {
    await Deno.writeTextFile(join(dataDir, "config.yaml"), options.config);
  }
  const child = command([
    "serve",
    "--port",
    "0",
    ...(options.discovery ? [] : ["--no-discovery"]),
    ...(options.args ?? []),
  ], {
    env: environment(dataDir, options.env ?? {}),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  let exited = false;
  const status = child.status.then((result) => {
    exited = true;
    return result;
  });
  const stop = async () => {
    if (!exited) child.kill("SIGTERM");
    const { code } = await status;
    await Promise.all([stdout.done, stderr.done]);
    await Deno.remove(dataDir, { recursive: true }).catch(() => {});
    return code;
  };
  const deadline = Date.now() + startTimeoutMs;
  while (!exited && Date.now() < deadline) {
    const record = await readRecord(dataDir);
    if (record !== undefined && await isReady(record.url)) {
      return {
        url: record.url,
        dataDir,
        pid: record.pid,
        token: (await Deno.readTextFile(join(dataDir, "token"))).trim(),
        stdout: () => stdout.text(),
        stderr: () => stderr.text(),
        stop,
        [Symbol.asyncDispose]: async () => void await stop(),
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stop();
  throw new Error(`The node did not get ready:\n${stdout.text()}\n${stderr.text()}`);
}

async function readRecord(dataDir: string): Promise<{ url: string; pid: number } | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(join(dataDir, "node.json")));
  } catch {
    return undefined;
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/ready`);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function collect(stream: ReadableStream<Uint8Array>) {
  let text = "";
  const decoder = new TextDecoder();
  const done = (async () => {
    for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  })();
  return { text: () => text, done };
}

/** A temporary data directory that is removed at the end of its scope. */
export async function temporaryDataDir(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir({ prefix: "atmosphere-e2e-" });
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }).catch(() => {}),
  };
}
