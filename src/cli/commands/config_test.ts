import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Outcome,
  type ProcessOptions,
  runInMemory,
  withDirectory,
} from "../testdata/context.ts";

const original = `# My node
server:
  port: 8080 # not the usual one
backends:
  - engine: openai-compatible
    id: gpu
    url: http://10.0.0.5:8000
    apiKey: sk-abcdefghijklmnop
`;

/** Runs `body` with `config ARGS` bound to a data directory whose file holds `text`. */
async function withConfig(
  text: string | undefined,
  body: (
    run: (argv: string[], options?: ProcessOptions) => Promise<Outcome>,
    file: string,
  ) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const file = `${directory}/config.yaml`;
    if (text !== undefined) await Deno.writeTextFile(file, text, { mode: 0o600 });
    await body(
      (argv, options) => runInMemory(["config", ...argv, "--data-dir", directory], options),
      file,
    );
  });
}

Deno.test("config get prints what is in effect: environment over file over defaults", async () => {
  await withConfig(original, async (run) => {
    assertEquals((await run(["get", "server.port"])).stdout, "8080\n");
    assertEquals((await run(["get", "server.host"])).stdout, "127.0.0.1\n");
    const env = { ATMOSPHERE_PORT: "9090" };
    assertEquals((await run(["get", "server.port"], { env })).stdout, "9090\n");
    assertEquals((await run(["get", "server.port", "--json"], { env })).stdout, "9090\n");
    assertEquals((await run(["get", "backends.0.id"])).stdout, "gpu\n");
    const server = JSON.parse((await run(["get", "server"])).stdout);
    assertEquals([server.port, server.host], [8080, "127.0.0.1"]);
  });
});

Deno.test("config get names a key that does not exist, and keeps secrets", async () => {
  await withConfig(original, async (run) => {
    const unknown = await run(["get", "server.prot"]);
    assertEquals(unknown.code, 3);
    assertStringIncludes(unknown.stderr, "Did you mean server.port?");
    assertEquals((await run(["get", "backends.0.apiKey"])).stdout, "[redacted]\n");
    const unset = await run(["get", "memory.databaseUrl"]);
    assertEquals(unset.code, 3);
    assertStringIncludes(unset.stderr, "is not set");
  });
});

Deno.test("config set changes one value, keeps comments and the file as it was", async () => {
  await withConfig(original, async (run, file) => {
    const { code, stdout, stderr } = await run(["set", "server.port", "9000"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, `server.port is set in ${file}`);
    assertStringIncludes(stderr, `${file}.bak`);
    const text = await Deno.readTextFile(file);
    assertStringIncludes(text, "port: 9000");
    assertStringIncludes(text, "# My node");
    assertEquals(await Deno.readTextFile(`${file}.bak`), original);
    if (Deno.build.os !== "windows") {
      assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
      assertEquals(((await Deno.stat(`${file}.bak`)).mode ?? 0) & 0o777, 0o600);
    }
    assertEquals((await run(["get", "server.port"])).stdout, "9000\n");
  });
});

Deno.test("config set refuses a wrong value and leaves the file alone", async () => {
  await withConfig(original, async (run, file) => {
    for (const [key, value, code] of [["server.port", "many", 2], ["nope", "1", 3]] as const) {
      const outcome = await run(["set", key, value]);
      assertEquals(outcome.code, code);
      assertStringIncludes(outcome.stderr, key);
      assertEquals(await Deno.readTextFile(file), original);
    }
    const same = await run(["set", "server.port", "8080"]);
    assertStringIncludes(same.stdout, "already");
  });
});

Deno.test("config set makes the file where there is none", async () => {
  await withConfig(undefined, async (run, file) => {
    const { stdout } = await run(["set", "node.name", "box", "--json"]);
    assertEquals(JSON.parse(stdout), { file, key: "node.name", value: "box" });
    assertEquals((await run(["get", "node.name"])).stdout, "box\n");
  });
});

Deno.test("config set tells when the directory can't be written", async () => {
  const { code, stderr } = await runInMemory(
    ["config", "set", "node.name", "box", "--data-dir", "/proc/none"],
  );
  assertEquals(code, 1);
  assertStringIncludes(stderr, "Could not write /proc/none/config.yaml");
});

Deno.test("config path prints the file, whether it is there or valid", async () => {
  await withConfig("server: [", async (run, file) => {
    assertEquals(await run(["path"]), { code: 0, stdout: `${file}\n`, stderr: "" });
  });
  await withConfig(undefined, async (run, file) => {
    assertStringIncludes((await run(["path"])).stderr, "There is no file yet");
    assertEquals(JSON.parse((await run(["path", "--json"])).stdout), { file, exists: false });
    assertEquals((await run(["path", "--config", "/x.yaml"])).stdout, "/x.yaml\n");
  });
});

Deno.test("config validate names every mistake with its place and exits with 2", async () => {
  await withConfig("server:\n  port: many\nlog:\n  level: loud\n", async (run, file) => {
    const { code, stdout, stderr } = await run(["validate"]);
    assertEquals([code, stderr], [2, ""]);
    assertStringIncludes(stdout, `${file} has 2 mistakes`);
    assertStringIncludes(stdout, `${file}:2:9: server.port`);
    assertStringIncludes(stdout, `${file}:4:10: log.level`);
    const json = JSON.parse((await run(["validate", "--json"])).stdout);
    assertEquals([json.valid, json.mistakes.length], [false, 2]);
  });
  await withConfig(original, async (run, file) => {
    assertEquals(await run(["validate"]), { code: 0, stdout: `${file} is valid\n`, stderr: "" });
    const missing = await run(["validate", "/no/such.yaml"]);
    assertEquals(missing.code, 2);
  });
});

Deno.test("config schema prints a JSON Schema", async () => {
  const { code, stdout } = await runInMemory(["config", "schema"]);
  assertEquals(code, 0);
  const schema = JSON.parse(stdout);
  assertEquals(schema.type, "object");
  assert("server" in schema.properties);
});

Deno.test("config show prints everything in effect without a secret", async () => {
  await withConfig(original, async (run) => {
    const env = {
      OPENAI_API_KEY: "sk-zyxwvutsrqponmlk",
      ATMOSPHERE_DATABASE_URL: "libsql://db.example",
      ATMOSPHERE_DATABASE_TOKEN: "hidden-database-token",
      ATMOSPHERE_TOKEN: "hidden-node-token-1234",
    };
    for (const argv of [["show"], ["show", "--json"]]) {
      const { code, stdout } = await run(argv, { env });
      assertEquals(code, 0);
      for (const secret of ["sk-abcdef", "sk-zyxwvu", "hidden"]) {
        assert(!stdout.includes(secret), `${argv.join(" ")} shows ${secret}`);
      }
      assertStringIncludes(stdout, "gpu");
    }
    assertStringIncludes((await run(["show"], { env })).stdout, "server.port: 8080\n");
    assertEquals(JSON.parse((await run(["show", "--json"], { env })).stdout).server.port, 8080);
  });
});
