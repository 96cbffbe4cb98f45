/**
 * `/atmosphere/v1/events`: what happens in the node, as server-sent events.
 *
 * @module
 */

import { AtmosphereError, type EventBus, type EventRecord } from "../../core/mod.ts";
import type { ServerDeps } from "../deps.ts";
import type { Endpoint } from "../endpoint.ts";
import { quote } from "../host_policy.ts";

/** Silence after which a comment is sent, so that a connection that is gone gets noticed. */
const heartbeatMs = 15_000;
/** A reader that lags behind by more events than this is cut off; it comes back with its last id. */
const maxWaiting = 1_000;

const encoder = new TextEncoder();

/** The stream of events. */
export function eventEndpoints(deps: ServerDeps): Endpoint[] {
  return [{
    method: "GET",
    path: "/atmosphere/v1/events",
    access: "use",
    handle: (exchange) => {
      const lastId = readLastId(
        exchange.request.headers.get("last-event-id") ?? exchange.query().get("since"),
      );
      return new Response(eventStream(deps.events, { since: lastId, heartbeatMs }), {
        headers: {
          ...exchange.headers("text/event-stream"),
          "cache-control": "no-store",
          "x-accel-buffering": "no",
        },
      });
    },
  }];
}

function readLastId(value: string | null): number | undefined {
  if (value === null || value === "") return undefined;
  if (/^[0-9]{1,15}$/.test(value)) return Number(value);
  throw new AtmosphereError("invalid_request", `${quote(value)} is no event id`, {
    param: "last-event-id",
    hint: "Send the id of the last event that was read, a whole number",
  });
}

/**
 * Events after number `since` (only coming ones where undefined), then each as it happens, until the reader
 * cancels or the node stops. Each has its number as `id`, its type as `event` and the record as JSON `data`.
 */
export function eventStream(
  bus: EventBus,
  options: { since: number | undefined; heartbeatMs: number },
): ReadableStream<Uint8Array> {
  let subscription: Disposable | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  function stop(): void {
    subscription?.[Symbol.dispose]();
    clearInterval(timer);
  }
  return new ReadableStream<Uint8Array>({
    start(controller) {
      function send(text: string): void {
        if ((controller.desiredSize ?? 0) <= -maxWaiting) {
          stop();
          controller.error(new Error("The reader of the events is too slow"));
          return;
        }
        controller.enqueue(encoder.encode(text));
      }
      send(": events of this node\n\n");
      for (const record of missed(bus, options.since)) send(frame(record));
      subscription = bus.subscribe((record) => {
        send(frame(record));
        if (record.event.type !== "node.stopping") return;
        stop();
        controller.close();
      });
      timer = setInterval(() => send(": still here\n\n"), options.heartbeatMs);
    },
    cancel: stop,
  });
}

/** Numbers start again with the node, so an id from the future is one from before a restart. */
function missed(bus: EventBus, since: number | undefined): EventRecord[] {
  if (since === undefined) return [];
  const all = bus.since(0);
  return since > (all.at(-1)?.id ?? 0) ? all : all.filter(({ id }) => id > since);
}

function frame(record: EventRecord): string {
  return `id: ${record.id}\nevent: ${record.event.type}\ndata: ${JSON.stringify(record)}\n\n`;
}
