import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fromFileUrl } from "../../support/paths.ts";
import { finish } from "../tools.ts";
import { DebianMachine, debianRoot, succeed } from "./debian_machine.ts";
import { needing } from "./needs.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));
const booting = ["systemd-nspawn", "mmdebstrap", "nsenter", "pgrep", "dpkg-deb"];
/** Longest time that a killed service may be away. */
const mostAwayMs = 3_000;
/** Highest score of `systemd-analyze security` that the service may have. */
const mostExposure = 1.5;

/** The package of the executable in dist/, made once. */
let deb: Promise<string> | undefined;

function builtDeb(): Promise<string> {
  return deb ??= buildDeb();
}

async function buildDeb(): Promise<string> {
  const { code, stdout, stderr } = await finish(Deno.execPath(), {
    args: ["task", "--quiet", "build:deb"],
    cwd: root,
  });
  assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
  return stdout.trim();
}

/** The same package with a higher version, in `folder`. */
async function nextDeb(deb: string, folder: string): Promise<string> {
  const tree = join(folder, "tree");
  const control = join(tree, "DEBIAN", "control");
  await succeed("dpkg-deb", ["--raw-extract", deb, tree]);
  const text = await Deno.readTextFile(control);
  await Deno.writeTextFile(control, text.replace(/^Version: .*/m, "$&+next"));
  const next = join(folder, "next.deb");
  await succeed("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z1", "--build", tree, next]);
  return next;
}

/** Shell that asks the node, as a program on the machine would. */
const node = "http://127.0.0.1:11451";
const json = "-H 'content-type: application/json'";
const token = '-H "authorization: Bearer $(cat /var/lib/atmosphere/token)"';
const waitUntilReady = `i=0; until curl -sf -o /dev/null ${node}/ready; do ` +
  "i=$((i + 1)); [ $i -lt 600 ] || { journalctl -u atmosphere --no-pager >&2; exit 1; }; " +
  "sleep .05; done";
const killed = "start=$(date +%s%N); systemctl kill -s KILL atmosphere";
const sinceKilled = "echo $((($(date +%s%N) - start) / 1000000))";
const remembers = `curl -sf ${node}/atmosphere/v1/memory/search ${json} ` +
  `-d '{"text":"colour of the heavens"}'`;

Deno.test({
  ...await needing(booting, "the Debian package runs, comes back, upgrades and purges on systemd"),
  async fn(test) {
    const folder = await Deno.makeTempDir();
    try {
      const deb = await builtDeb();
      await using machine = await DebianMachine.boot();
      await Deno.copyFile(deb, join(machine.root, "root", "first.deb"));
      await Deno.copyFile(await nextDeb(deb, folder), join(machine.root, "root", "next.deb"));

      await test.step("installs, starts, embeds and remembers", async () => {
        await machine.run("dpkg -i /root/first.deb");
        await machine.run(waitUntilReady);
        assertEquals(await machine.run("systemctl is-enabled atmosphere"), "enabled\n");
        assertEquals(
          await machine.run("ps -o user= -p $(systemctl show -P MainPID atmosphere)"),
          "atmosphere\n",
        );
        assertStringIncludes(
          await machine.run(`curl -sf ${node}/v1/embeddings ${json} -d '{"input":"Hello"}'`),
          '"embedding"',
        );
        await machine.run(
          `curl -sf ${node}/atmosphere/v1/memory/items ${json} ${token} ` +
            `-d '{"items":[{"text":"the sky is blue today"}]}'`,
        );
        assertStringIncludes(await machine.run(remembers), "the sky is blue today");
        assertEquals(await machine.run("systemctl --failed --quiet"), "");
      });

      await test.step(`has ${(await Deno.stat(deb)).size} bytes`, () => {});

      let awayMs = Infinity;
      await test.step("comes back after SIGKILL with what it remembered", async () => {
        const before = await machine.run("systemctl show -P MainPID atmosphere");
        awayMs = Number(await machine.run(`${killed}; ${waitUntilReady}; ${sinceKilled}`));
        assert(await machine.run("systemctl show -P MainPID atmosphere") !== before);
        assertStringIncludes(await machine.run(remembers), "the sky is blue today");
      });
      await test.step(`was away for ${awayMs} ms`, () => assert(awayMs < mostAwayMs));

      await test.step("is as exposed as the unit's file says", async () => {
        const { stdout } = await machine.try("systemd-analyze security --no-pager atmosphere");
        const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
        assert(exposure <= mostExposure, `exposure is ${exposure}`);
        await machine.run("systemd-analyze verify atmosphere.service");
      });

      await test.step("upgrades, restarts and keeps its data", async () => {
        const identity = await machine.run("cat /var/lib/atmosphere/identity.json");
        const before = await machine.run("systemctl show -P MainPID atmosphere");
        await machine.run("dpkg -i /root/next.deb");
        await machine.run(waitUntilReady);
        assert(await machine.run("systemctl show -P MainPID atmosphere") !== before);
        assertStringIncludes(await machine.run("dpkg-query -W atmosphere"), "+next");
        assertEquals(await machine.run("cat /var/lib/atmosphere/identity.json"), identity);
        assertStringIncludes(await machine.run(remembers), "the sky is blue today");
      });

      await test.step("stops cleanly, and is removed but for its data", async () => {
        await machine.run("dpkg -r atmosphere");
        assertEquals((await machine.try("systemctl is-active atmosphere")).stdout, "inactive\n");
        assertEquals((await machine.try("pgrep -x atmosphere")).stdout, "");
        await machine.run("test -f /var/lib/atmosphere/identity.json");
        assertStringIncludes(
          await machine.run("journalctl -u atmosphere --no-pager | tail -n 20"),
          "Deactivated successfully",
        );
      });

      await test.step("purges leaving nothing but its user", async () => {
        await machine.run("dpkg -P atmosphere");
        // man-db tidies its own cache of formatted pages once a week.
        const left = await machine.run(
          "find / -xdev -name '*atmosphere*' -not -path '*/cache/man/*'",
        );
        assertEquals(left, "");
        const { stdout } = await machine.try("systemctl list-unit-files --no-legend 'atmosphere*'");
        assertEquals(stdout, "");
        assertEquals(await machine.run("systemctl --failed --quiet"), "");
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  ...await needing(["lintian"], "lintian has nothing to say about the Debian package"),
  async fn() {
    const { code, stdout } = await finish("lintian", {
      args: [
        "--display-info",
        "--pedantic",
        "--display-experimental",
        "--allow-root",
        await builtDeb(),
      ],
    });
    assertEquals([code, stdout], [0, ""]);
  },
});

Deno.test({
  ...await needing(["piuparts", "mmdebstrap"], "piuparts passes the Debian package"),
  async fn() {
    const base = await debianRoot("minimal");
    const { code, stdout, stderr } = await finish("piuparts", {
      args: [
        "--no-eatmydata",
        "--distribution=bookworm",
        `--basetgz=${base}`,
        "--mirror=http://deb.debian.org/debian main",
        await builtDeb(),
      ],
    });
    assertEquals([code, code === 0 ? "" : stdout + stderr], [0, ""]);
    assertStringIncludes(stdout, "PASS: All tests");
  },
});
