import { assertEquals, assertStringIncludes } from "@std/assert";
import { version } from "../../core/version.ts";
import { runInMemory } from "../testdata/context.ts";
import { fakeFetch, type FakeRelease, makeRelease } from "../../app/update/testdata/release.ts";

/** Serves `release` on a free port of loopback while `body` runs. */
async function serving(
  release: FakeRelease,
  body: (env: Record<string, string>, asked: string[]) => Promise<void>,
): Promise<void> {
  const asked: string[] = [];
  const { fetch } = fakeFetch(release);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return fetch(`https://releases.example${pathname}`);
  });
  try {
    await body({ ATMOSPHERE_RELEASES_URL: `http://127.0.0.1:${server.addr.port}` }, asked);
  } finally {
    await server.shutdown();
  }
}

Deno.test("update refuses to replace a source folder, and says how to update it", async () => {
  for (const args of [[], ["9.9.9"], ["--dry-run"], ["--undo"]]) {
    const { code, stdout, stderr } = await runInMemory(["update", ...args]);
    assertEquals([code, stdout], [4, ""]);
    assertStringIncludes(stderr, "git pull");
  }
});

Deno.test("update --check tells of a newer version, and of none", async () => {
  await serving(await makeRelease("9.9.9"), async (env, asked) => {
    const { code, stdout } = await runInMemory(["update", "--check"], { env });
    assertEquals([code, stdout], [0, `9.9.9 is available, this is ${version}\n`]);
    const json = await runInMemory(["update", "--check", "--json"], { env });
    assertEquals(JSON.parse(json.stdout), { current: version, latest: "9.9.9", newer: true });
    // Lists alone are fetched.
    assertEquals(asked.filter((path) => path.endsWith(".tar.gz")), []);
  });
  await serving(await makeRelease(version), async (env) => {
    const { stdout } = await runInMemory(["update", "--check"], { env });
    assertEquals(stdout, `${version} is the latest version\n`);
  });
});

Deno.test("update says what it does not understand", async () => {
  for (const args of [["../1"], ["--check", "--undo"], ["1.2.3", "--check"], ["1", "2"]]) {
    const { code, stderr } = await runInMemory(["update", ...args]);
    assertEquals([args, code], [args, 2]);
    assertStringIncludes(stderr, "Usage: atmosphere update");
  }
});
