import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { dirname, join } from "node:path";
import { AtmosphereError } from "../../core/errors.ts";
import { findPlace, ownExecutable } from "./place.ts";

/** A file system with an executable at `path`, relative to its root, and more files. */
async function makeRoot(path: string, files: Readonly<Record<string, string>> = {}) {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "atmosphere-place-" }));
  for (const [name, text] of Object.entries({ [path]: "executable", ...files })) {
    await Deno.mkdir(dirname(join(root, name)), { recursive: true });
    await Deno.writeTextFile(join(root, name), text.replaceAll("ROOT", root));
  }
  return {
    root,
    executable: join(root, path),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

Deno.test("findPlace() takes an executable of the user's own", async () => {
  await using at = await makeRoot("home/me/.local/bin/atmosphere");
  const place = await findPlace({ ...at, standalone: true, home: join(at.root, "home/me") });
  assertEquals(place, { executable: at.executable, owner: undefined });
  assertEquals(ownExecutable(place), at.executable);
});

Deno.test("findPlace() follows the link by which the program was started", async () => {
  await using at = await makeRoot("opt/homebrew/Cellar/atmosphere/1.0.0/bin/atmosphere");
  const link = join(at.root, "atmosphere");
  await Deno.symlink(at.executable, link);
  const place = await findPlace({ root: at.root, executable: link, standalone: true });
  assertEquals([place.executable, place.owner?.name], [at.executable, "Homebrew"]);
});

Deno.test("findPlace() names whoever keeps the program, and ownExecutable() refuses with their way", async () => {
  const cases: [string, Record<string, string>, string, string][] = [
    ["usr/local/Cellar/atmosphere/1/bin/atmosphere", {}, "Homebrew", "brew upgrade atmosphere"],
    [
      "usr/games/atmosphere",
      { "var/lib/dpkg/info/atmosphere.list": "/.\n/usr\nROOT/usr/games/atmosphere\n" },
      "the Debian package",
      "sudo apt install",
    ],
    ["opt/atmosphere", { ".dockerenv": "" }, "its container image", "Pull the newer image"],
    ["opt/atmosphere", { "run/.containerenv": "" }, "its container image", "new container"],
  ];
  for (const [path, files, name, instead] of cases) {
    await using at = await makeRoot(path, files);
    const place = await findPlace({ ...at, standalone: true, home: join(at.root, "root") });
    assertEquals([path, place.owner?.name], [path, name]);
    const error = assertThrows(() => ownExecutable(place), AtmosphereError, `is kept by ${name}`);
    assertEquals([error.code, error.exitCode], ["forbidden", 4]);
    assertStringIncludes(error.hint ?? "", instead);
  }
});

Deno.test("findPlace() lets a user's own executable in a container be updated", async () => {
  await using at = await makeRoot("home/me/bin/atmosphere", { ".dockerenv": "" });
  const place = await findPlace({ ...at, standalone: true, home: join(at.root, "home/me") });
  assertEquals(place.owner, undefined);
});

Deno.test("findPlace() knows a program that runs from source or from a registry", async () => {
  const source = await findPlace({ standalone: false, module: "file:///a/src/place.ts" });
  assertStringIncludes(source.owner?.instead ?? "", "git pull");
  const registry = await findPlace({ standalone: false, module: "https://jsr.io/@atmosphere/cli" });
  assertStringIncludes(registry.owner?.instead ?? "", "jsr:@atmosphere/cli");
  assertThrows(() => ownExecutable(registry), AtmosphereError, "The program is kept by");
});
