import { assertEquals } from "@std/assert";
import { isAbsolute, nameOf, normalize, parentOf, resolveIn } from "./path.ts";
import { posix, win32 } from "node:path";
import fc from "fast-check";

Deno.test("resolveIn() agrees with node:path on POSIX", () => {
  const name = fc.array(fc.constantFrom("a", "b.c", "..", ".", "", "x y", "é"), { maxLength: 6 })
    .map((names) => names.join("/"));
  fc.assert(fc.property(name, name, fc.boolean(), (base, path, absolute) => {
    const target = absolute ? `/${path}` : path;
    assertEquals(
      resolveIn(`/${base}`, target, { windows: false }),
      posix.resolve(`/${base}`, target),
    );
  }));
});

Deno.test("resolveIn() agrees with node:path on Windows", () => {
  const cases: [string, string][] = [
    ["C:\\Users\\me", "config.yaml"],
    ["C:\\Users\\me\\", "logs\\..\\models"],
    ["C:/Users/me", "a/b"],
    ["C:\\a", "D:\\b"],
    ["C:\\", "..\\x"],
    ["\\\\server\\share\\a", "b"],
    ["\\\\server\\share", ".."],
  ];
  for (const [base, path] of cases) {
    assertEquals(resolveIn(base, path, { windows: true }), win32.resolve(base, path), base);
  }
});

Deno.test("parentOf(), nameOf(), normalize() and isAbsolute() follow the system's separators", () => {
  assertEquals(parentOf("/a/b/c.yaml", { windows: false }), "/a/b");
  assertEquals(parentOf("/", { windows: false }), "/");
  assertEquals(parentOf("C:\\a\\c.yaml", { windows: true }), "C:\\a");
  assertEquals(nameOf("/a/b/c.yaml", { windows: false }), "c.yaml");
  assertEquals(normalize("/a//b/./c/", { windows: false }), "/a/b/c");
  assertEquals(isAbsolute("a/b", { windows: false }), false);
  assertEquals(isAbsolute("C:\\a", { windows: false }), false);
  assertEquals(isAbsolute("C:a", { windows: true }), false);
});
