/**
 * The node's event bus: what happens is published once and read by many.
 *
 * @module
 */

import type { CapabilityKind } from "./capability.ts";

/** What happens in a node. Never carries secrets or the content of requests. */
export type NodeEvent =
  | { readonly type: "node.ready"; readonly url: string }
  | { readonly type: "node.stopping" }
  | { readonly type: "backend.up"; readonly backend: string; readonly models: number }
  | { readonly type: "backend.down"; readonly backend: string; readonly reason: string }
  | {
    readonly type: "capabilities.changed";
    readonly added: number;
    readonly removed: number;
    readonly total: number;
  }
  | { readonly type: "embedder.ready"; readonly model: string; readonly loadMs: number }
  | { readonly type: "embedder.failed"; readonly reason: string }
  | {
    readonly type: "request.routed";
    readonly decision: string;
    readonly kind: CapabilityKind;
    readonly capability: string;
    readonly outcome: string;
  }
  | {
    readonly type: "request.failed";
    readonly decision: string;
    readonly capability: string;
    readonly code: string;
    readonly retried: boolean;
  };

/** A published event with its number and time. */
export interface EventRecord {
  /** Counts up from 1 since the node started. */
  readonly id: number;
  /** ISO 8601 in UTC. */
  readonly time: string;
  /** What happened. */
  readonly event: NodeEvent;
}

/** Publishes events to listeners and remembers the latest ones for those who come late. */
export class EventBus {
  #nextId = 1;
  readonly #recent: EventRecord[] = [];
  readonly #listeners = new Set<(record: EventRecord) => void>();
  readonly #capacity: number;
  readonly #now: () => number;

  /** Remembers up to `capacity` events. */
  constructor(options: { capacity?: number; now?: () => number } = {}) {
    this.#capacity = options.capacity ?? 256;
    this.#now = options.now ?? Date.now;
  }

  /** Tells every listener. A listener that throws does not keep others from hearing. */
  publish(event: NodeEvent): void {
    const atMs = this.#now();
    const record: EventRecord = {
      id: this.#nextId++,
      // Written out for those who read it: most events go by unread.
      get time() {
        return new Date(atMs).toISOString();
      },
      event,
    };
    this.#recent.push(record);
    if (this.#recent.length > this.#capacity) this.#recent.shift();
    for (const listener of this.#listeners) {
      try {
        listener(record);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Remembered events after number `id`, oldest first. */
  since(id: number): EventRecord[] {
    return this.#recent.filter((record) => record.id > id);
  }

  /** Calls `listener` for each event from now on; dispose to stop. */
  subscribe(listener: (record: EventRecord) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
