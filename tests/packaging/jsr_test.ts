/** `deno run jsr:@atmosphere/cli`, from a registry that serves what would be published. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { startFakeServer } from "../fakes/mod.ts";
import { moduleGraph } from "../support/jsr_module_graph.ts";
import { readOwnPackage } from "../support/jsr_package.ts";
import { startJsrStandIn } from "../support/jsr_stand_in.ts";
import { finish } from "./tools.ts";

const startTimeoutMs = 120_000;

/** Where Deno keeps packages of npm: those are not what is tried here, and are 400 MB. */
async function npmCache(): Promise<string> {
  const { stdout } = await finish(Deno.execPath(), { args: ["info", "--json", "--no-config"] });
  return JSON.parse(stdout).npmCache;
}

/** Another directory, with nothing of ours in Deno's cache and no data. */
async function emptyMachine(jsrUrl: string) {
  const folder = await Deno.makeTempDir({ prefix: "atmosphere-jsr-" });
  const [denoDir, cwd] = [join(folder, "deno"), join(folder, "elsewhere")];
  await Deno.mkdir(denoDir);
  await Deno.mkdir(cwd);
  const npm = await npmCache();
  await Deno.symlink(join(npm, ".."), join(denoDir, "npm"));
  const dataDir = join(folder, "data");
  const env = {
    JSR_URL: jsrUrl,
    DENO_DIR: denoDir,
    ATMOSPHERE_DATA_DIR: dataDir,
    NO_COLOR: "1",
  };
  const command = (args: string[]): Deno.Command =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "jsr:@atmosphere/cli", ...args],
      cwd,
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
  return {
    dataDir,
    command,
    async run(...args: string[]) {
      const { code, stdout, stderr } = await command(args).output();
      const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      assertEquals([code, code === 0 ? "" : decode(stderr)], [0, ""]);
      return decode(stdout);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function urlOf(dataDir: string): Promise<string> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const record = await Deno.readTextFile(join(dataDir, "node.json")).catch(() => "");
    if (record !== "") {
      const { url } = JSON.parse(record);
      const response = await fetch(`${url}/ready`).catch(() => undefined);
      await response?.body?.cancel();
      if (response?.ok) return url;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("The node did not get ready");
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  assertEquals([url, response.status, response.ok ? "" : body], [url, 200, ""]);
  return body;
}

Deno.test({
  name: "deno run jsr:@atmosphere/cli does from the registry what it does from a checkout",
  // Links need a privilege there.
  ignore: Deno.build.os === "windows",
  fn: runFromRegistry,
});

async function runFromRegistry(t: Deno.TestContext): Promise<void> {
  const own = readOwnPackage();
  await using registry = startJsrStandIn({
    "@atmosphere/cli": { ...own, moduleGraph: await moduleGraph(own.files) },
  });
  await using machine = await emptyMachine(registry.url);

  await t.step("it prints its version, and fetches no more than that needs", async () => {
    assertStringIncludes(await machine.run("version"), `atmosphere ${own.version}`);
    const asked = registry.asked.filter((path) => path.startsWith("/@atmosphere/cli/"));
    assertEquals(asked.includes(`/@atmosphere/cli/${own.version}/main.ts`), true);
  });

  await t.step("it embeds: the worker and the model come from the network", async () => {
    const { data } = JSON.parse(await machine.run("embed", "a small test", "--json"));
    assertEquals(data[0].embedding.length, 384);
  });

  await t.step("it remembers", async () => {
    await machine.run("memory", "add", "--text", "the sky is blue today");
    assertStringIncludes(
      await machine.run("memory", "search", "colour of the heavens"),
      "the sky is blue",
    );
  });

  await t.step("it serves the page with its assets, and routes by meaning", async () => {
    await using ollama = await startFakeServer({
      engine: "ollama",
      models: ["llama3.2:3b", "qwen2.5-coder:7b"],
    });
    await Deno.writeTextFile(
      join(machine.dataDir, "config.yaml"),
      `backends:\n  - { id: here, engine: ollama, url: "${ollama.url}" }\n`,
    );
    const child = machine.command(["serve", "--port", "0", "--no-discovery"]).spawn();
    const output = Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    try {
      const url = await urlOf(machine.dataDir);
      const page = await text(`${url}/`);
      assertStringIncludes(page, "<!doctype html>");
      const assets = [...page.matchAll(/(?:src|href)="(\/[\w.-]+\.(?:js|css|svg))"/g)];
      assertEquals(assets.length >= 3, true);
      for (const [, path] of assets) await text(`${url}${path}`);
      assertStringIncludes(await machine.run("status"), "Node Status");
      assertStringIncludes(
        await machine.run("route", "write a python function that parses dates"),
        "qwen2.5-coder:7b",
      );
    } finally {
      child.kill("SIGTERM");
      const { code } = await child.status;
      const [, stderr] = await output;
      assertEquals([code, code === 0 ? "" : stderr], [0, ""]);
    }
  });
}
