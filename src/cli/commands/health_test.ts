import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runInMemory, withDirectory } from "../testdata/context.ts";

/** Serves `handler` on a free port while `body` runs. */
async function withServer(
  handler: (request: Request) => Response | Promise<Response>,
  body: (url: string) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  try {
    await body(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

function node(status: number): (request: Request) => Response {
  return (request) =>
    new URL(request.url).pathname === "/ready"
      ? new Response(null, { status, headers: { "x-atmosphere-node": "12D3KooWTest" } })
      : new Response(null, { status: 404 });
}

Deno.test("health exits with 0 for a node that is ready", async () => {
  await withServer(node(200), async (url) => {
    const { code, stdout, stderr } = await runInMemory(["health", "--url", `${url}/`]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, new RegExp(`^${url} is ready \\(.*ms\\)\n$`));
    assertEquals((await runInMemory(["health", "--url", url, "-q"])).stdout, "");
  });
});

Deno.test("health exits with 1 for a node that is not ready, and for what is no node", async () => {
  await withServer(node(503), async (url) => {
    const { code, stderr } = await runInMemory(["health", "--url", url]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "it answers with status 503");
  });
  await withServer(() => new Response("hello"), async (url) => {
    const { code, stderr } = await runInMemory(["health", "--url", url]);
    assertEquals(code, 1);
    assertStringIncludes(stderr, "what answers is no Atmosphere node");
  });
});

Deno.test("health does not follow a redirect", async () => {
  await withServer(node(200), async (target) => {
    await withServer(() => Response.redirect(`${target}/ready`), async (url) => {
      assertEquals((await runInMemory(["health", "--url", url])).code, 1);
    });
  });
});

Deno.test("health gives up after --timeout-ms", async () => {
  const release = Promise.withResolvers<void>();
  await withServer(async () => {
    await release.promise;
    return new Response();
  }, async (url) => {
    const { code, stderr } = await runInMemory(["health", "--url", url, "--timeout-ms=30"]);
    release.resolve();
    assertEquals(code, 1);
    assertStringIncludes(stderr, "no answer within 30 ms");
  });
});

Deno.test("health finds the node by its record, else by the configuration", async () => {
  await withDirectory(async (directory) => {
    await withServer(node(200), async (url) => {
      const record = { peerId: "12D3KooWTest", url, pid: 1, startedAt: "2026-11-24T08:00:00Z" };
      await Deno.writeTextFile(`${directory}/node.json`, JSON.stringify(record));
      const { stdout } = await runInMemory(["health", "--json", "--data-dir", directory]);
      const { ready, url: asked } = JSON.parse(stdout);
      assertEquals([ready, asked], [true, url]);

      await Deno.remove(`${directory}/node.json`);
      const env = { ATMOSPHERE_PORT: new URL(url).port, ATMOSPHERE_HOST: "127.0.0.1" };
      const second = await runInMemory(["health", "--data-dir", directory], { env });
      assertEquals(second.code, 0);
    });
  });
});

Deno.test("health shows the token to its own node beyond loopback, and to no other", async () => {
  const shown: (string | null)[] = [];
  await withServer((request) => {
    shown.push(request.headers.get("authorization"));
    return node(200)(request);
  }, async (url) => {
    await withDirectory(async (directory) => {
      const own = ["health", "--data-dir", directory];
      const env = {
        ATMOSPHERE_PORT: new URL(url).port,
        ATMOSPHERE_HOST: "0.0.0.0",
        ATMOSPHERE_TOKEN: "0123456789abcdef",
      };
      assertEquals((await runInMemory(own, { env })).code, 0);
      await runInMemory([...own, "--url", url], { env });
      await runInMemory(own, { env: { ...env, ATMOSPHERE_HOST: "127.0.0.1" } });
    });
  });
  assertEquals(shown, ["Bearer 0123456789abcdef", null, null]);
});

Deno.test("health --json says why a node is not ready", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const argv = ["health", "--json", "--url", `http://127.0.0.1:${port}`];
  const { code, stdout } = await runInMemory(argv);
  assertEquals(code, 1);
  const { ready, reason } = JSON.parse(stdout);
  assertEquals([ready, reason], [false, "nothing answers there"]);
});

Deno.test("health refuses an address that is none", async () => {
  for (const url of ["localhost:11451", "file:///etc/passwd", "x"]) {
    const { code, stderr } = await runInMemory(["health", "--url", url]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `got "${url}"`);
  }
});
