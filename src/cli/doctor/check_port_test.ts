import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadConfig } from "../../config/load.ts";
import { withDirectory } from "../testdata/context.ts";
import { checkPort } from "./check_port.ts";
import { findPortHolder, listeningInodes } from "./port_holder.ts";

const signal = new AbortController().signal;

/** Runs `body` with the configuration of an own data directory and `port`. */
async function withConfig(
  port: number,
  body: (config: Awaited<ReturnType<typeof loadConfig>>) => Promise<void>,
): Promise<void> {
  await withDirectory(async (dataDir) => {
    await body(await loadConfig({ flags: { dataDir, port }, env: {} }));
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("checkPort() is content with a free port", async () => {
  const port = freePort();
  await withConfig(port, async (config) => {
    const { verdict, found } = await checkPort(config, signal);
    assertEquals([verdict, found], ["ok", `127.0.0.1:${port} is free; no node runs`]);
    // And it is free again afterwards.
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  });
});

Deno.test("checkPort() names who holds the port", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("hello"),
  );
  await withConfig(server.addr.port, async (config) => {
    const { verdict, found, mend } = await checkPort(config, signal);
    assertEquals(verdict, "broken");
    if (Deno.build.os === "linux") assertStringIncludes(found, `process ${Deno.pid} (deno)`);
    assertStringIncludes(mend ?? "", "atmosphere config set server.port");
  });
  await server.shutdown();
});

Deno.test("checkPort() tells this node from another", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("", { headers: { "x-atmosphere-node": "12D3KooWOne" } }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await withConfig(server.addr.port, async (config) => {
    const other = await checkPort(config, signal);
    assertEquals(other.verdict, "broken");
    assertStringIncludes(other.found, "another Atmosphere node, 12D3KooWOne");
    for (const [peerId, verdict] of [["12D3KooWOne", "ok"], ["12D3KooWTwo", "broken"]] as const) {
      const record = { peerId, url, pid: 4_242, startedAt: "2026-11-24T08:00:00Z" };
      await Deno.writeTextFile(`${config.dataDir}/node.json`, JSON.stringify(record));
      assertEquals((await checkPort(config, signal)).verdict, verdict);
    }
  });
  await server.shutdown();
});

Deno.test({
  name: "findPortHolder() finds this process by its socket",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    assertEquals(await findPortHolder(listener.addr.port), { pid: Deno.pid, command: "deno" });
    assertEquals(await findPortHolder(freePort()), undefined);
  },
});

Deno.test("listeningInodes() takes listeners on the port alone", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    "   0: 0100007F:2CBB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1",
    "   1: 0100007F:2CBB 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 222 1",
    "   2: 0100007F:2CBC 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1",
  ].join("\n");
  assertEquals(listeningInodes(table, 11_451), ["111"]);
  assertEquals(listeningInodes("", 11_451), []);
});
