/**
 * The syntax of `OLLAMA_HOST`, which Ollama's server and clients share.
 *
 * @module
 */

/**
 * The address that a client reaches for a value of `OLLAMA_HOST`; undefined when it names none.
 *
 * Follows Ollama: `host`, `host:port`, `:port` and `scheme://host[:port][/path]`; the port is 11434
 * without a scheme, else the scheme's own; a port that is none counts as absent. A host that means
 * "every interface" to the server means loopback to a client.
 */
export function ollamaUrl(value: string): string | undefined {
  const text = value.trim().replace(/^["']+|["']+$/g, "").trim();
  if (text === "") return undefined;
  if (text === "ollama.com") return "https://ollama.com:443";
  const scheme = /^([a-z]+):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== "http" && scheme !== "https") return undefined;
  const rest = scheme === undefined ? text : text.slice(scheme.length + 3);
  const slash = rest.indexOf("/");
  const hostPort = slash === -1 ? rest : rest.slice(0, slash);
  const path = slash === -1 ? "" : rest.slice(slash).replace(/\/+$/, "");
  if (/[\s@?#]/.test(rest)) return undefined;

  const defaultPort = scheme === "https" ? "443" : scheme === "http" ? "80" : "11434";
  const { host, port } = splitHostPort(hostPort);
  const isPort = port !== undefined && /^\d+$/.test(port) && Number(port) <= 65_535;
  const everywhere = host === "" || host === "0.0.0.0" || /^[0:]+$/.test(host);
  const reached = everywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  const url = `${scheme ?? "http"}://${reached}:${isPort ? port : defaultPort}${path}`;
  return URL.parse(url) === null ? undefined : url;
}

/** Splits what stands before the path; an IPv6 address may be bare when no port follows. */
function splitHostPort(text: string): { host: string; port: string | undefined } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text);
  if (bracketed !== null) return { host: bracketed[1] ?? "", port: bracketed[2] };
  const colons = text.split(":").length - 1;
  if (colons !== 1) return { host: text, port: undefined };
  const [host = "", port = ""] = text.split(":");
  return { host, port };
}
