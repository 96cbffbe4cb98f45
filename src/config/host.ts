/**
 * The forms of a host that the node can listen on, and which of them stay on this machine.
 *
 * @module
 */

const ipv4Octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ipv4 = new RegExp(`^${ipv4Octet}(?:\\.${ipv4Octet}){3}$`);
const label = "[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?";
const hostName = new RegExp(`^${label}(?:\\.${label})*$`);

/** The canonical form of an IPv6 address without brackets; undefined when it is none. */
function canonicalIpv6(host: string): string | undefined {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  if (!/^[0-9A-Fa-f:.]+$/.test(bare) || !bare.includes(":")) return undefined;
  // The URL parser knows every way to write one.
  const url = URL.parse(`http://[${bare}]/`);
  return url === null ? undefined : url.hostname.slice(1, -1);
}

/** Whether `host` is an IPv4 address, an IPv6 address (bare or in brackets) or a host name. */
export function isHost(host: string): boolean {
  if (ipv4.test(host) || canonicalIpv6(host) !== undefined) return true;
  // A name of digits and dots alone is a mistyped address.
  return host.length <= 253 && hostName.test(host) && !/^[\d.]+$/.test(host);
}

/**
 * Whether only this machine can reach a listener on `host`: 127.0.0.0/8, `::1`, `localhost`.
 *
 * A name that merely resolves to such an address counts as foreign, for what it resolves to can change.
 */
export function isLoopbackHost(host: string): boolean {
  if (ipv4.test(host)) return host.startsWith("127.");
  const ipv6 = canonicalIpv6(host);
  // `::ffff:7fxx:xxxx` is an IPv4 address in IPv6 clothing.
  if (ipv6 !== undefined) return ipv6 === "::1" || /^::ffff:7f[0-9a-f]{2}:/.test(ipv6);
  const name = host.toLowerCase().replace(/\.$/, "");
  return name === "localhost" || name.endsWith(".localhost");
}
