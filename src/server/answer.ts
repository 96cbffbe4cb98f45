/**
 * Hands a parsed request to the gateway and makes the HTTP answer of what it returns.
 *
 * @module
 */

import { type BackendOperation, type GatewayResponse, sourceOf } from "../core/mod.ts";
import type { Departure, DepartureWatch } from "./departure.ts";
import type { ServerDeps } from "./deps.ts";
import { errorBody, report } from "./error_response.ts";
import type { Exchange } from "./exchange.ts";
import type { ParsedRequest } from "./chat_request.ts";
import { guardEventStream } from "./sse_guard.ts";

/** Headers of a backend that describe its transfer, not its content. */
const transferHeaders: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "keep-alive",
  "proxy-authenticate",
  "set-cookie",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Changes a whole answer before it is sent. */
export type Reshape = (answer: GatewayResponse) => Promise<GatewayResponse>;

/** Serves a protocol request. Throws what the gateway throws. */
export async function answerRequest(
  exchange: Exchange,
  how: {
    readonly deps: ServerDeps;
    readonly departures: DepartureWatch;
    readonly operation: BackendOperation;
    readonly parsed: ParsedRequest;
    readonly reshape?: Reshape;
  },
): Promise<Response> {
  const { deps, operation, parsed } = how;
  const departure = how.departures.watch(exchange.request);
  try {
    let answer = await deps.gateway.handle({
      operation,
      route: parsed.route,
      body: parsed.body,
      stream: parsed.stream,
      signal: departure.signal,
    });
    if (how.reshape !== undefined) answer = await how.reshape(answer);
    const headers = answerHeaders(exchange, answer);
    const body = answerBody(exchange, { answer, headers, departure, deps });
    return respond(body, { status: answer.status, headers });
  } finally {
    departure.answered();
  }
}

/**
 * A response with `headers`. The runtime gets one of several headers ready for the wire while it is
 * made, and again when it is sent; one that is given them afterwards it gets ready once.
 */
function respond(
  body: BodyInit | null,
  { status, headers }: { status: number; headers: Record<string, string> },
): Response {
  const { "content-type": contentType = "application/json", ...others } = headers;
  const response = new Response(body, { status, headers: { "content-type": contentType } });
  for (const name in others) response.headers.append(name, others[name]!);
  return response;
}

function answerBody(
  exchange: Exchange,
  how: {
    answer: GatewayResponse;
    headers: Record<string, string>;
    departure: Departure;
    deps: ServerDeps;
  },
): BodyInit | null {
  const { answer } = how;
  if (how.headers["content-type"]?.startsWith("text/event-stream") !== true) return answer.body;
  const source = answer.source ??
    (answer.body instanceof ReadableStream ? sourceOf(answer.body) : undefined);
  if (source === undefined) return answer.body;
  const { capability } = answer;
  const { id: requestId, path } = exchange;
  return guardEventStream(source, {
    origin: `backend:${capability.backend}`,
    backend: capability.backend,
    describe: (thrown) => {
      const error = report(thrown, { requestId, path, logger: how.deps.logger });
      return errorBody(error, { protocol: "openai", requestId });
    },
    onEnd: (end, reason) => {
      if (end === "left") how.departure.leave(reason);
    },
  });
}

function answerHeaders(exchange: Exchange, answer: GatewayResponse): Record<string, string> {
  const headers = exchange.headers("application/json");
  answer.headers.forEach((value, name) => {
    if (!transferHeaders.has(name)) headers[name] = value;
  });
  const { capability, decision } = answer;
  headers["x-atmosphere-decision"] = decision.id;
  headers["x-atmosphere-model"] = headerText(capability.name);
  headers["x-atmosphere-backend"] = headerText(capability.backend);
  headers["x-atmosphere-outcome"] = decision.outcome;
  headers["x-atmosphere-attempts"] = String(answer.attempts);
  if (isStreamed(answer) && headers["content-type"]?.startsWith("text/event")) {
    headers["cache-control"] = "no-cache";
    // nginx and its kind would gather the events into one answer.
    headers["x-accel-buffering"] = "no";
  }
  return headers;
}

function isStreamed(answer: GatewayResponse): boolean {
  return answer.source !== undefined || answer.body instanceof ReadableStream;
}

/** Names may hold what a header can't; such ones are percent-encoded. */
export function headerText(text: string): string {
  return /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) ? text : encodeURIComponent(text);
}
