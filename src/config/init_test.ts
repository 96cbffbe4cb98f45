import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { defaultNodeName } from "./defaults.ts";
import { loadIdentity } from "./identity.ts";
import { initDataDir, type InitResult } from "./init.ts";
import { configJsonSchema } from "./json_schema.ts";
import { loadConfig } from "./load.ts";
import { schemaLine } from "./template.ts";
import { TempDir } from "./testdata/temp_dir.ts";
import { loadToken } from "./token.ts";

const hasModes = Deno.build.os !== "windows";

async function modeOf(path: string): Promise<string> {
  return ((await Deno.stat(path)).mode! & 0o777).toString(8);
}

function actions(result: InitResult): Record<string, string> {
  return Object.fromEntries(result.entries.map(({ name, action }) => [name, action]));
}

async function contents(dir: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const { name, isFile } of Deno.readDir(dir)) {
    files[name] = isFile ? await Deno.readTextFile(`${dir}/${name}`) : "directory";
  }
  return files;
}

Deno.test("initDataDir() leaves the host's own name to the defaults", async () => {
  await using temp = await TempDir.create();
  await initDataDir({ dataDir: `${temp.path}/a`, nodeName: defaultNodeName() });
  const text = await Deno.readTextFile(`${temp.path}/a/config.yaml`);
  assertEquals(text.split("\n").filter((line) => line !== "" && !line.startsWith("#")), []);
});

Deno.test("initDataDir() makes everything that a node needs", async () => {
  await using temp = await TempDir.create();
  const dataDir = `${temp.path}/a/b`;
  const result = await initDataDir({ dataDir });
  assertEquals(result.created, true);
  assertEquals(new Set(Object.values(actions(result))), new Set(["created"]));
  assertEquals(Object.keys(await contents(dataDir)).sort(), [
    "config.schema.json",
    "config.yaml",
    "identity.json",
    "logs",
    "models",
    "token",
  ]);
  assertEquals((await loadIdentity(dataDir)).peerId, result.identity.peerId);
  assertEquals((await loadToken(dataDir)).reveal().length, 43);
  const written = JSON.parse(await Deno.readTextFile(`${dataDir}/config.schema.json`));
  assertEquals(written, await configJsonSchema());
  const config = await Deno.readTextFile(`${dataDir}/config.yaml`);
  assertEquals(config.split("\n")[0], schemaLine);
});

Deno.test("initDataDir() keeps others out", { ignore: !hasModes }, async () => {
  await using temp = await TempDir.create();
  const dataDir = `${temp.path}/node`;
  await initDataDir({ dataDir });
  assertEquals(await modeOf(dataDir), "700");
  for (const name of ["identity.json", "token", "config.yaml"]) {
    assertEquals(await modeOf(`${dataDir}/${name}`), "600", name);
  }
});

Deno.test("initDataDir() writes a configuration that loads to exactly the defaults", async () => {
  await using temp = await TempDir.create();
  const dataDir = `${temp.path}/node`;
  const before = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dataDir } });
  await initDataDir({ dataDir });
  const after = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dataDir } });
  assertEquals({ ...after, file: undefined }, before);
  assertEquals(after.file, `${dataDir}/config.yaml`);
});

Deno.test("initDataDir() writes the node's name where one is given", async () => {
  await using temp = await TempDir.create();
  const dataDir = `${temp.path}/node`;
  await initDataDir({ dataDir, nodeName: "studio" });
  const config = await loadConfig({ env: { ATMOSPHERE_DATA_DIR: dataDir } });
  assertEquals(config.node.name, "studio");
  const again = await initDataDir({ dataDir, nodeName: "other" });
  const entry = again.entries.find(({ name }) => name === "config.yaml");
  assertStringIncludes(entry?.note ?? "", "config set node.name other");
  const error = await assertRejects(
    () => initDataDir({ dataDir: `${temp.path}/x`, nodeName: "a: b" }),
    AtmosphereError,
  );
  assertEquals(error.code, "config_invalid");
});

