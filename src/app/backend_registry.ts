/**
 * The backends that this node knows, their state, and the capabilities that follow from them.
 *
 * @module
 */

import {
  type Backend,
  BackendError,
  type BackendModel,
  type BackendStatus,
  type Capability,
  capabilityId,
  type EventBus,
  type Logger,
} from "../core/mod.ts";
import type { LostBackend } from "./routing_service.ts";

/** Longest wait for one backend to answer what it is and what it has. */
const refreshTimeoutMs = 8_000;
/** Longest time that requests wait for backends that have never been asked before. */
const firstLookMs = 3_000;
/** How long a backend that had been discovered is remembered after it has gone. */
const lostForMs = 600_000;
/** A backend is not asked again sooner than this after a failure drew attention to it. */
const recheckDelayMs = 500;

/** What the registry needs. */
export interface RegistryOptions {
  readonly nodeId: string;
  readonly nodeName: string;
  /** Backends that are always there: configured, from the environment, embedded. */
  readonly fixed: readonly Backend[];
  /** Finds servers on this machine that are not known yet; undefined when discovery is off. */
  readonly discover:
    | ((
      known: { addresses: ReadonlySet<string>; ids: ReadonlySet<string> },
      signal: AbortSignal,
    ) => Promise<Backend[]>)
    | undefined;
  readonly events: EventBus;
  readonly logger: Logger;
  /** Called with every capability whenever they changed. */
  readonly onChange: (capabilities: readonly Capability[]) => void;
  /** Called with the models that a backend reports as loaded or not. */
  readonly onLoaded: (capability: string, loaded: boolean | undefined) => void;
}

interface Entry {
  readonly backend: Backend;
  state: BackendStatus["state"];
  version: string | undefined;
  latencyMs: number | undefined;
  reason: string | undefined;
  models: readonly BackendModel[];
  /** Capabilities made from `models`, kept so that an unchanged list keeps its identity. */
  capabilities: readonly Capability[];
  signature: string;
}

/** Keeps the list of backends and capabilities current. */
export class BackendRegistry implements AsyncDisposable {
  readonly #options: RegistryOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #byCapability = new Map<string, Entry>();
  readonly #stop = new AbortController();
  readonly #rechecks = new Map<string, ReturnType<typeof setTimeout>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #refreshing: Promise<void> | undefined;
  #capabilities: readonly Capability[] = [];
  readonly #looked = Promise.withResolvers<void>();
  #hasLooked = false;
  readonly #lost = new Map<
    string,
    { readonly models: readonly string[]; readonly reason: string; readonly atMs: number }
  >();

