/**
 * The listener: binds, says who holds the port when it is taken, ends softly or hard.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";

/** Longest look at what holds a port that is taken. */
const holderProbeMs = 500;

/** A bound listener. */
export interface Listener {
  /** The port it got. */
  readonly port: number;
  /** Accepts nothing more; resolves when everything under way is done, or after `graceMs`. */
  close(options: { graceMs: number }): Promise<void>;
}

/** What {@linkcode listen} needs. */
export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly handler: Deno.ServeHandler<Deno.NetAddr>;
  /** Hears of what the handler let through; the caller gets a bare 500. */
  readonly onError: (error: unknown) => void;
}

/** Binds and serves. Throws `port_in_use` or `config_invalid` when it can't bind. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { host, port } = options;
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve({
      hostname: host,
      port,
      onListen: () => {},
      onError: (error) => {
        options.onError(error);
        return new Response(null, { status: 500 });
      },
    }, options.handler);
  } catch (cause) {
    throw await bindError(cause, options);
  }
  return {
    port: server.addr.port,
    close: async ({ graceMs }) => {
      // A server that is being shut down can't be told to cut what is left: aborting its signal then
      // throws where nobody can catch it. What is left ends with whatever serves it.
      const over = Promise.withResolvers<void>();
      const timer = setTimeout(over.resolve, graceMs);
      await Promise.race([server.shutdown(), over.promise]);
      clearTimeout(timer);
    },
  };
}

/** `host` as it stands in a URL that reaches this listener from this machine. */
export function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

async function bindError(
  cause: unknown,
  { host, port }: { host: string; port: number },
): Promise<unknown> {
  if (cause instanceof Deno.errors.AddrInUse) {
    const holder = await portHolder(host, port);
    return new AtmosphereError("port_in_use", `Port ${port} on ${host} is taken${holder}`, {
      cause,
      param: "server.port",
      hint: "Stop what holds it, or choose another port with --port or ATMOSPHERE_PORT",
    });
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return new AtmosphereError("config_invalid", `This machine has no address ${host}`, {
      cause,
      param: "server.host",
    });
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new AtmosphereError("config_invalid", `Listening on port ${port} is not permitted`, {
      cause,
      param: "server.port",
      hint: "Ports below 1024 need privileges: choose a higher one",
    });
  }
  return cause;
}

/** Whether it is another node that holds the port: that is the usual case. */
async function portHolder(host: string, port: number): Promise<string> {
  try {
    const response = await fetch(`http://${urlHost(host)}:${port}/health`, {
      redirect: "manual",
      signal: AbortSignal.timeout(holderProbeMs),
    });
    await response.body?.cancel();
    const node = response.headers.get("x-atmosphere-node");
    return node === null ? " by another program" : ` by the Atmosphere node ${node.slice(0, 64)}`;
  } catch {
    return " by another program";
  }
}
