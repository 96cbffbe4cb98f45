/**
 * What the server needs from the rest of the node; `app/` passes it in.
 *
 * @module
 */

import type { Hono } from "hono";
import type { Deadlines, EventBus, Gateway, Logger, NodeApi, Secret } from "../core/mod.ts";

/** Settings of the listener that the security middleware enforces. */
export interface ServerSettings {
  /** Address that is listened on. */
  readonly host: string;
  /** The port that is listened on; its value is known after binding, hence a function. */
  readonly port: () => number;
  /** Host names beside loopback ones and `host` that requests may name. */
  readonly allowedHosts: readonly string[];
  /** Origins beside this node's own that may call it. */
  readonly allowedOrigins: readonly string[];
  /** Largest request body that is read. */
  readonly maxBodyBytes: number;
}

/** A static file, ready to send. */
export interface Asset {
  /** Path below `/`; the page itself has `/`. */
  readonly path: string;
  /** Media type with its charset. */
  readonly contentType: string;
  /** Entity tag, quotes included. */
  readonly etag: string;
  /** The plain bytes. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same bytes compressed, by content coding; only where smaller. */
  readonly encoded: Readonly<Partial<Record<"br" | "gzip", Uint8Array<ArrayBuffer>>>>;
}

/** Looks up a static file by its path below `/`; undefined when there is none. */
export type AssetSource = (path: string) => Asset | undefined;

/** A group of routes that another room brings along, such as the memory's. */
export interface RouteGroup {
  /** Prefix, such as `/atmosphere/v1/memory`. */
  readonly prefix: string;
  /** Its routes, below the prefix. */
  readonly app: Hono;
  /**
   * Full paths whose `POST` only reads, such as a search; other ones need the node's token. A segment
   * in braces, such as `{id}`, stands for any one.
   */
  readonly reading?: readonly string[];
  /** Gives the part of the OpenAPI document; called when somebody asks for that. */
  readonly openapi?: () => Promise<OpenapiPart>;
}

/** What a group adds to the OpenAPI document. */
export interface OpenapiPart {
  readonly paths: Readonly<Record<string, unknown>>;
  readonly schemas?: Readonly<Record<string, unknown>>;
}

/** Everything `createApp` needs. */
export interface ServerDeps {
  /** What the native endpoints show and ask. */
  readonly node: NodeApi;
  /**
   * The node's peer id. Every answer carries it as `x-atmosphere-node`, by which commands and
   * other nodes recognise a node. `POST /atmosphere/v1/refresh` (token needed) calls
   * `node.refresh()` and answers `{"data": BackendStatus[]}`.
   */
  readonly nodeId: string;
  /** Serves protocol requests. */
  readonly gateway: Gateway;
  /** The gateway's limits, so that a request alone needs one timer and not two. @default own ones */
  readonly deadlines?: Deadlines;
  /** What `/atmosphere/v1/events` streams. */
  readonly events: EventBus;
  /** Hears of every failed request, with its id. */
  readonly logger: Logger;
  /** Version of the program. */
  readonly version: string;
  /** Settings of the listener. */
  readonly settings: ServerSettings;
  /** The node's token. */
  readonly token: Secret;
  /** Whether the first discovery is done and requests can be routed. */
  readonly ready: () => boolean;
  /** Files of the page. */
  readonly assets: AssetSource;
  /** Routes of other rooms. */
  readonly groups?: readonly RouteGroup[];
}
