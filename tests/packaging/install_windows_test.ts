/** `install.ps1` run, where there is a PowerShell: on Windows. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { gzip, sha256, tar } from "../../src/app/update/testdata/release.ts";
import { fromFileUrl } from "../support/paths.ts";
import { finish, type Finished } from "./tools.ts";

const script = fromFileUrl(new URL("../../install.ps1", import.meta.url));
const archiveName = "atmosphere-x86_64-pc-windows-msvc.tar.gz";
const shells = ["powershell", "pwsh"];
/** A small program that every Windows has, and that knows `--version`. */
const standIn = join(Deno.env.get("SystemRoot") ?? "", "System32", "curl.exe");

async function isRunnable(shell: string): Promise<boolean> {
  if (Deno.build.os !== "windows") return false;
  try {
    return (await finish(shell, { args: ["-NoProfile", "-Command", "exit 0"] })).code === 0;
  } catch {
    return false;
  }
}

/** A folder for an installation, and a server of releases whose answers can be replaced. */
async function makePlace(shell: string) {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-windows-" });
  const dir = join(folder, "it's here");
  const archive = await gzip(tar([
    { name: "./LICENSE", content: "MIT" },
    { name: "./atmosphere.exe", content: await Deno.readFile(standIn) },
  ]));
  const answers = new Map<string, string | Uint8Array<ArrayBuffer>>([
    ["checksums.txt", `${sha256(archive)}  ${archiveName}\n`],
    [archiveName, archive],
  ]);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const body = answers.get(new URL(request.url).pathname.split("/").at(-1) ?? "");
    return new Response(body ?? "Not Found", { status: body === undefined ? 404 : 200 });
  });
  return {
    dir,
    archive,
    answers,
    names: () => [...Deno.readDirSync(dir)].map(({ name }) => name).sort(),
    install: (...args: string[]): Promise<Finished> =>
      finish(shell, {
        args: [
          "-NoProfile",
          "-ExecutionPolicy",
          "Bypass",
          "-File",
          script,
          "-Dir",
          dir,
          "-NoModifyPath",
          ...args,
        ],
        env: {
          ATMOSPHERE_RELEASES_URL: `http://127.0.0.1:${server.addr.port}`,
          ATMOSPHERE_STALL_SECONDS: "5",
        },
      }),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

for (const shell of shells) {
  const ignore = !await isRunnable(shell);

  Deno.test({
    name: `install.ps1 installs, upgrades and uninstalls under ${shell}`,
    ignore,
    async fn() {
      await using place = await makePlace(shell);
      const dry = await place.install("-DryRun");
      assertEquals(dry.code, 0, dry.stderr);
      assertStringIncludes(dry.stdout, `/latest/download/${archiveName}`);
      for (const names of [["atmosphere.exe"], ["atmosphere.exe", "atmosphere.previous.exe"]]) {
        const { code, stdout, stderr } = await place.install();
        assertEquals(code, 0, stderr);
        assertMatch(stdout, /Installed curl .* as .*atmosphere\.exe/);
        assertEquals(place.names(), names);
      }
      const removed = await place.install("-Uninstall");
      assertEquals(removed.code, 0, removed.stderr);
      assertEquals(place.names(), []);
    },
  });

  Deno.test({
    name: `install.ps1 leaves nothing half-installed, whatever fails, under ${shell}`,
    ignore,
    async fn() {
      await using place = await makePlace(shell);
      const { archive, answers } = place;
      assertEquals((await place.install()).code, 0);
      const whole = new Map(answers);
      const faults: [string, string | Uint8Array<ArrayBuffer> | undefined][] = [
        [archiveName, undefined],
        [archiveName, archive.slice(0, archive.length >> 1)],
        [archiveName, new Uint8Array(0)],
        ["checksums.txt", undefined],
        ["checksums.txt", ""],
        ["checksums.txt", "<html>sign in</html>\n"],
        ["checksums.txt", `${"0".repeat(64)}  ${archiveName}\n`],
      ];
      for (const [name, body] of faults) {
        answers.clear();
        for (const [key, value] of whole) answers.set(key, value);
        if (body === undefined) answers.delete(name);
        else answers.set(name, body);
        const { code, stderr } = await place.install();
        assertEquals([name, code], [name, 1]);
        assertStringIncludes(stderr.replaceAll(/\s+/g, " "), "install.ps1:");
        assertEquals(place.names(), ["atmosphere.exe"]);
      }
    },
  });
}
