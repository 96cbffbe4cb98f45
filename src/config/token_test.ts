import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { TempDir } from "./testdata/temp_dir.ts";
import { createToken, isToken, loadToken } from "./token.ts";

Deno.test("createToken() gives 32 random bytes as base64url", () => {
  const token = createToken();
  assertEquals(Uint8Array.fromBase64(token, { alphabet: "base64url" }).length, 32);
  assert(/^[A-Za-z0-9_-]{43}$/.test(token));
  assertNotEquals(createToken(), token);
});

Deno.test("loadToken() reads the file, unless there is an override", async () => {
  await using dir = await TempDir.create();
  await dir.write("token", "0123456789abcdef0\n");
  assertEquals((await loadToken(dir.path)).reveal(), "0123456789abcdef0");
  const override = new Secret("another-token-of-mine");
  assertEquals(await loadToken("/nonexistent", override), override);
});

Deno.test("loadToken() says what is wrong with the file, not what is in it", async () => {
  await using dir = await TempDir.create();
  const missing = await assertRejects(() => loadToken(dir.path), AtmosphereError);
  assertEquals(missing.code, "data_dir_unusable");
  assertEquals(missing.hint, "Run atmosphere init to make one");
  for (const text of ["", "short", "with space in the middle", "é".repeat(20)]) {
    await dir.write("token", text);
    const error = await assertRejects(() => loadToken(dir.path), AtmosphereError);
    assertEquals(error.code, "data_dir_unusable");
    assert(text === "" || !error.message.includes(text));
  }
});

Deno.test("isToken() takes visible ASCII of 16 characters or more", () => {
  assertEquals(isToken("x".repeat(16)), true);
  assertEquals(isToken("x".repeat(15)), false);
  assertEquals(isToken("x".repeat(1025)), false);
  assertEquals(isToken("0123456789abcde\n"), false);
});
