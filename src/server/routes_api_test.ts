import { assertEquals, assertStringIncludes } from "@std/assert";
import { AtmosphereError, type Route, type RoutesApi } from "../core/mod.ts";
import { setUp, token } from "./fakes_test.ts";
import { routesGroup } from "./routes/routes.ts";

const prefix = "/atmosphere/v1/routes";
const headers = { "x-api-key": token };
const route: Route = { name: "billing", target: { model: "m" }, utterances: ["my invoice"] };

function fake(): { api: RoutesApi; calls: unknown[][] } {
  const calls: unknown[][] = [];
  const note = <T>(name: string, answer: T) => (...args: unknown[]) => {
    calls.push([name, ...args.map((arg) => JSON.parse(JSON.stringify(arg ?? null)))]);
    return Promise.resolve(answer);
  };
  const api = {
    list: note("list", [route]),
    get: (name: string) =>
      name === route.name
        ? Promise.resolve(route)
        : Promise.reject(new AtmosphereError("not_found", `No route is named "${name}"`)),
    put: note("put", route),
    remove: note("remove", undefined),
    import: note("import", { added: 1 }),
    train: note("train", { routes: 1 }),
    test: note("test", { route: "billing", scores: [] }),
    evaluate: note("evaluate", { evaluation: { accuracy: 1 }, text: "", html: "" }),
  } as unknown as RoutesApi;
  return { api, calls };
}

function start() {
  const { api, calls } = fake();
  return { ...setUp({ groups: [routesGroup(api, { maxBodyBytes: 10_000 })] }), calls };
}

Deno.test("routesGroup() lists, shows and tests routes without the token, and changes none", async () => {
  const { call, post, calls } = start();
  assertEquals(await (await call(prefix)).json(), { data: [route] });
  assertEquals(await (await call(`${prefix}/billing`)).json(), route);
  const missing = await call(`${prefix}/nothing`);
  assertEquals([missing.status, (await missing.json()).code], [404, "not_found"]);
  const tested = await (await post(`${prefix}/test`, { text: "pay" })).json();
  assertEquals(tested.route, "billing");
  for (const path of ["", "/import", "/train", "/eval"]) {
    assertEquals((await post(prefix + path, {})).status, 401);
  }
  assertEquals((await call(`${prefix}/billing`, { method: "DELETE" })).status, 401);
  assertEquals(calls.map(([name]) => name), ["list", "test"]);
});

Deno.test("routesGroup() adds, merges and removes routes with the token", async () => {
  const { call, post, calls } = start();
  const added = await post(prefix, route, { headers });
  assertEquals([added.status, await added.json()], [201, route]);
  const put = (body: unknown) =>
    call(`${prefix}/billing`, {
      method: "PUT",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  assertEquals((await put({ target: { model: "m" }, utterances: ["x"] })).status, 200);
  const other = await put({ ...route, name: "else" });
  assertEquals([other.status, (await other.json()).code], [400, "invalid_request"]);
  const removed = await call(`${prefix}/billing`, { method: "DELETE", headers });
  assertEquals(await removed.json(), { removed: "billing" });
  assertEquals(calls, [
    ["put", route],
    ["put", { name: "billing", target: { model: "m" }, utterances: ["x"] }, { merge: true }],
    ["remove", "billing"],
  ]);
});

Deno.test("routesGroup() imports, trains and evaluates, and says what is wrong with a body", async () => {
  const { post, calls } = start();
  const send = async (path: string, body: unknown) =>
    await (await post(prefix + path, body, { headers })).json();
  await send("/import", { content: "text,label\na,b", name: "x.csv", skipBroken: true });
  await send("/train", { perRoute: 10, seed: 0 });
  assertEquals(await send("/eval", { content: "text,label\na,b", folds: 3 }), { accuracy: 1 });
  const source = { content: "text,label\na,b", name: "x.csv", onBroken: "skip" };
  assertEquals(calls.map(([name, first]) => [name, first]), [
    ["import", source],
    ["train", { seed: 0, perRoute: 10, signal: {} }],
    ["evaluate", { ...source, name: "imported", onBroken: "fail" }],
  ]);
  for (
    const [path, body, param] of [
      ["/import", {}, "content"],
      ["/test", { text: 5 }, "text"],
      ["/train", { perRoute: 0 }, "perRoute"],
      ["/train", { seed: -1 }, "seed"],
      ["/eval", { content: "x", folds: 1 }, "folds"],
    ] as const
  ) {
    const problem = await send(path, body);
    assertEquals([problem.code, problem.param], ["invalid_request", param]);
    assertStringIncludes(problem.detail, param);
  }
});
