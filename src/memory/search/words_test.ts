import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createMemory } from "../memory.ts";
import { compoundParts, identifierParts, matchExpression, namesSomething } from "./words.ts";

Deno.test("identifierParts() splits at humps and digits", () => {
  assertEquals(identifierParts("getUserName2"), ["get", "User", "Name", "2"]);
  assertEquals(identifierParts("XMLHttpRequest"), ["XML", "Http", "Request"]);
  assertEquals(identifierParts("sha256sum"), ["sha", "256", "sum"]);
  assertEquals(identifierParts("plain"), []);
});

Deno.test("compoundParts() gives the parts of a text's compound words", () => {
  assertEquals(compoundParts("call parseJSONBody and wait"), "parse JSON Body");
  assertEquals(compoundParts("東京都"), "東京 京都");
});

Deno.test("matchExpression() leaves out words that say nothing, unless there are no others", () => {
  assertEquals(matchExpression("what is the backup policy"), '"backup" OR "policy"');
  assertEquals(matchExpression("to be or not"), '"to" OR "be" OR "or" OR "not"');
  assertEquals(matchExpression('"*()^ -:'), undefined);
});

Deno.test("matchExpression() looks for the parts of a name together as well", () => {
  assertEquals(
    matchExpression("dh_installDocs"),
    '"dh installdocs" OR "dh" OR "installdocs" OR "install" OR "docs"',
  );
});

Deno.test("namesSomething() tells names from sentences", () => {
  for (
    const name of [
      "getUserName",
      "sha256",
      "Build-Depends",
      "fs.open",
      "where is user_id set",
      "std::vector use",
    ]
  ) {
    assert(namesSomething(name), name);
  }
  for (
    const text of [
      "backups",
      "is a cross-grade safe?",
      "e.g. a well-kept library",
      "version 2 of it",
    ]
  ) {
    assert(!namesSomething(text), text);
  }
});

Deno.test("search() takes any text as words, never as syntax", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using memory = await createMemory({ path: `${dir}/m.db` });
    await memory.createCollection("default", { space: { kind: "none" } });
    await memory.add([{ id: "a", text: "alpha NEAR beta" }, {
      id: "b",
      text: "get_user_name fetchURL",
    }]);
    const hostile = [
      'alpha"',
      '"alpha',
      "alpha*",
      "body:alpha",
      "alpha NEAR(",
      "^alpha",
      "alpha AND NOT",
      "{body parts}: alpha",
      "alpha'; DROP TABLE items; --",
      "alpha\u0000beta",
      "alpha \ud800",
    ];
    for (const text of hostile) {
      const { hits } = await memory.search({ text });
      assert(hits.some(({ item }) => item.id === "a"), text);
    }
    assertEquals((await memory.search({ text: "user" })).hits[0]?.item.id, "b");
    assertEquals((await memory.search({ text: "getUserName" })).hits[0]?.item.id, "b");
    assertEquals((await memory.search({ text: "fetching url" })).hits[0]?.item.id, "b");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary", minLength: 1 }), async (text) => {
        await memory.search({ text, mode: "keyword" });
      }),
      { numRuns: 50 },
    );
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
