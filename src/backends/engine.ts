/**
 * What one engine has to tell so that the rest of this room can talk to it.
 *
 * @module
 */

import type {
  BackendOperation,
  BackendRequest,
  BackendResponse,
  CapabilityFeatures,
  CapabilityKind,
  EngineName,
  Logger,
} from "../core/mod.ts";

/** Options of one small JSON request. */
export interface JsonRequestOptions {
  readonly signal: AbortSignal;
  /** Body of a POST; a GET is sent where absent. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Most bytes of the answer. @default 16777216 */
  readonly maxBytes?: number;
}

/** A connection to one address, as an engine sees it. */
export interface EngineConnection {
  /** Id of the backend, for messages. */
  readonly id: string;
  /** Base of the engine's own API, without a slash at the end. */
  readonly root: string;
  /** Base of its OpenAI-compatible API, without a slash at the end. */
  readonly api: string;
  /** Takes what is skipped. */
  readonly logger: Logger;
  /** Asks for a JSON document at a URL below the backend's host. Throws `BackendError` for everything else. */
  json(url: string, options: JsonRequestOptions): Promise<unknown>;
}

/** What an engine says about one of its models, before the data file of families completes it. */
export interface ListedModel {
  /** The engine's own name, sent upstream. */
  readonly name: string;
  /** The name that callers use, where it differs. */
  readonly alias?: string;
  /** A better name to look the family up by, where the engine tells one. */
  readonly familyHint?: string;
  /** What it does, where the engine tells. */
  readonly kind?: CapabilityKind;
  /** What it supports, as far as the engine tells. */
  readonly features?: CapabilityFeatures;
  /** Parameters in billions. */
  readonly parametersB?: number;
  /** Quantisation as the engine names it. */
  readonly quantization?: string;
  /** Whether it is in memory, where the engine tells. */
  readonly loaded?: boolean;
  /** Labels beside the backend's own. */
  readonly tags?: readonly string[];
  /** Takes the place of the family's description. */
  readonly description?: string;
  /** Come before the family's examples. */
  readonly examples?: readonly string[];
  /** US dollars for a million tokens, where the engine tells. */
  readonly price?: { readonly inputPerMTok: number; readonly outputPerMTok: number };
}

/** What an engine was recognised by. */
export interface Identity {
  /** Version of the engine, where it tells. */
  readonly version?: string;
}

/** Where one body is sent. */
export interface ExchangeTarget {
  /** A URL below the backend's host. */
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Headers beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one body and resolves to the checked answer, as the default `send` does. */
export type Exchange = (target: ExchangeTarget) => Promise<BackendResponse>;

/** One engine. */
export interface Engine {
  /** Name in the configuration. */
  readonly name: EngineName;
  /** Name for people. */
  readonly title: string;
  /** Loopback ports that it usually listens on, most usual first; none for a cloud. */
  readonly ports: readonly number[];
  /** Base URL where none is configured. */
  readonly defaultUrl: string;
  /** Whether it may have no OpenAI-compatible list of models that would tell it from a stranger. */
  readonly withoutOpenAiList?: true;
  /** Path of the OpenAI-compatible API below the address. */
  readonly apiPath: string;
  /** Whether its address leaves the user's own machines. */
  readonly cloud: boolean;
  /** Path that tells whether it is there, below `root`, for display. */
  readonly healthPath: string;
  /** How it is told apart from others, for display. */
  readonly recognisedBy: string;
  /** What `listModels` reads, for display. */
  readonly reads: string;
  /** What it can be asked for; everything else fails without a request. */
  readonly operations: ReadonlySet<BackendOperation>;
  /** Header that carries the key. @default Authorization: Bearer */
  authorize?(key: string): Record<string, string>;
  /** Headers of every request beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Resolves to undefined when the address answers, but as something else. Throws when it does not answer. */
  identify(connection: EngineConnection, signal: AbortSignal): Promise<Identity | undefined>;
  /** Its models. Throws `BackendError`, or the signal's reason. */
  list(connection: EngineConnection, signal: AbortSignal): Promise<ListedModel[]>;
  /** Overrides how a request is sent, for an engine that does not speak OpenAI's protocol. */
  send?(
    connection: EngineConnection,
    request: BackendRequest,
    exchange: Exchange,
  ): Promise<BackendResponse>;
}
