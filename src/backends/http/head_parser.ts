/**
 * The head of an HTTP/1.1 answer (RFC 9112), read strictly: what is not clearly one is none.
 *
 * @module
 */

/** How the length of a body is told. */
export type BodyFraming =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "until-close" };

/** A head. */
export interface ResponseHead {
  readonly status: number;
  /** By name in lower case; repeated fields are joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly framing: BodyFraming;
  /** Whether the connection can carry another request after this answer. */
  readonly keepAlive: boolean;
}

/** Most bytes of a head. */
export const maxHeadBytes = 65_536;

const maxFields = 200;
const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: |$)/;
const digits = /^\d{1,15}$/;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// deno-lint-ignore no-control-regex
const broken = /[\u0000\r\n]/;

/** A head that is none, or that contradicts itself. Becomes a `BackendError` in the transport. */
export class MalformedHttp extends Error {
  override readonly name = "MalformedHttp";
}

/** Index of the empty line that ends a head in `bytes`, -1 when it is not there; looks from `from`. */
export function findHeadEnd(bytes: Uint8Array, from: number, to: number): number {
  for (let at = bytes.indexOf(13, from); at >= 0 && at + 3 < to; at = bytes.indexOf(13, at + 1)) {
    if (bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at;
  }
  return -1;
}

function readFields(lines: readonly string[]): Map<string, string> {
  if (lines.length > maxFields) throw new MalformedHttp("too many header fields");
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    // A space before the colon, or a folded line, is how requests are smuggled.
    if (colon < 1 || !token.test(name)) throw new MalformedHttp("a header field is broken");
    const value = line.slice(colon + 1).trim();
    if (broken.test(value)) throw new MalformedHttp("a header field is broken");
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

function framingOf(status: number, headers: ReadonlyMap<string, string>): BodyFraming {
  if (status === 204 || status === 304) return { kind: "length", bytes: 0 };
  const transferEncoding = headers.get("transfer-encoding");
  if (transferEncoding !== undefined) {
    // Compression was never asked for; anything but chunked can't be read.
    if (transferEncoding.toLowerCase() !== "chunked") {
      throw new MalformedHttp("its transfer encoding is unknown");
    }
    return { kind: "chunked" };
  }
  const length = headers.get("content-length");
  if (length === undefined) return { kind: "until-close" };
  if (digits.test(length)) return { kind: "length", bytes: Number(length) };
  // Told several times, it is one length all the same (RFC 9110, 8.6).
  const values = new Set(length.split(",").map((value) => value.trim()));
  const [value = ""] = values;
  if (values.size !== 1 || !digits.test(value)) {
    throw new MalformedHttp("its content length is no number");
  }
  return { kind: "length", bytes: Number(value) };
}

/** The head in `text`, which ends before the empty line. Throws {@linkcode MalformedHttp}. */
export function parseHead(text: string): ResponseHead {
  const lines = text.split("\r\n");
  const first = statusLine.exec(lines.shift() ?? "");
  if (first === null) throw new MalformedHttp("no HTTP/1.1 answer");
  const status = Number(first[2]);
  const headers = readFields(lines);
  const framing = framingOf(status, headers);
  const connection = headers.get("connection")?.toLowerCase() ?? "";
  const keepAlive = framing.kind !== "until-close" && !connection.includes("close") &&
    (first[1] === "1" || connection.includes("keep-alive")) &&
    !(framing.kind === "chunked" && headers.has("content-length"));
  return { status, headers, framing, keepAlive };
}
