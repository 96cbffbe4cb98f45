import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { recompress } from "../../../dist-scripts/container/recompress.ts";
import { version } from "../../../src/core/version.ts";
import { fromFileUrl } from "../../support/paths.ts";
import { Container, ImageStore } from "./container_run.ts";
import { debianRoot, succeed } from "./debian_machine.ts";
import { needing } from "./needs.ts";

const root = fromFileUrl(new URL("../../../", import.meta.url));
const file = `atmosphere-${Deno.build.arch}-unknown-linux-gnu`;
const binary = Deno.env.get("ATMOSPHERE_BINARY") ?? join(root, "dist", file);
const env = ["ATMOSPHERE_TOKEN=0123456789abcdef0123456789abcdef"];
const readyTimeoutMs = 60_000;

/** Only what the build needs when the executable is there. */
async function buildContext(folder: string): Promise<string> {
  const context = join(folder, "context");
  await Deno.mkdir(join(context, "dist"), { recursive: true });
  await succeed("cp", ["-r", ...["Dockerfile", "dist-scripts"].map((n) => root + n), context]);
  await Deno.copyFile(binary, join(context, "dist", file));
  return context;
}

async function untilHealthy(container: Container): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  for (;;) {
    const { code, stdout, stderr } = await container.exec("health", "--quiet");
    if (code === 0) return;
    assert(Date.now() < deadline, `not healthy: ${stdout}${stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

Deno.test({
  ...await needing(
    ["buildah", "skopeo", "crun", "unshare", "mmdebstrap"],
    "the container image serves read-only, without rights, and stops at SIGTERM",
  ),
  async fn(test) {
    const folder = await Deno.makeTempDir({ prefix: "atmosphere-image-" });
    try {
      const store = new ImageStore(folder);
      const imported = await store.buildah("from", "scratch");
      await store.buildah("add", "--quiet", imported, await debianRoot("minimal"), "/");
      await store.buildah("commit", "--quiet", "--rm", imported, "debian-base");
      await store.buildah(
        ...["bud", "--isolation=chroot", "--format=docker", "--layers", "--quiet"],
        ...["--build-arg=BASE=localhost/debian-base", `--build-arg=VERSION=${version}`],
        ...["--build-arg=DENORT_BIN=", "--tag=atmosphere", await buildContext(folder)],
      );
      const config = await store.config("atmosphere");
      const mounted = await store.buildah("mount", await store.buildah("from", "atmosphere"));

      await test.step("says how it is run", () => {
        assertMatch(config.User, /^[1-9]\d*:[1-9]\d*$/);
        assertEquals(config.Entrypoint, ["/usr/bin/atmosphere"]);
        assertEquals(config.Healthcheck.Test, ["CMD", "/usr/bin/atmosphere", "health", "--quiet"]);
        assertEquals(Object.keys(config.Volumes).sort(), [
          "/var/cache/atmosphere",
          "/var/lib/atmosphere",
        ]);
        assertEquals(Object.keys(config.ExposedPorts), ["11451/tcp"]);
        assertEquals(config.Labels["org.opencontainers.image.version"], version);
      });

      await test.step("holds one program, no shell, nothing that sets a user", async () => {
        const programs = await succeed("find", [mounted, "-type", "f", "-perm", "/111"]);
        const names = programs.trim().split("\n").map((path) => path.slice(mounted.length));
        assertEquals(names.filter((name) => !/^\/lib/.test(name)), ["/usr/bin/atmosphere"]);
        assertEquals(await succeed("find", [mounted, "-perm", "/6000"]), "");
      });

      const data = join(folder, "data");
      await Deno.mkdir(data, { mode: 0o700 });
      const [uid = 0, gid = 0] = config.User.split(":").map(Number);
      await Deno.chown(data, uid, gid);
      const start = () => Container.start(folder, { root: mounted, data, config, env });

      await test.step("serves, embeds, remembers and stops at SIGTERM", async () => {
        await using container = await start();
        await untilHealthy(container);
        const status = await Deno.readTextFile(`/proc/${await container.pid()}/status`);
        assertMatch(status, new RegExp(`^Uid:\\t${uid}\\t${uid}\\t${uid}\\t${uid}$`, "m"));
        assertMatch(status, /^NSpid:\t\d+\t1$/m);
        assertMatch(status, /^CapBnd:\t0+$/m);
        const mounts = await Deno.readTextFile(`/proc/${await container.pid()}/mountinfo`);
        assertMatch(mounts, /^\S+ \S+ \S+ \S+ \/ ro\b/m);
        const embedded = await container.exec("embed", "hello", "--json");
        assertStringIncludes(embedded.stdout, '"embedding"');
        await container.exec("memory", "add", "--text", "the sky is blue today");
        const { code, tookMs } = await container.stop();
        // What a signal that is not heeded ends with is 137, after the engine's patience.
        assertEquals(code, 0);
        assert(tookMs < 10_000);
      });

      await test.step("remembers in the volume", async () => {
        await using container = await start();
        await untilHealthy(container);
        const { stdout } = await container.exec("memory", "search", "colour of the heavens");
        assertStringIncludes(stdout, "the sky is blue today");
      });

      const layout = join(folder, "layout");
      const gzipBytes = await store.exportTo(layout, "atmosphere");
      const zstdBytes = await recompress(layout);
      await test.step(`has ${gzipBytes} bytes by gzip, ${zstdBytes} by zstd`, async () => {
        assert(zstdBytes < gzipBytes);
        // Compares every layer with the checksum of what it unpacks to.
        await store.buildah("pull", "--quiet", `oci:${layout}:latest`);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