  /** Does no I/O; call {@linkcode refresh}. */
  constructor(options: RegistryOptions) {
    this.#options = options;
    for (const backend of options.fixed) this.#add(backend);
    void this.#looked.promise.then(() => {
      this.#hasLooked = true;
    });
  }

  /** Every capability of every backend that is up. */
  get capabilities(): readonly Capability[] {
    return this.#capabilities;
  }

  /** The backend behind a capability's id. */
  backendOf(capability: string): Backend | undefined {
    return this.#byCapability.get(capability)?.backend;
  }

  /** State of every backend, in the order in which they were found. */
  status(): BackendStatus[] {
    return Array.from(this.#entries.values(), (entry) => ({
      id: entry.backend.id,
      engine: entry.backend.engine,
      address: entry.backend.address,
      locality: entry.backend.locality,
      source: entry.backend.source,
      state: entry.state,
      ...(entry.version === undefined ? {} : { version: entry.version }),
      ...(entry.latencyMs === undefined ? {} : { latencyMs: entry.latencyMs }),
      ...(entry.reason === undefined ? {} : { reason: entry.reason }),
      models: entry.models.length,
    }));
  }

  /**
   * Backends that are down, with the models that they had when they were up. One that had been
   * discovered is counted for ten minutes after it has gone: it may be restarting.
   */
  lost(): LostBackend[] {
    const lost: LostBackend[] = [];
    for (const [id, { models, reason, atMs }] of this.#lost) {
      if (this.#entries.has(id)) continue;
      if (Date.now() - atMs > lostForMs) this.#lost.delete(id);
      else lost.push({ id, reason, models });
    }
    for (const [id, { state, reason = "" }] of this.#entries) {
      if (state === "down") lost.push({ id, reason, models: this.#lost.get(id)?.models ?? [] });
    }
    return lost;
  }

  /** Asks every backend and looks for new ones. A call during a round joins that round. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#round().finally(() => {
      this.#refreshing = undefined;
      this.#looked.resolve();
    });
    return this.#refreshing;
  }

  /**
   * Resolves when every backend was asked once, or has had `firstLookMs` for it: what comes before
   * that would be told that nothing is there. Undefined when there is nothing to wait for.
   */
  firstLook(): Promise<void> | undefined {
    return this.#hasLooked ? undefined : this.#looked.promise;
  }

  /** Refreshes every `intervalMs` until disposed. */
  watch(intervalMs: number): void {
    const tick = () => {
      this.#timer = setTimeout(async () => {
        await this.refresh().catch((error) => {
          if (!this.#stop.signal.aborted) {
            this.#options.logger.error("Backend refresh failed", { error });
          }
        });
        if (!this.#stop.signal.aborted) tick();
      }, intervalMs);
    };
    tick();
  }

  /** Something about this backend may have changed: asks it again soon, once for many calls. */
  recheck(backendId: string): void {
    const entry = this.#entries.get(backendId);
    if (entry === undefined || this.#rechecks.has(backendId) || this.#stop.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#rechecks.delete(backendId);
      void this.refreshBackend(backendId);
    }, recheckDelayMs);
    this.#rechecks.set(backendId, timer);
  }

  /** Asks one backend now. */
  async refreshBackend(backendId: string): Promise<void> {
    const entry = this.#entries.get(backendId);
    if (entry === undefined || this.#stop.signal.aborted) return;
    await this.#refreshEntry(entry);
    this.#rebuild();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#looked.resolve();
    this.#stop.abort(new DOMException("The node is stopping", "AbortError"));
    clearTimeout(this.#timer);
    for (const timer of this.#rechecks.values()) clearTimeout(timer);
    await this.#refreshing?.catch(() => {});
    await Promise.allSettled(
      Array.from(this.#entries.values(), (entry) => entry.backend[Symbol.asyncDispose]()),
    );
  }

  #add(backend: Backend): Entry {
    const entry: Entry = {
      backend,
      state: "unknown",
      version: undefined,
      latencyMs: undefined,
      reason: undefined,
      models: [],
      capabilities: [],
      signature: "",
    };
    this.#entries.set(backend.id, entry);
    return entry;
  }

  async #round(): Promise<void> {
    if (!this.#hasLooked) {
      const timer = setTimeout(() => this.#looked.resolve(), firstLookMs);
      void this.#looked.promise.then(() => clearTimeout(timer));
    }
    const known = Array.from(this.#entries.values());
    const refreshAndPublish = async (entry: Entry) => {
      await this.#refreshEntry(entry);
      this.#rebuild();
    };
    await Promise.all([
      ...known.map(refreshAndPublish),
      this.#discover().then((found) => Promise.all(found.map(refreshAndPublish))),
    ]);
    for (const entry of known) {
      // What was only discovered leaves when it is gone; what was configured stays, marked down.
      if (entry.backend.source === "discovered" && entry.state === "down") {
        this.#entries.delete(entry.backend.id);
        await entry.backend[Symbol.asyncDispose]();
      }
    }
    this.#rebuild();
  }

  async #discover(): Promise<Entry[]> {
    if (this.#options.discover === undefined) return [];
    const addresses = new Set(
      Array.from(this.#entries.values(), (entry) => entry.backend.address),
    );
    const ids = new Set(this.#entries.keys());
    const found = await this.#options.discover({ addresses, ids }, this.#stop.signal);
    const entries: Entry[] = [];
    for (const backend of found) {
      if (this.#entries.has(backend.id)) await backend[Symbol.asyncDispose]();
      else entries.push(this.#add(backend));
    }
    return entries;
  }

  async #refreshEntry(entry: Entry): Promise<void> {
    const { backend } = entry;
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(refreshTimeoutMs)]);
    const wasUp = entry.state === "up";
    try {
      const probe = await backend.probe({ signal });
      if (!probe.reachable) {
        this.#markDown(entry, probe.reason, wasUp);
        return;
      }
      const models = await backend.listModels({ signal });
      entry.version = probe.version;
      entry.latencyMs = probe.latencyMs;
      entry.reason = undefined;
      entry.state = "up";
      entry.models = models;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const reason = error instanceof BackendError
        ? error.message
        : signal.aborted
        ? `It did not answer within ${refreshTimeoutMs / 1000} s`
        : "Its answer could not be read";
      if (!(error instanceof BackendError) && !signal.aborted) {
        this.#options.logger.error("Backend refresh failed", { backend: backend.id, error });
      }
      this.#markDown(entry, reason, wasUp);
      return;
    }
    if (!wasUp) {
      this.#options.events.publish({
        type: "backend.up",
        backend: backend.id,
        models: entry.models.length,
      });
      this.#options.logger.debug("Backend is up", {
        backend: backend.id,
        models: entry.models.length,
      });
    }
  }

  #markDown(entry: Entry, reason: string, wasUp: boolean): void {
    entry.state = "down";
    entry.reason = reason;
    if (entry.models.length > 0) {
      this.#lost.set(entry.backend.id, {
        models: entry.models.map(({ name }) => name),
        reason,
        atMs: Date.now(),
      });
    }
    entry.models = [];
    if (!wasUp) return;
    this.#options.events.publish({ type: "backend.down", backend: entry.backend.id, reason });
    this.#options.logger.warn("Backend is down", { backend: entry.backend.id, reason });
  }

  /** Makes the capability list anew and tells about it when it differs. */
  #rebuild(): void {
    if (this.#stop.signal.aborted) return;
    let changed = false;
    for (const entry of this.#entries.values()) {
      const signature = JSON.stringify(
        entry.models.map(({ loaded: _, ...rest }) => rest),
      );
      if (signature !== entry.signature) {
        entry.signature = signature;
        entry.capabilities = entry.models.map((model) => this.#capability(entry.backend, model));
        changed = true;
      }
      entry.models.forEach((model, index) => {
        const capability = entry.capabilities[index];
        if (capability !== undefined) this.#options.onLoaded(capability.id, model.loaded);
      });
    }
    const next = Array.from(this.#entries.values()).flatMap((entry) => entry.capabilities);
    if (!changed && next.length === this.#capabilities.length) return;
    const before = new Set(this.#capabilities.map((capability) => capability.id));
    const after = new Set(next.map((capability) => capability.id));
    this.#byCapability.clear();
    for (const entry of this.#entries.values()) {
      for (const capability of entry.capabilities) this.#byCapability.set(capability.id, entry);
    }
    this.#capabilities = next;
    this.#options.onChange(next);
    this.#options.events.publish({
      type: "capabilities.changed",
      added: after.difference(before).size,
      removed: before.difference(after).size,
      total: next.length,
    });
  }

  #capability(backend: Backend, model: BackendModel): Capability {
    const { nodeId, nodeName } = this.#options;
    return {
      id: capabilityId({ node: nodeId, backend: backend.id, kind: model.kind, name: model.name }),
      node: nodeId,
      nodeName,
      backend: backend.id,
      engine: backend.engine,
      kind: model.kind,
      name: model.name,
      upstreamName: model.upstreamName,
      description: model.description,
      examples: model.examples,
      tags: model.tags,
      features: model.features,
      ...(model.profile === undefined ? {} : { profile: model.profile }),
      cost: model.cost,
      locality: backend.locality,
    };
  }
}
