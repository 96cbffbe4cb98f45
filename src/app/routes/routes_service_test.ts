import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Config, loadConfig } from "../../config/mod.ts";
import { AtmosphereError, type ErrorCode, type Route } from "../../core/mod.ts";
import { RoutesService } from "./routes_service.ts";
import { FakeEmbedder } from "./testdata/fake_embedder.ts";

interface Fixture {
  readonly config: Config;
  readonly embedder: FakeEmbedder;
  readonly routes: RoutesService;
}

async function withRoutes(test: (fixture: Fixture) => Promise<void>, configured: Route[] = []) {
  const dataDir = await Deno.makeTempDir();
  try {
    const loaded = await loadConfig({ flags: { dataDir }, env: {} });
    const config = { ...loaded, routes: configured };
    const embedder = new FakeEmbedder();
    await test({ config, embedder, routes: new RoutesService(config, embedder) });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
}

async function refused(code: ErrorCode, work: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(work, AtmosphereError);
  assertEquals(error.code, code);
  return error.message;
}

const csv = [
  "text,label",
  ...["rain today", "snow tomorrow", "is it windy", "will the sun shine", "storm warning"]
    .map((text) => `${text},weather`),
  ...["pay the bill", "send my invoice", "charge the card", "bank transfer", "open an account"]
    .map((text) => `${text},billing?`),
  "tell me a joke,none",
].join("\n");
const source = { name: "intents.csv", content: csv, onBroken: "fail" } as const;

Deno.test("RoutesService puts, merges, lists and removes routes", async () => {
  await withRoutes(async ({ routes }) => {
    const target = { model: "llama3.2" };
    await routes.put({ name: "weather", target, utterances: ["rain"] });
    await refused("conflict", () => routes.put({ name: "Weather", target, utterances: ["x"] }));
    const merged = await routes.put(
      { name: "WEATHER", target, utterances: ["rain", "snow"], threshold: 0.4 },
      { merge: true },
    );
    assertEquals(merged.name, "weather");
    assertEquals(merged.utterances, ["rain", "snow"]);
    assertEquals((await routes.get("weather")).threshold, 0.4);
    await routes.put({ name: "other", target, utterances: ["fine"] });
    await refused(
      "config_invalid",
      () => routes.put({ name: "third", target, utterances: ["Rain"] }),
    );
    assertEquals((await routes.list()).map(({ name }) => name), ["other", "weather"]);
    await routes.remove("weather");
    await refused("not_found", () => routes.get("weather"));
    await refused("not_found", () => routes.remove("weather"));
    assertEquals((await routes.list()).length, 1);
  });
});

Deno.test("RoutesService refuses names that are no file names and routes without a target", async () => {
  await withRoutes(async ({ routes, config }) => {
    for (const name of ["../evil", "a/b", "", ".hidden"]) {
      await refused(
        "invalid_request",
        () => routes.put({ name, target: { model: "m" }, utterances: ["x"] }),
      );
    }
    await refused(
      "config_invalid",
      () => routes.put({ name: "aimless", target: {}, utterances: ["x"] }),
    );
    assertEquals(await routes.list(), []);
    const left = await Array.fromAsync(Deno.readDir(`${config.dataDir}/routes`));
    assertEquals(left, []);
  });
});

Deno.test("RoutesService leaves routes of the configuration file alone", async () => {
  const own: Route = { name: "own", target: { model: "m" }, utterances: ["mine"] };
  await withRoutes(async ({ routes }) => {
    await refused("conflict", () => routes.remove("own"));
    await refused("conflict", () => routes.put(own, { merge: true }));
    assertEquals((await routes.list()).map(({ name }) => name), ["own"]);
  }, [own]);
});

Deno.test("RoutesService imports, trains and evaluates, and embeds no text twice", async () => {
  await withRoutes(async ({ routes, config, embedder }) => {
    const imported = await routes.import(source);
    assertEquals([imported.routes, imported.added, imported.outOfScope], [2, 11, 1]);
    assertEquals((await routes.import(source)).added, 0);
    const model = await routes.train({ seed: 5 });
    assertEquals([model.routes, model.utterances, model.seed], [2, 10, 5]);
    const asked = embedder.asked.length;
    const { evaluation, text, html } = await routes.evaluate(source);
    assertEquals(embedder.asked.length, asked);
    assertEquals([evaluation.n, evaluation.n_in_scope, evaluation.n_oos], [11, 10, 1]);
    assertEquals(evaluation.accuracy, 1);
    assertEquals(evaluation.unknown_labels, []);
    assert(evaluation.decision_ms_p50! >= 0);
    assertStringIncludes(text, "accuracy        100.00 %");
    assertStringIncludes(html, "<svg");
    const again = new FakeEmbedder();
    await new RoutesService(config, again).evaluate(source);
    assertEquals(again.asked, []);
    assertEquals(new Set(embedder.asked).size, embedder.asked.length);
  });
});

Deno.test("RoutesService trains again by itself when routes or the embedder change, not otherwise", async () => {
  await withRoutes(async ({ routes, config }) => {
    await routes.import(source);
    await routes.train({ seed: 5, perRoute: 2 });
    const path = `${config.dataDir}/routes/routes.model`;
    const stamp = async () => (await Deno.stat(path)).ino;
    const first = await stamp();
    assertEquals((await routes.test("rain today")).scores.length, 3);
    assertEquals(await stamp(), first);
    await routes.put({ name: "music", target: { model: "m" }, utterances: ["play a song"] });
    const answer = await routes.test("play a song");
    assertEquals(answer.scores[0]!.route, "music");
    const second = await stamp();
    assert(second !== first);
    await new RoutesService(config, new FakeEmbedder("other")).test("rain");
    const third = await stamp();
    assert(third !== second);
    const viewing = new RoutesService(config, new FakeEmbedder("other", { views: true }));
    assertEquals((await viewing.test("play a song")).scores[0]!.route, "music");
    const fourth = await stamp();
    assert(fourth !== third);
    await viewing.test("rain");
    assertEquals(await stamp(), fourth);
    await Deno.writeTextFile(path, "broken");
    assertEquals((await routes.test("play a song")).scores[0]!.route, "music");
  });
});

Deno.test("RoutesService embeds of a draw only what is drawn", async () => {
  await withRoutes(async ({ routes, embedder }) => {
    await routes.import(source);
    await routes.train({ perRoute: 2, seed: 1 });
    const own = csv.split("\n").slice(1, 11).map((line) => line.split(",")[0]!);
    assertEquals(own.filter((text) => embedder.asked.includes(text)).length, 4);
  });
});

Deno.test("RoutesService cross-validates over a file, whatever routes there are", async () => {
  await withRoutes(async ({ routes }) => {
    const steps: string[] = [];
    const { evaluation } = await routes.evaluate(source, {
      folds: 5,
      onProgress: ({ step }) => steps.push(step),
    });
    assertEquals([evaluation.n, evaluation.n_oos, evaluation.folds], [11, 1, 5]);
    assert(steps.includes("embedding") && steps.includes("evaluating"));
    assertEquals(await routes.list(), []);
    await refused("not_found", () => routes.evaluate(source));
  });
});

Deno.test("RoutesService has the words of names embedded, for training and for folds", async () => {
  const named = { ...source, content: csv.replaceAll(",weather", ",weather_report") };
  await withRoutes(async ({ routes, embedder }) => {
    await routes.import(named);
    await routes.train();
    assert(embedder.asked.includes("weather report"));
  });
  await withRoutes(async ({ routes, embedder }) => {
    await routes.evaluate(named, { folds: 2 });
    assert(embedder.asked.includes("weather report"));
    assertEquals(embedder.asked.length, new Set(embedder.asked).size);
  });
});

Deno.test("RoutesService names broken lines, and keeps the others when asked", async () => {
  await withRoutes(async ({ routes }) => {
    const broken = { ...source, content: `${csv}\nno label here\n` };
    assertStringIncludes(await refused("invalid_request", () => routes.import(broken)), "line 13");
    assertEquals(await routes.list(), []);
    const result = await routes.import({ ...broken, onBroken: "skip" });
    assertEquals(result.broken.map(({ line }) => line), [13]);
    assertEquals(result.added, 11);
  });
});

Deno.test("RoutesService stops training when it is told to", async () => {
  await withRoutes(async ({ routes }) => {
    const many = Array.from({ length: 3000 }, (_, i) => `text number ${i},label${i % 30}`);
    await routes.import({ ...source, content: ["text,label", ...many].join("\n") });
    const controller = new AbortController();
    const reason = new Error("enough");
    const training = routes.train({
      signal: controller.signal,
      onProgress: ({ step }) => step === "training" && controller.abort(reason),
    });
    assertEquals(await assertRejects(() => training), reason);
  });
});
