/**
 * What the composition root gives to the command line and to library users.
 *
 * @module
 */

import type { BackendStatus, LearningApi, Logger, NodeApi } from "../core/mod.ts";

/** Options common to every way of getting a node. */
export interface OpenOptions {
  /** Hears what goes on. @default none */
  readonly logger?: Logger;
  /** Ends the start; after that, dispose the node. */
  readonly signal?: AbortSignal;
}

/** A node in this process. */
export interface LocalNode extends NodeApi, LearningApi, AsyncDisposable {
  /** libp2p peer id of the node. */
  readonly id: string;
}

/** A node that listens. */
export interface RunningNode extends LocalNode {
  /** Where it listens, such as `http://127.0.0.1:11451`. */
  readonly url: string;
  /** Resolves when the first discovery is done. */
  readonly discovered: Promise<void>;
  /** Stops accepting, lets requests under way finish for at most `graceMs`, then stops. */
  drain(options?: { graceMs?: number }): Promise<void>;
}

/** A connection to whichever node answers for a data directory. */
export interface Connection extends NodeApi, LearningApi, AsyncDisposable {
  /** Whether a running node answers, or the data directory in this process. */
  readonly via: "node" | "data-directory";
}

/** What `initNode` made or found. */
export interface InitReport {
  readonly dataDir: string;
  readonly nodeName: string;
  /** libp2p peer id. */
  readonly peerId: string;
  /** Every file that a node needs, by its path. */
  readonly files: readonly {
    readonly path: string;
    readonly state: "created" | "kept" | "updated" | "repaired";
  }[];
  /** What the first scan found. */
  readonly backends: readonly BackendStatus[];
  /** Number of capabilities that they give. */
  readonly capabilities: number;
}
