/**
 * What went wrong between this node and a backend.
 *
 * @module
 */

import { BackendError, type ErrorOrigin } from "../../core/mod.ts";
import { MalformedHttp } from "./head_parser.ts";
import { ConnectionCut } from "./wire_connection.ts";

/** A kind of transport failure. */
export type TransportFailure = "refused" | "reset" | "dns" | "tls" | "timeout" | "unreachable";

/** Who is blamed, and where it is. */
export interface BlamedAddress {
  readonly origin: ErrorOrigin;
  /** URL whose host is named; nothing else of it is shown. */
  readonly base: string;
}

/** What the runtime said, with all its causes. */
function described(error: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    texts.push(at.name, at.message);
    at = at.cause;
  }
  return texts.join(" ").toLowerCase();
}

/**
 * The kind of failure behind an error of a connection or of `fetch`. The runtime has no classes
 * for DNS and TLS failures, and one class for all of `fetch`: those are told apart by their text,
 * which decides the wording of a message and nothing else.
 */
export function transportFailure(error: unknown): TransportFailure {
  if (error instanceof Deno.errors.ConnectionRefused) return "refused";
  if (
    error instanceof ConnectionCut || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionAborted ||
    error instanceof Deno.errors.UnexpectedEof
  ) return "reset";
  if (error instanceof Deno.errors.TimedOut) return "timeout";
  const text = described(error);
  if (text.includes("refused")) return "refused";
  if (/dns error|failed to lookup/.test(text)) return "dns";
  if (/certificate|tls|ssl|handshake|corrupt message/.test(text)) return "tls";
  if (/timed out|deadline/.test(text)) return "timeout";
  if (/reset|broken pipe|eof|connection closed|reading a body/.test(text)) return "reset";
  return "unreachable";
}

const sentences: Record<TransportFailure, readonly [message: string, hint: string]> = {
  refused: [
    "Nothing listens at HOST (connection refused)",
    "Start the model server, or correct its address in the configuration",
  ],
  reset: [
    "HOST closed the connection before its answer was whole",
    "The model server may have crashed; its log may tell why",
  ],
  dns: [
    "The host name of HOST can't be resolved",
    "Correct the address in the configuration, or check this machine's DNS",
  ],
  tls: [
    "No secure connection to HOST could be made (TLS)",
    "Check the certificate of the server, or use http where it has none",
  ],
  timeout: [
    "The connection to HOST timed out",
    "Check that the host is up and that no firewall is in between",
  ],
  unreachable: [
    "HOST can't be reached",
    "Check that the host is up and that no firewall is in between",
  ],
};

/** The error of a backend that could not be reached, went away, or does not speak HTTP. */
export function unreachable(cause: unknown, at: BlamedAddress): BackendError {
  const { host } = new URL(at.base);
  const { origin } = at;
  if (cause instanceof MalformedHttp) {
    return new BackendError(
      "backend_invalid_response",
      `${host} answered with what is not HTTP: ${cause.message}`,
      { origin, cause, hint: "Check that a model server listens at this port" },
    );
  }
  const failure = transportFailure(cause);
  const [message, hint] = sentences[failure];
  return new BackendError(
    failure === "timeout" ? "backend_timeout" : "backend_unreachable",
    message.replace("HOST", host),
    { origin, hint, cause, details: { failure } },
  );
}

/** The error of a backend that sent no head in time. */
export function silentFor(timeoutMs: number, at: BlamedAddress): BackendError {
  return new BackendError(
    "backend_timeout",
    `${new URL(at.base).host} did not answer within ${timeoutMs} ms`,
    { origin: at.origin },
  );
}

/** The error of a body that is longer than allowed. */
export function tooLong(maxBytes: number, at: BlamedAddress): BackendError {
  return new BackendError(
    "backend_invalid_response",
    `${new URL(at.base).host} answered with more than ${maxBytes} bytes`,
    { origin: at.origin },
  );
}
