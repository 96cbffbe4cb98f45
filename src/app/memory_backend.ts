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

/** Tells whether the memory holds anything. */
export interface MemoryContent {
  /** Undefined when only the memory could tell and it is not open. */
  hasItems(options: { signal: AbortSignal }): Promise<boolean | undefined>;
}

/**
 * Lists the capability `memory/search` once there is something to find. Searches go to the memory
 * itself, not through here.
 */
export class MemoryBackend implements Backend {
  readonly #path: string | undefined;
  #content: MemoryContent | undefined;

  readonly id: string = memoryBackendId;
  readonly engine: string = "libsql";
  readonly address: string = "embedded:";
  readonly locality = "embedded";
  readonly source = "embedded";

  /** `path` is the memory's file; undefined where a server holds it. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** From now on `content` is asked; without, a file that is there counts as one with items. */
  ask(content: MemoryContent): void {
    this.#content = content;
  }

  async #isEmpty(signal: AbortSignal): Promise<boolean> {
    if (this.#path !== undefined) {
      try {
        await Deno.stat(this.#path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return true;
      }
    }
    return await this.#content?.hasItems({ signal }) === false;
  }

  probe(): Promise<ProbeResult> {
    return Promise.resolve({ reachable: true, latencyMs: 0 });
  }

  async listModels({ signal }: { signal: AbortSignal }): Promise<BackendModel[]> {
    if (await this.#isEmpty(signal)) return [];
    const { name, ...capability } = memoryCapability();
    return [{
      ...capability,
      name,
      upstreamName: name,
      features: {},
      cost: { inputPerMTok: 0, outputPerMTok: 0 },
    }];
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
