import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { initDataDir } from "../../config/init.ts";
import { runInMemory, withDirectory } from "../testdata/context.ts";
import { backend, capability, connectTo } from "../testdata/node.ts";

/** A node whose engine gives vectors that are right by the known pairs, or not. */
function healthyNode(vectors: number[][] = []) {
  return connectTo({
    embed: () => Promise.resolve({ model: { name: "other", dimensions: 2 }, vectors, tokens: 0 }),
    refresh: () => Promise.resolve([backend("ollama")]),
    capabilities: () => Promise.resolve([capability("llama3.2:3b")]),
  });
}

function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String(listener.addr.port);
}

Deno.test("doctor finds nothing broken on a machine that is set up", async () => {
  await withDirectory(async (directory) => {
    const dataDir = `${directory}/data`;
    await initDataDir({ dataDir });
    const env = { ATMOSPHERE_PORT: freePort() };
    const app = healthyNode();
    const { code, stdout, stderr } = await runInMemory(["doctor", "--data-dir", dataDir], {
      env,
      app,
    });
    assertEquals([code, stderr], [0, ""]);
    assert(!stdout.includes("BROKEN"), stdout);
    const json = JSON.parse(
      (await runInMemory(["doctor", "--json", "--data-dir", dataDir], { env, app })).stdout,
    );
    assertEquals(json.ok, true);
    assertEquals(json.checks.map(({ id }: { id: string }) => id), [
      "data-dir",
      "disk-space",
      "config",
      "identity",
      "token",
      "clock",
      "proxies",
      "open-files",
      "port",
      "embedding",
      "backend.ollama",
      "discovery",
    ]);
    assertEquals(app.state.disposed, 2);
  });
});

Deno.test("doctor exits with 1 and says how to mend what is broken", async () => {
  await withDirectory(async (directory) => {
    const dataDir = `${directory}/data`;
    await initDataDir({ dataDir });
    await Deno.writeTextFile(`${dataDir}/identity.json`, "{");
    await Deno.writeTextFile(`${dataDir}/config.yaml`, "server:\n  port: many\n");
    const { code, stdout } = await runInMemory(["doctor", "--data-dir", dataDir]);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "BROKEN   Configuration");
    assertStringIncludes(stdout, `${dataDir}/config.yaml:2:9: server.port`);
    assertStringIncludes(stdout, `-> Correct ${dataDir}/config.yaml`);
    assertStringIncludes(stdout, "BROKEN   Identity");
    assertStringIncludes(stdout, "skipped  Embedding model  needs a valid configuration");
    assertStringIncludes(stdout, "2 things are broken");
  });
});

Deno.test("doctor does not make a data directory by looking", async () => {
  await withDirectory(async (directory) => {
    const dataDir = `${directory}/none`;
    const used: string[] = [];
    const node = healthyNode();
    const { code, stdout } = await runInMemory(["doctor", "--data-dir", dataDir], {
      env: { ATMOSPHERE_PORT: freePort() },
      app: {
        connect: (config, options) => {
          used.push(config.dataDir);
          return node.connect(config, options);
        },
      },
    });
    assertEquals(code, 0);
    assertStringIncludes(stdout, "does not exist yet");
    assertStringIncludes(stdout, "-> Run atmosphere init");
    assertEquals([...Deno.readDirSync(directory)], []);
    // The directory that stood in for it is gone too.
    assert(used[0] !== dataDir);
    assertEquals(await Deno.stat(used[0]!).then(() => true, () => false), false);
  });
});

Deno.test("doctor checks the rest in spite of a broken identity", async () => {
  await withDirectory(async (directory) => {
    const dataDir = `${directory}/data`;
    await initDataDir({ dataDir });
    await Deno.writeTextFile(`${dataDir}/models/mark`, "");
    await Deno.writeTextFile(`${dataDir}/identity.json`, "{");
    const node = healthyNode();
    const seen: boolean[] = [];
    const { code, stdout } = await runInMemory(["doctor", "--data-dir", dataDir], {
      env: { ATMOSPHERE_PORT: freePort() },
      app: {
        connect: async (config, options) => {
          const marked = await Deno.stat(`${config.dataDir}/models/mark`).then(() => true);
          seen.push(config.dataDir !== dataDir && marked);
          return await node.connect(config, options);
        },
      },
    });
    assertEquals([code, seen], [1, [true]]);
    assertStringIncludes(stdout, "ok       Embedding model");
    assertStringIncludes(stdout, "1 thing is broken");
    // What stood in is gone, what it pointed to is not.
    await Deno.stat(`${dataDir}/models/mark`);
  });
});

Deno.test("doctor makes of a node that can't be opened one finding more", async () => {
  await withDirectory(async (directory) => {
    const { code, stdout } = await runInMemory(["doctor", "--data-dir", directory], {
      env: { ATMOSPHERE_PORT: freePort() },
      app: { connect: () => Promise.reject(new Error("no such module")) },
    });
    assertEquals(code, 1);
    assertStringIncludes(stdout, "BROKEN   Node             no such module");
  });
});
