import { assertEquals, assertThrows } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import { dataDirPaths, resolveDataDir } from "./data_dir.ts";

const isWindows = Deno.build.os === "windows";

Deno.test("resolveDataDir() takes the flag, then the environment, then the home directory", {
  ignore: isWindows,
}, () => {
  const env = { HOME: "/home/ann", ATMOSPHERE_DATA_DIR: "/srv/atmosphere/" };
  assertEquals(resolveDataDir(env, "/tmp/x"), "/tmp/x");
  assertEquals(resolveDataDir(env), "/srv/atmosphere");
  assertEquals(resolveDataDir({ HOME: "/home/ann" }), "/home/ann/.atmosphere");
  assertEquals(resolveDataDir({ USERPROFILE: "/users/ann" }), "/users/ann/.atmosphere");
  assertEquals(
    resolveDataDir({ HOME: "/home/ann", ATMOSPHERE_DATA_DIR: " " }),
    "/home/ann/.atmosphere",
  );
});

Deno.test("resolveDataDir() makes paths absolute and expands the home directory", {
  ignore: isWindows,
}, () => {
  const env = { HOME: "/home/ann" };
  assertEquals(resolveDataDir(env, "data/../here"), `${Deno.cwd()}/here`);
  assertEquals(resolveDataDir({ ...env, ATMOSPHERE_DATA_DIR: "~/node" }), "/home/ann/node");
});

Deno.test("resolveDataDir() says what to set when nothing names a place", () => {
  const error = assertThrows(() => resolveDataDir({}), AtmosphereError);
  assertEquals(error.code, "data_dir_unusable");
  assertEquals(error.hint?.includes("ATMOSPHERE_DATA_DIR"), true);
  assertEquals(
    assertThrows(() => resolveDataDir({ HOME: "/h" }, ""), AtmosphereError).code,
    "data_dir_unusable",
  );
});

Deno.test("dataDirPaths() are in the data directory", { ignore: isWindows }, () => {
  assertEquals(dataDirPaths("/d").identity, "/d/identity.json");
  assertEquals(dataDirPaths("/d").database, "/d/atmosphere.db");
});
