import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "yaml";
import { fromFileUrl } from "../support/paths.ts";
import { finish, isInstalled } from "./tools.ts";

const root = fromFileUrl(new URL("../../", import.meta.url));
const pinned = /@sha256:[0-9a-f]{64}$/;

/** The instructions of the Dockerfile, without comments and continued lines. */
async function instructions(): Promise<string[]> {
  const text = await Deno.readTextFile(`${root}Dockerfile`);
  return text.replace(/^\s*#.*\n/gm, "").replaceAll("\\\n", " ").split("\n").filter((l) =>
    l !== ""
  );
}

Deno.test("the Dockerfile starts from a base that is named by its digest", async () => {
  const bases = (await instructions()).filter((line) => line.startsWith("FROM "));
  assertEquals(bases, ["FROM ${BASE} AS build", "FROM scratch"]);
  const base = (await instructions()).find((line) => line.startsWith("ARG BASE="));
  assertMatch(base ?? "", pinned);
});

Deno.test("the image runs nothing when it is put together, and as a numbered user after", async () => {
  const lines = await instructions();
  const last = lines.slice(lines.lastIndexOf("FROM scratch"));
  assertEquals(last.filter((line) => /^(RUN|ADD)\b/.test(line)), []);
  const user = last.find((line) => line.startsWith("USER "))?.slice("USER ".length) ?? "";
  assertMatch(user, /^[1-9]\d*:[1-9]\d*$/);
  const layOut = await Deno.readTextFile(`${root}dist-scripts/container/lay_out.sh`);
  assertEquals(/^uid=(\d+)$/m.exec(layOut)?.[1], user.split(":")[0]);
});

Deno.test("compose.yaml opens the node to this machine alone, and takes every right away", async () => {
  const { services } = parse(await Deno.readTextFile(`${root}compose.yaml`));
  const { atmosphere, ollama } = services;
  assertEquals(atmosphere.ports, ["127.0.0.1:11451:11451"]);
  assertMatch(atmosphere.environment.ATMOSPHERE_TOKEN, /^\$\{ATMOSPHERE_TOKEN:\?/);
  assertEquals([atmosphere.read_only, atmosphere.cap_drop], [true, ["ALL"]]);
  assertEquals(atmosphere.security_opt, ["no-new-privileges:true"]);
  assertEquals(ollama.ports, undefined);
  assertMatch(ollama.image, pinned);
});

Deno.test("compose.yaml gives writable places for all that the image names", async () => {
  const { services: { atmosphere } } = parse(await Deno.readTextFile(`${root}compose.yaml`));
  const lines = await instructions();
  const volumes = JSON.parse(lines.find((l) => l.startsWith("VOLUME "))?.slice(7) ?? "[]");
  const tmpfs = new Map<string, string>(
    atmosphere.tmpfs.map((entry: string) => entry.split(/:(.*)/s).slice(0, 2)),
  );
  const mounted = atmosphere.volumes.map((entry: string) => entry.split(":")[1]);
  for (const volume of volumes) assert(mounted.includes(volume) || tmpfs.has(volume), volume);
  const cache = tmpfs.get("/var/cache/atmosphere")?.split(",") ?? [];
  // Libraries are laid out and loaded from there by the image's user, whom Podman can't name here.
  for (const option of ["exec", "mode=1777"]) assert(cache.includes(option), option);
  assertEquals(cache.filter((option) => /^[ug]id=/.test(option)), []);
});

Deno.test("every action of the container workflow is named by its commit", async () => {
  const text = await Deno.readTextFile(`${root}.github/workflows/container.yml`);
  const { jobs } = parse(text);
  // deno-lint-ignore no-explicit-any
  const steps = Object.values<any>(jobs).flatMap((job) => job.steps);
  const uses = steps.map((step) => step.uses).filter((name) => name !== undefined);
  assert(uses.length > 0);
  for (const name of uses) assertMatch(name, /@[0-9a-f]{40}$/);
});

Deno.test({
  name: "the script that lays the image out satisfies shellcheck and checkbashisms",
  ignore: !await isInstalled("shellcheck") || !await isInstalled("checkbashisms"),
  async fn() {
    const script = `${root}dist-scripts/container/lay_out.sh`;
    for (const [tool, args] of [["shellcheck", ["-s", "sh"]], ["checkbashisms", []]] as const) {
      const { stdout, stderr } = await finish(tool, { args: [...args, script] });
      assertEquals(stdout + stderr, "");
    }
  },
});
