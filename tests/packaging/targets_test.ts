/** Every place that names platforms names all of them. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { onWasm, targetNamed, targets } from "../../dist-scripts/build/targets.ts";
import { fromFileUrl, readRepositoryFile } from "../support/paths.ts";
import { finish, isInstalled } from "./tools.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const systems = { linux: "Linux", darwin: "Darwin", win32: "" };

Deno.test("there are executables for five platforms, one of them without a native engine", () => {
  assertEquals(targets.map(({ triple }) => triple).toSorted(), [
    "aarch64-apple-darwin",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-unknown-linux-gnu",
  ]);
  assertEquals(targets.filter(({ runtime }) => runtime === "wasm").map(({ triple }) => triple), [
    "x86_64-apple-darwin",
  ]);
  assertEquals(new Set(targets.map(({ file }) => file)).size, targets.length);
});

Deno.test("onWasm() keeps an executable apart from the native one", () => {
  const linux = targetNamed("x86_64-unknown-linux-gnu");
  const wasm = onWasm(linux);
  assertEquals(wasm.onnxruntime, targetNamed("x86_64-apple-darwin").onnxruntime);
  // What looks for executables in dist/ by their name must not find it.
  assertEquals(wasm.file.startsWith("atmosphere-"), false);
});

Deno.test({
  name: "install.sh takes the archive of each platform",
  ignore: Deno.build.os === "windows" || !await isInstalled("sh"),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "atmosphere-targets-" });
    try {
      for (const { triple, os, cpu } of targets.filter(({ os }) => os !== "win32")) {
        const machine = cpu === "x64" ? "x86_64" : os === "darwin" ? "arm64" : "aarch64";
        const answers = `case "$1" in -m) echo ${machine} ;; *) echo ${systems[os]} ;; esac`;
        for (
          const [name, script] of [
            ["uname", answers],
            ["getconf", "echo glibc 2.36"],
            ["sysctl", "exit 1"],
          ]
        ) await Deno.writeTextFile(join(folder, name!), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
        const { code, stdout, stderr } = await finish("sh", {
          args: [join(root, "install.sh"), "--dry-run", "--version", "1.2.3"],
          env: { PATH: `${folder}:${Deno.env.get("PATH")}`, HOME: folder },
        });
        assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
        assertStringIncludes(stdout, `/v1.2.3/atmosphere-${triple}.tar.`);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the formula, the installer for Windows and the documentation name each target", () => {
  const formula = readRepositoryFile("Formula/atmosphere.rb");
  const packaging = readRepositoryFile("docs/packaging.md");
  for (const { triple, os, file } of targets) {
    assertStringIncludes(packaging, `\`${file}\``);
    if (os === "win32") assertStringIncludes(readRepositoryFile("install.ps1"), triple);
    else assertStringIncludes(formula, `atmosphere-${triple}.tar.xz`);
  }
});
