/**
 * The node's token: what a program must show to change the node.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { dataDirPaths } from "./data_dir.ts";

/** Fewest characters of a token. */
export const minTokenLength = 16;

/** Whether `text` can be a token: visible ASCII, since it travels in a header, and not too short. */
export function isToken(text: string): boolean {
  return text.length >= minTokenLength && text.length <= 1024 && /^[\x21-\x7e]+$/.test(text);
}

/** A new token: 32 random bytes as base64url. */
export function createToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * The token of the node in `dataDir`, or `override` where there is one.
 *
 * Throws `data_dir_unusable` when the file is missing, unreadable or holds no token.
 */
export async function loadToken(dataDir: string, override?: Secret): Promise<Secret> {
  if (override !== undefined) return override;
  const path = dataDirPaths(dataDir).token;
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new AtmosphereError(
      "data_dir_unusable",
      missing
        ? `There is no token in ${path}`
        : `Could not read the token in ${path}: ${(cause as Error).message}`,
      {
        cause,
        hint: missing
          ? "Run atmosphere init to make one"
          : "Make the file readable for the user that runs Atmosphere",
        details: { file: path },
      },
    );
  }
  if (!isToken(text)) {
    throw new AtmosphereError(
      "data_dir_unusable",
      `The file ${path} holds no token: expected ${minTokenLength} to 1024 visible ASCII characters, got ${text.length} characters`,
      {
        hint: "Delete the file and run atmosphere init to make a new token",
        details: { file: path },
      },
    );
  }
  return new Secret(text);
}
