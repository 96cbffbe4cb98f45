/**
 * The one place where signals of the operating system are wired.
 *
 * @module
 */

import type { Interrupts } from "./context.ts";

/** Reason of the aborts: which signal it was. */
export class Interrupted extends DOMException {
  /** Name of the signal, such as `SIGINT`. */
  readonly signalName: string;

  /** Made when `signalName` arrives. */
  constructor(signalName: string) {
    super(`Interrupted by ${signalName}`, "AbortError");
    this.signalName = signalName;
  }
}

function wiredSignals(): readonly Deno.Signal[] {
  // Windows knows no SIGTERM; SIGBREAK is what its service managers send.
  return Deno.build.os === "windows" ? ["SIGINT", "SIGBREAK"] : ["SIGINT", "SIGTERM"];
}

/** Listens for interrupts until it is disposed. */
export function listenForInterrupts(): Interrupts {
  const first = new AbortController();
  const second = new AbortController();
  const wired = wiredSignals().map((name) => {
    function onSignal(): void {
      if (!first.signal.aborted) first.abort(new Interrupted(name));
      else second.abort(new Interrupted(name));
    }
    Deno.addSignalListener(name, onSignal);
    return { name, onSignal };
  });
  return {
    first: first.signal,
    second: second.signal,
    [Symbol.dispose]: () => {
      for (const { name, onSignal } of wired) Deno.removeSignalListener(name, onSignal);
    },
  };
}
