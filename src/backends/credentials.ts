/**
 * The headers that carry a backend's credentials, and keeping them out of texts.
 *
 * @module
 */

import { AtmosphereError } from "../core/mod.ts";
import type { Address } from "./address.ts";
import type { BackendDefinition } from "./definition.ts";
import type { Engine } from "./engine.ts";

/**
 * The headers with the key of a backend, or with the user part of its URL. Throws `config_invalid`
 * for a key that can't stand in a header, such as one with a line break.
 */
export function credentialHeaders(
  parts: { readonly definition: BackendDefinition; readonly engine: Engine },
  address: Address,
): Readonly<Record<string, string>> {
  const key = parts.definition.apiKey?.reveal();
  if (key === undefined || key === "") {
    return address.authorization === undefined ? {} : { authorization: address.authorization };
  }
  if (/[^\x21-\x7e]/.test(key)) {
    throw new AtmosphereError(
      "config_invalid",
      `The key of backend "${parts.definition.id}" has a space, a line break or a character that no key has`,
      { hint: "Copy the key again, without what surrounds it" },
    );
  }
  return parts.engine.authorize?.(key) ?? { authorization: `Bearer ${key}` };
}

/** Takes the credentials in `headers` out of a text that somebody else wrote. */
export function concealer(headers: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.values(headers).map((value) => value.replace(/^(Bearer|Basic) /, ""))
    .filter((value) => value.length >= 6);
  return (text) => secrets.reduce((clean, secret) => clean.replaceAll(secret, "[redacted]"), text);
}
