/**
 * What stands before every route: nothing of a request is read or routed until its host, target,
 * origin, token and declared size are in order.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import { checkDeclaredSize } from "./body.ts";
import type { ServerDeps } from "./deps.ts";
import { Exchange } from "./exchange.ts";
import { HostPolicy, isLoopbackBind } from "./host_policy.ts";
import { OriginPolicy } from "./origin_policy.ts";
import { checkPath, readTarget } from "./request_path.ts";
import { type Access, TokenCheck } from "./token_check.ts";

/** Methods that change nothing. */
export function isSafeMethod(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

/** The rules of one server. */
export class Guard {
  readonly #hosts: HostPolicy;
  readonly #origins: OriginPolicy;
  readonly #tokens: TokenCheck;
  readonly #nodeId: string;
  readonly #maxBodyBytes: number;

  /** Does no I/O. Throws `config_invalid` for settings that name no host or origin. */
  constructor(deps: Pick<ServerDeps, "settings" | "token" | "nodeId">) {
    this.#hosts = new HostPolicy(deps.settings);
    this.#origins = new OriginPolicy(deps.settings, this.#hosts);
    this.#tokens = new TokenCheck(deps.token, { loopback: isLoopbackBind(deps.settings.host) });
    this.#nodeId = deps.nodeId;
    this.#maxBodyBytes = deps.settings.maxBodyBytes;
  }

  /**
   * Whom the request is for and from. Throws `invalid_request`, `host_not_allowed` or
   * `origin_not_allowed`.
   */
  admit(request: Request): Exchange {
    const { headers } = request;
    const host = headers.get("host");
    this.#hosts.check(host);
    const target = readTarget(request.url, host ?? "");
    checkPath(target.path);
    const origin = headers.get("origin") ?? undefined;
    if (origin !== undefined) {
      this.#origins.check(origin);
    } else if (!isSafeMethod(request.method)) {
      refuseCrossSite(headers);
    }
    return new Exchange(request, { ...target, origin, node: this.#nodeId });
  }

  /** Whether the caller may do it. Throws `unauthorized` or `payload_too_large`. */
  authorize(exchange: Exchange, access: Access): void {
    const { headers, method } = exchange.request;
    this.#tokens.check(headers, access);
    if (!isSafeMethod(method)) checkDeclaredSize(headers, this.#maxBodyBytes);
  }
}

/** A page of a configured origin sends that; without an origin, it is one that hides. */
function refuseCrossSite(headers: Headers): void {
  if (headers.get("sec-fetch-site") !== "cross-site") return;
  throw new AtmosphereError("origin_not_allowed", "Pages of other sites may not call this node", {
    param: "sec-fetch-site",
    hint: "Add the page's origin to server.allowedOrigins if you trust every page of it",
  });
}