Deno.test("initDataDir() changes nothing when it is repeated", async () => {
  await using temp = await TempDir.create();
  await initDataDir({ dataDir: temp.path });
  await temp.write("config.yaml", "server: { port: 1 }\n");
  const before = await contents(temp.path);
  const result = await initDataDir({ dataDir: temp.path });
  assertEquals(await contents(temp.path), before);
  assertEquals(result.created, false);
  assertEquals(new Set(Object.values(actions(result))), new Set(["kept"]));
});

Deno.test("initDataDir() renews the schema of another version", async () => {
  await using temp = await TempDir.create();
  await initDataDir({ dataDir: temp.path });
  await temp.write("config.schema.json", "{}\n");
  assertEquals(actions(await initDataDir({ dataDir: temp.path }))["config.schema.json"], "updated");
  const text = await Deno.readTextFile(`${temp.path}/config.schema.json`);
  assertEquals(JSON.parse(text), await configJsonSchema());
});

Deno.test("initDataDir() repairs loose modes and says so", { ignore: !hasModes }, async () => {
  await using temp = await TempDir.create();
  await initDataDir({ dataDir: temp.path });
  await Deno.chmod(temp.path, 0o755);
  await Deno.chmod(`${temp.path}/identity.json`, 0o644);
  await Deno.chmod(`${temp.path}/token`, 0o640);
  const { entries } = await initDataDir({ dataDir: temp.path });
  const repaired = entries.filter((entry) => entry.repairedMode !== undefined);
  assertEquals(repaired.map(({ name, repairedMode }) => [name, repairedMode]), [
    [".", "0755"],
    ["identity.json", "0644"],
    ["token", "0640"],
  ]);
  assertEquals(await modeOf(temp.path), "700");
  assertEquals(await modeOf(`${temp.path}/identity.json`), "600");
  assertEquals(await modeOf(`${temp.path}/token`), "600");
});

Deno.test("initDataDir() does not close a directory that holds other things", {
  ignore: !hasModes,
}, async () => {
  await using temp = await TempDir.create();
  await temp.write("somebody's file", "");
  await Deno.chmod(temp.path, 0o755);
  const { entries } = await initDataDir({ dataDir: temp.path });
  assertEquals(await modeOf(temp.path), "755");
  assertStringIncludes(entries[0]?.note ?? "", "0755");
});

Deno.test("initDataDir() several times at once agrees on one identity and one token", async () => {
  await using temp = await TempDir.create();
  const dataDir = `${temp.path}/node`;
  const results = await Promise.all(
    Array.from({ length: 8 }, () => initDataDir({ dataDir })),
  );
  const { peerId } = await loadIdentity(dataDir);
  assertEquals(new Set(results.map(({ identity }) => identity.peerId)), new Set([peerId]));
  assertEquals(results.filter(({ created }) => created).length, 1);
  const left = Object.keys(await contents(dataDir)).filter((name) => name.endsWith(".tmp"));
  assertEquals(left, []);
});

Deno.test("initDataDir() never replaces an identity or a token that is broken", async () => {
  await using temp = await TempDir.create();
  await temp.write("identity.json", '{"version":');
  const error = await assertRejects(() => initDataDir({ dataDir: temp.path }), AtmosphereError);
  assertEquals(error.code, "identity_broken");
  assertEquals(await Deno.readTextFile(`${temp.path}/identity.json`), '{"version":');

  await using other = await TempDir.create();
  await other.write("token", "");
  const tokenError = await assertRejects(
    () => initDataDir({ dataDir: other.path }),
    AtmosphereError,
  );
  assertEquals(tokenError.code, "data_dir_unusable");
  assertEquals(await Deno.readTextFile(`${other.path}/token`), "");
});

Deno.test("initDataDir() says why a directory can't be used", async () => {
  await using temp = await TempDir.create();
  const file = await temp.write("file", "");
  for (const dataDir of [file, `${file}/below`]) {
    const error = await assertRejects(() => initDataDir({ dataDir }), AtmosphereError);
    assertEquals(error.code, "data_dir_unusable", dataDir);
    assertStringIncludes(error.message, dataDir);
    assert(error.hint?.includes("--data-dir"));
  }
  await temp.write("logs", "");
  const error = await assertRejects(() => initDataDir({ dataDir: temp.path }), AtmosphereError);
  assertEquals(error.code, "data_dir_unusable");
  assertStringIncludes(error.message, "logs is a file");
});
