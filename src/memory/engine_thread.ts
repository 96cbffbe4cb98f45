/**
 * What the thread that owns the database does; speaks `protocol.ts`.
 *
 * @module
 */

import { Engine } from "./engine.ts";
import { toRecord } from "./error_record.ts";
import type { EngineOperations, EngineRequest, EngineResponse } from "./protocol.ts";

/** What a module worker's global offers, without the library of the DOM. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<EngineRequest>) => void) | null;
  postMessage(message: EngineResponse): void;
}

/** Answers `client.ts`, which has started this thread, until the thread is ended. */
export function serveEngine(): void {
  const scope = globalThis as unknown as WorkerScope;
  let engine: Engine | undefined;
  let nowMs = 0;

  async function handle(request: EngineRequest): Promise<unknown> {
    nowMs = request.nowMs;
    if (request.method === "open") {
      engine = await Engine.open({ ...request.options, now: () => nowMs });
      return undefined;
    }
    if (engine === undefined) throw new Error("The database is not open");
    if (request.method === "close") {
      await engine.close();
      engine = undefined;
      return undefined;
    }
    const operations = engine as unknown as Record<
      keyof EngineOperations,
      (options: unknown) => Promise<unknown>
    >;
    return await operations[request.method](request.options);
  }

  scope.onmessage = async ({ data: request }) => {
    try {
      const { id, method } = request;
      const result = await handle(request);
      scope.postMessage(
        method === "search" ? { id, json: JSON.stringify(result) } : { id, result },
      );
    } catch (error) {
      scope.postMessage({ id: request.id, error: toRecord(error) });
    }
  };
}
