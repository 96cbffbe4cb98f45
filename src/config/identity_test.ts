import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { AtmosphereError } from "../core/errors.ts";
import { createIdentityText, loadIdentity, parseIdentity } from "./identity.ts";
import {
  isPair,
  peerIdOf,
  privateKeyProtobuf,
  publicKeyProtobuf,
  readPrivateKeyProtobuf,
} from "./identity_keys.ts";
import { TempDir } from "./testdata/temp_dir.ts";

// The Ed25519 vector of the libp2p specification "Peer Ids and Keys", and the key of an all-zero
// seed; the peer ids are those that js-libp2p gives them.
const vectors = [
  {
    privateKey: "080112407e0830617c4a7de83925dfb2694556b12936c477a0e1feb2e148ec9da60fee7d" +
      "1ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e",
    publicKey: "080112201ed1e8fae2c4a144b8be8fd4b47bf3d3b34b871c3cacf6010f0e42d474fce27e",
    peerId: "12D3KooWBtg3aaRMjxwedh83aGiUkwSxDwUZkzuJcfaqUmo7R3pq",
  },
  {
    privateKey: "08011240" + "00".repeat(32) +
      "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
    publicKey: "080112203b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",
    peerId: "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN",
  },
];

Deno.test("identity keys have libp2p's forms", async () => {
  for (const { privateKey, publicKey, peerId } of vectors) {
    const pair = readPrivateKeyProtobuf(Uint8Array.fromHex(privateKey));
    assert(pair !== undefined);
    assertEquals(privateKeyProtobuf(pair).toHex(), privateKey);
    assertEquals(publicKeyProtobuf(pair.publicKey).toHex(), publicKey);
    assertEquals(peerIdOf(pair.publicKey), peerId);
    assert(await isPair(pair));
  }
});

Deno.test("isPair() is false for the halves of two keys", async () => {
  const [a, b] = vectors.map((vector) =>
    readPrivateKeyProtobuf(Uint8Array.fromHex(vector.privateKey))!
  );
  assertEquals(await isPair({ seed: a!.seed, publicKey: b!.publicKey }), false);
  assertEquals(await isPair({ seed: a!.seed, publicKey: new Uint8Array(32).fill(255) }), false);
});

Deno.test("loadIdentity() gives back what was made", async () => {
  await using dir = await TempDir.create();
  const now = new Date("2026-01-02T03:04:05Z");
  const text = await createIdentityText(now);
  await dir.write("identity.json", text);
  const identity = await loadIdentity(dir.path);
  assert(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/.test(identity.peerId), identity.peerId);
  assertEquals(identity.createdAt, "2026-01-02T03:04:05.000Z");
  const pair = readPrivateKeyProtobuf(
    Uint8Array.fromBase64(identity.privateKeyProtobuf.reveal()),
  );
  assertEquals(pair?.publicKey, identity.publicKey);
  assertEquals(peerIdOf(identity.publicKey), identity.peerId);
  assert(!Deno.inspect(identity).includes(identity.privateKeyProtobuf.reveal()));
  assertNotEquals((await parseIdentity(await createIdentityText(), "x")).peerId, identity.peerId);
});

async function problemOf(work: () => Promise<unknown>): Promise<unknown> {
  const error = await assertRejects(work, AtmosphereError);
  assertEquals(error.code, "identity_broken");
  assert(error.message.includes(String(error.details?.["file"])), error.message);
  assert(error.hint !== undefined);
  return error.details?.["problem"];
}

Deno.test("parseIdentity() says what is wrong with every kind of broken file", async () => {
  const text = await createIdentityText();
  const good = JSON.parse(text) as Record<string, unknown>;
  const other = JSON.parse(await createIdentityText()) as Record<string, unknown>;
  const cases: [text: string, problem: string][] = [
    ["", "empty"],
    [" \n", "empty"],
    [text.slice(0, -10), "not_json"],
    ["[]", "wrong_shape"],
    ["null", "wrong_shape"],
    ["{}", "unknown_version"],
    [JSON.stringify({ ...good, version: 2 }), "unknown_version"],
    [JSON.stringify({ ...good, type: "RSA" }), "wrong_shape"],
    [JSON.stringify({ ...good, peerId: 5 }), "wrong_shape"],
    [JSON.stringify({ ...good, privateKey: undefined }), "wrong_shape"],
    [JSON.stringify({ ...good, createdAt: "yesterday" }), "wrong_shape"],
    [JSON.stringify({ ...good, privateKey: "!!" }), "bad_private_key"],
    [JSON.stringify({ ...good, privateKey: good["publicKey"] }), "bad_private_key"],
    [JSON.stringify({ ...good, publicKey: "AAAA" }), "bad_public_key"],
    [JSON.stringify({ ...good, publicKey: other["publicKey"] }), "key_mismatch"],
    [JSON.stringify({ ...good, privateKey: other["privateKey"] }), "key_mismatch"],
    [JSON.stringify({ ...good, peerId: other["peerId"] }), "peer_id_mismatch"],
  ];
  for (const [broken, problem] of cases) {
    assertEquals(await problemOf(() => parseIdentity(broken, "identity.json")), problem, broken);
  }
});

Deno.test("parseIdentity() refuses a key with a single changed character and never shows it", async () => {
  const text = await createIdentityText();
  const { privateKey } = JSON.parse(text) as { privateKey: string };
  // The first six characters are the protobuf's head and part of the seed's first bytes.
  const at = fc.integer({ min: 6, max: privateKey.length - 3 });
  await fc.assert(fc.asyncProperty(at, fc.constantFrom("A", "z", "9", "+"), async (index, to) => {
    const changed = privateKey.slice(0, index) + to + privateKey.slice(index + 1);
    if (changed === privateKey) return;
    const error = await assertRejects(
      () => parseIdentity(text.replace(privateKey, changed), "identity.json"),
      AtmosphereError,
    );
    assertEquals(error.code, "identity_broken");
    const told = JSON.stringify([error.message, error.hint, error.details]);
    assert(!told.includes(changed.slice(10, 40)));
  }));
});

Deno.test("loadIdentity() tells a missing file from one that can't be read", async () => {
  await using dir = await TempDir.create();
  assertEquals(await problemOf(() => loadIdentity(dir.path)), "missing");
  await Deno.mkdir(`${dir.path}/identity.json`);
  assertEquals(await problemOf(() => loadIdentity(dir.path)), "unreadable");
});
