/**
 * The node's identity: an Ed25519 key whose public half is its name in the mesh.
 *
 * @module
 */

import { AtmosphereError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { dataDirPaths } from "./data_dir.ts";

/** Who a node is. */
export interface Identity {
  /** libp2p peer id: base58btc of the identity multihash of the public key's protobuf. */
  readonly peerId: string;
  /** The 32 bytes of the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  /** libp2p's private key protobuf (68 bytes) in base64. */
  readonly privateKeyProtobuf: Secret;
  /** When it was made, ISO 8601 in UTC. */
  readonly createdAt: string;
}

/** What can be wrong with an identity file; `details.problem` of the error names it. */
export type IdentityProblem =
  | "missing"
  | "unreadable"
  | "empty"
  | "not_json"
  | "wrong_shape"
  | "unknown_version"
  | "bad_private_key"
  | "bad_public_key"
  | "key_mismatch"
  | "peer_id_mismatch";

const fileVersion = 1;
const maxFileBytes = 64 * 1024;

/** The text of a new identity file. */
export async function createIdentityText(now: Date = new Date()): Promise<string> {
  const keys = await import("./identity_keys.ts");
  const pair = await keys.createKeyPair();
  const content = {
    version: fileVersion,
    type: "Ed25519",
    peerId: keys.peerIdOf(pair.publicKey),
    publicKey: keys.publicKeyProtobuf(pair.publicKey).toBase64(),
    privateKey: keys.privateKeyProtobuf(pair).toBase64(),
    createdAt: now.toISOString(),
  };
  return JSON.stringify(content, null, 2) + "\n";
}

function broken(
  path: string,
  problem: IdentityProblem,
  reason: string,
  cause?: unknown,
): AtmosphereError {
  const missing = problem === "missing";
  const hint = missing
    ? "Run atmosphere init to make one"
    : problem === "unreadable"
    ? "Make the file readable for the user that runs Atmosphere"
    : "Restore the file from a backup; or move it away and run atmosphere init, which makes a new identity: " +
      "the node then has a new peer id and must join its mesh again";
  return new AtmosphereError(
    "identity_broken",
    missing ? `There is no identity in ${path}` : `The identity in ${path} is broken: ${reason}`,
    { cause, hint, details: { file: path, problem } },
  );
}

async function readText(path: string): Promise<string> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) throw broken(path, "unreadable", "it is no file");
    if (info.size > maxFileBytes) {
      throw broken(
        path,
        "wrong_shape",
        `it has ${info.size} bytes, at most ${maxFileBytes} belong`,
      );
    }
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof AtmosphereError) throw error;
    if (error instanceof Deno.errors.NotFound) throw broken(path, "missing", "no file", error);
    throw broken(path, "unreadable", `it can't be read (${(error as Error).message})`, error);
  }
}

function bytesOf(value: unknown): Uint8Array | undefined {
  try {
    return typeof value === "string" ? Uint8Array.fromBase64(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads and checks the text of an identity file that `path` names. Throws `identity_broken`. */
export async function parseIdentity(text: string, path: string): Promise<Identity> {
  if (text.trim() === "") throw broken(path, "empty", "the file is empty");
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which holds the private key.
    throw broken(path, "not_json", "the file is not JSON; it may have been cut short");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw broken(path, "wrong_shape", "the file holds no JSON object");
  }
  const file = parsed as Record<string, unknown>;
  if (file["version"] !== fileVersion) {
    const found = JSON.stringify(file["version"]) ?? "none";
    const reason = `its version is ${found.slice(0, 20)}, this Atmosphere knows ${fileVersion}`;
    throw broken(path, "unknown_version", reason);
  }
  for (const key of ["peerId", "publicKey", "privateKey", "createdAt"]) {
    if (typeof file[key] !== "string" || file[key] === "") {
      throw broken(path, "wrong_shape", `"${key}" is not a text`);
    }
  }
  if (file["type"] !== "Ed25519") throw broken(path, "wrong_shape", `"type" is not "Ed25519"`);
  if (Number.isNaN(Date.parse(file["createdAt"] as string))) {
    throw broken(path, "wrong_shape", `"createdAt" is no time`);
  }
  // Loaded here because few commands need an identity, and base58 comes from npm.
  const keys = await import("./identity_keys.ts");
  const privateBytes = bytesOf(file["privateKey"]);
  const pair = privateBytes === undefined ? undefined : keys.readPrivateKeyProtobuf(privateBytes);
  if (pair === undefined) {
    const reason = `"privateKey" is not the protobuf of an Ed25519 key in base64`;
    throw broken(path, "bad_private_key", reason);
  }
  const publicProtobuf = bytesOf(file["publicKey"]);
  const publicKey = publicProtobuf === undefined
    ? undefined
    : keys.readPublicKeyProtobuf(publicProtobuf);
  if (publicKey === undefined) {
    const reason = `"publicKey" is not the protobuf of an Ed25519 key in base64`;
    throw broken(path, "bad_public_key", reason);
  }
  const isSame = publicKey.every((byte, index) => byte === pair.publicKey[index]);
  if (!isSame || !await keys.isPair(pair)) {
    const reason = `"publicKey" and "privateKey" do not belong together`;
    throw broken(path, "key_mismatch", reason);
  }
  if (file["peerId"] !== keys.peerIdOf(publicKey)) {
    throw broken(path, "peer_id_mismatch", `"peerId" does not belong to "publicKey"`);
  }
  return {
    peerId: file["peerId"] as string,
    publicKey,
    privateKeyProtobuf: new Secret(file["privateKey"] as string),
    createdAt: file["createdAt"] as string,
  };
}

/**
 * The identity of the node in `dataDir`, checked: peer id, public and private key belong together.
 *
 * Throws `identity_broken`, whose message says what is wrong with which file and whose
 * `details.problem` is an {@linkcode IdentityProblem}. Never makes a new one.
 */
export async function loadIdentity(dataDir: string): Promise<Identity> {
  const path = dataDirPaths(dataDir).identity;
  return await parseIdentity(await readText(path), path);
}
