/**
 * What went wrong between this node and a backend, from what `fetch` throws.
 *
 * @module
 */

import { BackendError, type ErrorOrigin } from "../core/mod.ts";

/** A kind of transport failure. */
export type TransportFailure = "refused" | "reset" | "dns" | "tls" | "timeout" | "unreachable";

/** What the runtime said, with all its causes. */
function described(error: unknown): string {
  const texts: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    texts.push(at.name, at.message, String((at as { code?: unknown }).code ?? ""));
    at = at.cause;
  }
  return texts.join(" ").toLowerCase();
}

/**
 * The kind of failure behind an error of `fetch`. The runtime has one error class for all of
 * them and tells them apart in its text only; an unknown text is `unreachable`, and only the
 * wording of a message depends on the result.
 */
export function transportFailure(error: unknown): TransportFailure {
  const text = described(error);
  if (text.includes("refused")) return "refused";
  if (/dns error|failed to lookup|name or service not known|enotfound/.test(text)) return "dns";
  if (/certificate|tls|ssl|handshake/.test(text)) return "tls";
  if (/timed out|etimedout/.test(text)) return "timeout";
  if (/reset|broken pipe|unexpected.?eof|incomplete|closed before|body error|aborted/.test(text)) {
    return "reset";
  }
  return "unreachable";
}

const sentences: Record<TransportFailure, (host: string) => [message: string, hint: string]> = {
  refused: (host) => [
    `Nothing listens at ${host} (connection refused)`,
    "Start the model server, or correct its address in the configuration",
  ],
  reset: (host) => [
    `${host} closed the connection before its answer was whole`,
    "The model server may have crashed; its log may tell why",
  ],
  dns: (host) => [
    `The host name of ${host} can't be resolved`,
    "Correct the address in the configuration, or check this machine's DNS",
  ],
  tls: (host) => [
    `No secure connection to ${host} could be made (TLS)`,
    "Check the certificate of the server, or use http where it has none",
  ],
  timeout: (host) => [
    `The connection to ${host} timed out`,
    "Check that the host is up and that no firewall is in between",
  ],
  unreachable: (host) => [
    `${host} can't be reached`,
    "Check that the host is up and that no firewall is in between",
  ],
};

/** The error of a backend that could not be reached, or that went away. */
export function unreachable(
  cause: unknown,
  options: { origin: ErrorOrigin; url: string },
): BackendError {
  const failure = transportFailure(cause);
  const [message, hint] = sentences[failure](new URL(options.url).host);
  return new BackendError(
    failure === "timeout" ? "backend_timeout" : "backend_unreachable",
    message,
    { origin: options.origin, hint, cause, details: { failure } },
  );
}
