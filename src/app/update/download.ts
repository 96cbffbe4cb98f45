/**
 * Downloads that are protected, bounded, and never wait for ever.
 *
 * @module
 */

import { AtmosphereError, isAbort } from "../../core/errors.ts";

/** How to download. */
export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** @default the global one */
  readonly fetch?: typeof fetch;
  /** Longest silence of the server, in milliseconds. @default 30000 */
  readonly stallMs?: number;
}

/** An answer that arrives. */
export interface Download {
  /** Size as the server states it. */
  readonly sizeBytes: number | undefined;
  /** The bytes. Throws `update_failed` when they stop before their end. */
  readonly chunks: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

const mostRedirects = 5;
const defaultStallMs = 30_000;
/** The least significant files of a release are lists. */
const mostTextBytes = 8_000_000;

/**
 * Starts to download `url`, which redirects may lead on from, to https or this machine alone.
 *
 * Throws `update_failed` with the address and what was wrong.
 */
export async function download(url: string, options: DownloadOptions): Promise<Download> {
  const patience = new Patience(options);
  try {
    const { response, body, address } = await follow(url, patience, options);
    const size = Number(response.headers.get("content-length") ?? Number.NaN);
    return {
      // What is compressed on the way has another size here.
      sizeBytes: Number.isNaN(size) || response.headers.has("content-encoding") ? undefined : size,
      chunks: bytesOf(body, { address, patience, options }),
    };
  } catch (error) {
    patience.end();
    throw error;
  }
}

/** The answer at the end of all redirects. */
async function follow(url: string, patience: Patience, options: DownloadOptions) {
  let address = url;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    requireProtected(address);
    const response = await ask(address, patience, options);
    const location = response.headers.get("location");
    if (response.status >= 300 && response.status < 400 && location !== null) {
      await response.body?.cancel();
      address = new URL(location, address).href;
      continue;
    }
    const { body } = response;
    if (response.ok && body !== null) return { response, body, address };
    await body?.cancel();
    throw failure(address, `the server answered ${response.status}`);
  }
  throw failure(url, `it was redirected more than ${mostRedirects} times`);
}

/** Downloads a small file as text. Throws `update_failed`. */
export async function downloadText(url: string, options: DownloadOptions): Promise<string> {
  const { chunks } = await download(url, options);
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > mostTextBytes) throw failure(url, "it is far larger than it should be");
  }
  return text + decoder.decode();
}

/** Aborts when nothing has come for long enough. */
class Patience {
  readonly #over = new AbortController();
  readonly #ms: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ stallMs = defaultStallMs }: DownloadOptions) {
    this.#ms = stallMs;
    this.renew();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  get seconds(): number {
    return Math.round(this.#ms / 100) / 10;
  }

  renew(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#over.abort(), this.#ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function ask(
  address: string,
  patience: Patience,
  options: DownloadOptions,
): Promise<Response> {
  try {
    patience.renew();
    return await (options.fetch ?? fetch)(address, {
      redirect: "manual",
      signal: AbortSignal.any([options.signal, patience.signal]),
    });
  } catch (error) {
    throw reasonOf(error, { address, patience, options });
  }
}

interface Running {
  readonly address: string;
  readonly patience: Patience;
  readonly options: DownloadOptions;
}

async function* bytesOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  running: Running,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for await (const chunk of body) {
      running.patience.renew();
      yield chunk;
    }
  } catch (error) {
    throw reasonOf(error, running);
  } finally {
    running.patience.end();
  }
}

function reasonOf(error: unknown, { address, patience, options }: Running): unknown {
  if (options.signal.aborted) return options.signal.reason;
  if (patience.signal.aborted && isAbort(error)) {
    return failure(address, `the server was silent for ${patience.seconds} s`, error);
  }
  // What whoever reads the bytes throws passes through here as well.
  if (error instanceof AtmosphereError) return error;
  return failure(address, `the connection failed: ${innermost(error)}`, error);
}

/** What lies at the bottom of a failure to fetch; the upper ones say no more than that it failed. */
function innermost(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message : String(deepest);
}

function requireProtected(address: string): void {
  const { protocol, hostname } = new URL(address);
  const isLoopback = ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
  if (protocol === "https:" || (protocol === "http:" && isLoopback)) return;
  throw failure(address, "the connection would not be protected");
}

function failure(address: string, reason: string, cause?: unknown): AtmosphereError {
  return new AtmosphereError("update_failed", `Downloading ${address} failed: ${reason}`, {
    cause,
    hint: "Nothing was changed; try again, or name a mirror in ATMOSPHERE_RELEASES_URL",
  });
}
