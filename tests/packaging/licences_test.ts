import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { isLicenceAllowed } from "../../dist-scripts/build/licences.ts";
import { renderNotices, type ThirdParty } from "../../dist-scripts/build/notices.ts";

Deno.test("isLicenceAllowed() reads SPDX expressions", () => {
  const allowed = ["MIT", "(MIT OR GPL-3.0-only)", "GPL-2.0 OR Apache-2.0", "MIT AND ISC"];
  const refused = [
    "",
    "GPL-3.0-only",
    "MIT AND LGPL-3.0",
    "(MIT OR ISC) AND AGPL-3.0",
    "SEE LICENSE IN X",
    "MIT ISC",
    "(MIT",
  ];
  assertEquals(allowed.filter((licence) => !isLicenceAllowed(licence)), []);
  assertEquals(refused.filter(isLicenceAllowed), []);
});

const party: ThirdParty = {
  name: "a",
  version: "1.0.0",
  licence: "ISC",
  homepage: "git+https://example.org/a.git",
  isPackage: true,
  text: undefined,
};
const mit = "Copyright somebody\n\nPermission is hereby granted";

Deno.test("renderNotices() spells every licence out", () => {
  const text = renderNotices([{ ...party, licence: "MIT" }, {
    ...party,
    name: "b",
    text: "Text of b",
  }], mit);
  assertStringIncludes(text, "a 1.0.0\nLicence: MIT (its text is at the end)");
  assertStringIncludes(text, "Home: https://example.org/a\n");
  assertStringIncludes(text, "Text of b");
  assertStringIncludes(text, "Text of MIT\n\nPermission is hereby granted");
  assertEquals(text.includes("Copyright somebody"), false);
});

Deno.test("renderNotices() refuses a licence whose text nobody carries", () => {
  assertThrows(() => renderNotices([party], mit), Error, "There is no text of ISC, of a");
});
