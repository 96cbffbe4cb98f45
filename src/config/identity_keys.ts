/**
 * Ed25519 keys in libp2p's forms.
 *
 * The forms are those of the libp2p specification "Peer Ids and Keys": a key is a protobuf of its type
 * (field 1, Ed25519 = 1) and its data (field 2); a peer id is the identity multihash of the public
 * key's protobuf in base58btc.
 *
 * @module
 */

import { base58btc } from "multiformats/bases/base58";

const seedBytes = 32;
const publicBytes = 32;
// Field 1 (varint) = 1 (Ed25519), field 2 (bytes) of the length that follows.
const publicHead = [0x08, 0x01, 0x12, publicBytes];
const privateHead = [0x08, 0x01, 0x12, seedBytes + publicBytes];
// Multihash code 0 (identity) and the length of a public key's protobuf.
const multihashHead = [0x00, publicHead.length + publicBytes];

/** An Ed25519 key pair: 32 bytes of seed, 32 bytes of public key. */
export interface KeyPair {
  readonly seed: Uint8Array;
  readonly publicKey: Uint8Array;
}

function concat(...parts: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The public key's protobuf: 36 bytes. */
export function publicKeyProtobuf(publicKey: Uint8Array): Uint8Array {
  return concat(publicHead, publicKey);
}

/** The private key's protobuf: 68 bytes, which hold the seed and the public key. */
export function privateKeyProtobuf({ seed, publicKey }: KeyPair): Uint8Array {
  return concat(privateHead, seed, publicKey);
}

function dataOf(
  protobuf: Uint8Array,
  head: readonly number[],
  sizeBytes: number,
): Uint8Array | undefined {
  const fits = protobuf.length === head.length + sizeBytes &&
    head.every((byte, index) => protobuf[index] === byte);
  return fits ? protobuf.slice(head.length) : undefined;
}

/** The key pair in a private key's protobuf; undefined when it is not that of an Ed25519 key. */
export function readPrivateKeyProtobuf(protobuf: Uint8Array): KeyPair | undefined {
  const data = dataOf(protobuf, privateHead, seedBytes + publicBytes);
  return data === undefined
    ? undefined
    : { seed: data.slice(0, seedBytes), publicKey: data.slice(seedBytes) };
}

/** The public key in its protobuf; undefined when it is not that of an Ed25519 key. */
export function readPublicKeyProtobuf(protobuf: Uint8Array): Uint8Array | undefined {
  return dataOf(protobuf, publicHead, publicBytes);
}

/** The libp2p peer id of a public key, such as `12D3KooW…`. */
export function peerIdOf(publicKey: Uint8Array): string {
  return base58btc.baseEncode(concat(multihashHead, publicKeyProtobuf(publicKey)));
}

function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true });
}

function fromBase64url(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}

/** A new key pair from the system's random source. */
export async function createKeyPair(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const { d, x } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  return { seed: fromBase64url(d ?? ""), publicKey: fromBase64url(x ?? "") };
}

/** Whether what the seed signs is verified by the public key: whether the two belong together. */
export async function isPair({ seed, publicKey }: KeyPair): Promise<boolean> {
  const jwk = { kty: "OKP", crv: "Ed25519", x: base64url(publicKey) };
  const message = new TextEncoder().encode("atmosphere identity check");
  try {
    const signer = await crypto.subtle.importKey(
      "jwk",
      { ...jwk, d: base64url(seed) },
      "Ed25519",
      false,
      ["sign"],
    );
    const verifier = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["verify"]);
    const signature = await crypto.subtle.sign("Ed25519", signer, message);
    return await crypto.subtle.verify("Ed25519", verifier, signature, message);
  } catch {
    // A public key that is no point of the curve, or that the seed does not have, is refused here.
    return false;
  }
}
