import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { AtmosphereError } from "../core/errors.ts";
import {
  readRoutes,
  removeRoutesFile,
  routesDirectory,
  routesFilePath,
  writeRoutesFile,
} from "./routes_file.ts";

async function inDirectory(
  files: Readonly<Record<string, string>>,
  test: (dataDir: string) => Promise<void>,
): Promise<void> {
  const dataDir = await Deno.makeTempDir();
  try {
    if (Object.keys(files).length > 0) await Deno.mkdir(routesDirectory(dataDir));
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${routesDirectory(dataDir)}/${name}`, text);
    }
    await test(dataDir);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function messageOf(dataDir: string, others: Parameters<typeof readRoutes>[1] = []) {
  const error = await assertRejects(() => readRoutes(dataDir, others), AtmosphereError);
  assertEquals(error.code, "config_invalid");
  return error.message;
}

Deno.test("readRoutes() finds nothing where there is no directory", async () => {
  await inDirectory({}, async (dataDir) => {
    assertEquals(await readRoutes(dataDir), { files: [], routes: [], outOfScope: [] });
  });
});

Deno.test("readRoutes() reads what writeRoutesFile() wrote, hostile texts included", async () => {
  await inDirectory({}, async (dataDir) => {
    const path = routesFilePath(dataDir, "mine");
    const utterances = ["a: b # c", "- x", '"quoted"', "line\nbreak", "emoji 🎉", "true", "12"];
    const route = {
      name: "odd",
      target: { model: "llama3.2:3b" },
      utterances,
      negativeUtterances: ["*anchor", "&x"],
      threshold: 0.4,
    };
    await writeRoutesFile({ path, routes: [route], outOfScope: ["{not, yaml"] });
    const read = await readRoutes(dataDir);
    assertEquals(read.routes, [{ ...route, source: path }]);
    assertEquals(read.outOfScope, ["{not, yaml"]);
    assertEquals(await removeRoutesFile(path), true);
    assertEquals(await removeRoutesFile(path), false);
    assertEquals((await readRoutes(dataDir)).files, []);
  });
});

Deno.test("readRoutes() names every mistake of every file with its line", async () => {
  await inDirectory({
    "a.yaml": `routes:
  - name: sums
    target: { model: x, tag: y }
    utterances: [add two and two]
  - name: empty
    target: { kind: llm/chat }
`,
    "b.yaml": `routes:
  - name: Sums
    target: { kind: llm/chat }
    utterances: [Add two and TWO, another]
  - name: bad name!
    target: { kind: nonsense }
    colour: red
`,
    "c.yaml": "routes: [unclosed",
    ".hidden.yaml": "nonsense",
    "readme.txt": "nonsense",
  }, async (dataDir) => {
    const message = await messageOf(dataDir);
    assertStringIncludes(
      message,
      "a.yaml:3:13: routes.0.target is a mapping, expected exactly one",
    );
    assertStringIncludes(message, "routes.1.utterances");
    assertStringIncludes(message, "at least one utterance");
    assertStringIncludes(message, "b.yaml:5:11: routes.1.name");
    assertStringIncludes(message, "b.yaml:6:21: routes.1.target.kind");
    assertStringIncludes(message, "b.yaml:7:5: routes.1.colour");
    assertStringIncludes(message, "c.yaml:1:");
  });
});

Deno.test("readRoutes() refuses a name or an utterance that another route has", async () => {
  const route = (name: string, utterance: string) =>
    `routes: [{ name: ${name}, target: { kind: llm/chat }, utterances: [${utterance}] }]`;
  await inDirectory({
    "a.yaml": route("sums", "add two and two"),
    "b.yaml": route("Sums", "something else"),
    "c.yaml": route("maths", "Add two and TWO"),
  }, async (dataDir) => {
    const message = await messageOf(dataDir);
    assertStringIncludes(message, "b.yaml:1:18: routes.0.name");
    assertStringIncludes(message, "an utterance that route sums has not");
    const others = [{ name: "else", target: { model: "m" }, utterances: ["SOMETHING else"] }];
    assertStringIncludes(await messageOf(dataDir, others), "an utterance that route else has not");
  });
});
