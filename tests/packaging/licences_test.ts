import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { installedPackages, refusedPackages } from "../../dist-scripts/check_licences.ts";
import { isLicenceAllowed } from "../../dist-scripts/build/licences.ts";
import {
  findThirdParties,
  renderNotices,
  type ThirdParty,
} from "../../dist-scripts/build/notices.ts";

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

Deno.test("findThirdParties() names what is bundled, and refuses a licence that is not allowed", async () => {
  const root = await Deno.makeTempDir({ prefix: "atmosphere-licences-" });
  try {
    const inputs: string[] = ["src/ours.ts"];
    const add = async (name: string, manifest: Record<string, unknown>) => {
      const folder = join(root, "node_modules", ".deno", `${name}@1`, "node_modules", name);
      await Deno.mkdir(folder, { recursive: true });
      await Deno.writeTextFile(
        join(folder, "package.json"),
        JSON.stringify({ name, version: "1.0.0", ...manifest }),
      );
      inputs.push(join("node_modules", ".deno", `${name}@1`, "node_modules", name, "index.js"));
    };
    const model = { name: "weights", licence: "Apache-2.0", source: "https://example.org/" };
    const find = () => findThirdParties({ root, inputs, natives: [], model });
    await add("good", { license: "MIT" });
    await add("older", { license: { type: "ISC" } });
    assertEquals((await find()).map(({ name }) => name), ["deno", "good", "older", "weights"]);
    await add("copyleft", { license: "GPL-3.0-only" });
    await add("silent", {});
    const message = "These licences may not be handed out: copyleft (GPL-3.0-only), silent (none)";
    await assertRejects(find, Error, message);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("deno task licences names each installed package that is under none of the allowed ones", async () => {
  const nodeModules = await Deno.makeTempDir({ prefix: "atmosphere-licences-" });
  try {
    const add = async (name: string, licence: string | undefined) => {
      const own = join(nodeModules, ".deno", name.replace("/", "+"), "node_modules");
      await Deno.mkdir(join(own, name), { recursive: true });
      const manifest = JSON.stringify({ name, version: "1.0.0", license: licence });
      await Deno.writeTextFile(join(own, name, "package.json"), manifest);
      return own;
    };
    // A lock that an installation leaves.
    await Deno.mkdir(join(nodeModules, ".deno"));
    await Deno.writeTextFile(join(nodeModules, ".deno", ".deno.lock"), "");
    await add("fine", "(MIT OR CC0-1.0)");
    await add("@img/sharp-libvips-linux-x64", "LGPL-3.0-or-later");
    await add("@scope/strict", "AGPL-3.0");
    const own = await add("silent", undefined);
    await Deno.symlink(join("..", "..", "fine", "node_modules", "fine"), join(own, "fine"));
    const found = await installedPackages(nodeModules);
    assertEquals(
      found.map(({ name }) => name),
      ["@img/sharp-libvips-linux-x64", "@scope/strict", "fine", "silent"],
    );
    assertEquals(refusedPackages(found), ["@scope/strict 1.0.0 (AGPL-3.0)", "silent 1.0.0 (none)"]);
  } finally {
    await Deno.remove(nodeModules, { recursive: true });
  }
});
