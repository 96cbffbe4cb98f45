import { assertEquals } from "@std/assert";
import { makeStaging } from "./staging.ts";

const moduleUrl = new URL("./staging.ts", import.meta.url).href;

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

/** A process that makes a folder, says so and waits for its end. */
async function startMaker(parent: string): Promise<Deno.ChildProcess> {
  const code = `
    import { makeStaging } from ${JSON.stringify(moduleUrl)};
    const staging = await makeStaging(Deno.args[0]);
    await Deno.writeTextFile(staging.path + "/half", "");
    await Deno.mkdir(staging.path + "-outdated");
    console.log("made");
    await new Promise(() => setInterval(() => {}, 1000));`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-config", "--no-lock", "-", parent],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(code));
  await input.close();
  const output = child.stdout.getReader();
  await output.read();
  output.releaseLock();
  return child;
}

Deno.test("makeStaging() leaves those of the living alone and removes those of the dead", async () => {
  const parent = await Deno.makeTempDir();
  try {
    const child = await startMaker(parent);
    const before = names(parent);
    assertEquals(before.length, 3);
    {
      await using staging = await makeStaging(parent);
      await Deno.writeTextFile(`${staging.path}/file`, "");
      assertEquals(names(parent).length, 5);
    }
    assertEquals(names(parent), before);
    child.kill("SIGKILL");
    await child.status;
    await child.stdout.cancel();
    {
      await using _ = await makeStaging(parent);
    }
    assertEquals(names(parent), []);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});

Deno.test("makeStaging() removes a folder without a lock once it is old", async () => {
  const parent = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${parent}/.preparing-new`);
    await Deno.mkdir(`${parent}/.preparing-old`);
    await Deno.mkdir(`${parent}/model`);
    await Deno.utime(`${parent}/.preparing-old`, 0, 0);
    {
      await using _ = await makeStaging(parent);
    }
    assertEquals(names(parent), [".preparing-new", "model"]);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
});
