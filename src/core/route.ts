/**
 * Routes: the user's own named targets.
 *
 * @module
 */

import type { CapabilityKind } from "./capability.ts";
import type { RequiredFeatures, RoutePolicy } from "./intent.ts";

/** Where a route leads. Exactly one of the fields is set. */
export interface RouteTarget {
  /** A model by name, `node/model` or `backend/model`. */
  readonly model?: string;
  /** Any capability of this kind. */
  readonly kind?: CapabilityKind;
  /** Any capability with this tag. */
  readonly tag?: string;
  /** An agent by name. */
  readonly agent?: string;
  /** A tool by name. */
  readonly tool?: string;
  /** Any capability of this node. */
  readonly node?: string;
}

/** A named target with what leads to it. */
export interface Route {
  /** Unique; letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** What the route is for, in a sentence; embedded. */
  readonly description?: string;
  /** Where the route leads. */
  readonly target: RouteTarget;
  /** Texts that should take this route. */
  readonly utterances: readonly string[];
  /** Texts that should not, though they look alike. */
  readonly negativeUtterances?: readonly string[];
  /** Least score, 0 to 1, at which the route is taken; the router's default where absent. */
  readonly threshold?: number;
  /** What the target must support. */
  readonly required?: RequiredFeatures;
  /** What is allowed on the way. */
  readonly policy?: RoutePolicy;
  /** Where the route was written, for messages: a file's path, or `api`. */
  readonly source?: string;
}

/** Another name for a model. */
export interface Alias {
  /** The other name. */
  readonly name: string;
  /** A model by name, `node/model` or `backend/model`. */
  readonly model: string;
}
