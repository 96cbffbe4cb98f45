/**
 * The vector memory as a backend, so that it is in the index and a request can be routed to it.
 *
 * @module
 */

import {
  AtmosphereError,
  type Backend,
  type BackendModel,
  type BackendRequest,
  type BackendResponse,
  type ProbeResult,
} from "../core/mod.ts";
import { memoryCapability } from "../memory/capability.ts";

/** Id of the memory's backend, and its engine's name. */
export const memoryBackendId = "memory";

/** Lists the capability `memory/search`. Searches go to the memory itself, not through here. */
export class MemoryBackend implements Backend {
  readonly id: string = memoryBackendId;
  readonly engine: string = "libsql";
  readonly address: string = "embedded:";
  readonly locality = "embedded";
  readonly source = "embedded";

  probe(): Promise<ProbeResult> {
    return Promise.resolve({ reachable: true, latencyMs: 0 });
  }

  listModels(): Promise<BackendModel[]> {
    const { name, ...capability } = memoryCapability();
    return Promise.resolve([{
      ...capability,
      name,
      upstreamName: name,
      features: {},
      cost: { inputPerMTok: 0, outputPerMTok: 0 },
    }]);
  }

  send(request: BackendRequest): Promise<BackendResponse> {
    return Promise.reject(
      new AtmosphereError(
        "invalid_request",
        `The memory is searched, it does not take ${request.operation}`,
        { hint: "POST /atmosphere/v1/memory/search" },
      ),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
