/**
 * The page at `/` and its files.
 *
 * @module
 */

import { ifNoneMatch } from "@std/http/etag";
import { acceptsEncodings } from "@std/http/negotiation";
import type { Asset } from "../deps.ts";
import type { Exchange } from "../exchange.ts";

/** Nothing but our own files, nothing inline, in nobody's frame. */
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; " +
  "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A name with a hash of the content never changes what it means. */
const hashedName = /\.[0-9a-f]{10}\.[a-z0-9]+$/;

/** Sends a static file: compressed as the caller likes it, not at all when the caller has it. */
export function assetResponse(exchange: Exchange, asset: Asset): Response {
  const { request } = exchange;
  const headers: Record<string, string> = {
    ...exchange.headers(asset.contentType),
    "etag": asset.etag,
    "vary": "accept-encoding, origin",
    "cache-control": hashedName.test(asset.path)
      ? "public, max-age=31536000, immutable"
      : "no-cache",
    "referrer-policy": "no-referrer",
    "content-security-policy": contentSecurityPolicy,
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
  };
  if (!ifNoneMatch(request.headers.get("if-none-match"), asset.etag)) {
    return new Response(null, { status: 304, headers });
  }
  const coding = chooseCoding(request, asset);
  if (coding !== undefined) headers["content-encoding"] = coding;
  return new Response(coding === undefined ? asset.bytes : asset.encoded[coding], { headers });
}

/** The smallest coding that the caller takes. One that names none gets the plain bytes. */
function chooseCoding(request: Request, asset: Asset): "br" | "gzip" | undefined {
  if (!request.headers.get("accept-encoding")) return undefined;
  return (["br", "gzip"] as const).find((coding) =>
    asset.encoded[coding] !== undefined &&
    acceptsEncodings(request, coding, "identity") === coding
  );
}
