/**
 * `/atmosphere/v1/routes`: the user's routes, natively.
 *
 * @module
 */

import { Hono } from "hono";
import {
  AtmosphereError,
  type LabelledSource,
  type Route,
  type RoutesApi,
} from "../../core/mod.ts";
import { readJsonBody } from "../body.ts";
import type { RouteGroup } from "../deps.ts";
import {
  type Fields,
  optionalBoolean,
  optionalInteger,
  optionalString,
  wrongType,
} from "../fields.ts";
import type { GroupEnv } from "./memory.ts";

/** Where the group is. */
const prefix = "/atmosphere/v1/routes";

/** Labelled texts in a body: `content` is CSV or JSON Lines, told apart by `name` or by its look. */
function readLabelled(value: Fields): LabelledSource {
  const content = optionalString(value.content, "content");
  if (content === undefined) throw wrongType("content", "CSV or JSON Lines as a text", content);
  const skips = optionalBoolean(value.skipBroken, "skipBroken") ?? false;
  return {
    name: optionalString(value.name, "name") ?? "imported",
    content,
    onBroken: skips ? "skip" : "fail",
  };
}

function seedOf(value: Fields): { seed?: number } {
  const seed = optionalInteger(value.seed, "seed", 0);
  return seed === undefined ? {} : { seed };
}

/** The routes' endpoints over `routes`. Bodies have at most `maxBodyBytes`. */
export function routesGroup(
  routes: RoutesApi,
  options: { readonly maxBodyBytes: number },
): RouteGroup {
  const app = new Hono<GroupEnv>();
  const limits = { maxBytes: options.maxBodyBytes };
  app.get("/", async ({ env: { exchange } }) => exchange.json({ data: await routes.list() }));
  app.post("/", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    return exchange.json(await routes.put(value as unknown as Route), { status: 201 });
  });
  app.post("/test", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    const text = optionalString(value.text, "text");
    if (text === undefined) throw wrongType("text", "a text", text);
    return exchange.json(await routes.test(text, { signal: exchange.request.signal }));
  });
  app.post("/import", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    return exchange.json(await routes.import(readLabelled(value)));
  });
  app.post("/train", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    const perRoute = optionalInteger(value.perRoute, "perRoute", 1);
    return exchange.json(
      await routes.train({
        ...seedOf(value),
        ...(perRoute === undefined ? {} : { perRoute }),
        signal: exchange.request.signal,
      }),
    );
  });
  app.post("/eval", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    const folds = optionalInteger(value.folds, "folds", 2);
    const report = await routes.evaluate(readLabelled(value), {
      ...seedOf(value),
      ...(folds === undefined ? {} : { folds }),
      signal: exchange.request.signal,
    });
    return exchange.json(report.evaluation);
  });
  app.get(
    "/:name",
    async ({ env: { exchange }, req }) => exchange.json(await routes.get(req.param("name"))),
  );
  app.put("/:name", async ({ env: { exchange }, req }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    const name = req.param("name");
    if (value.name !== undefined && value.name !== name) {
      throw new AtmosphereError("invalid_request", "The body names another route than the path", {
        param: "name",
      });
    }
    const route = { ...value, name } as unknown as Route;
    return exchange.json(await routes.put(route, { merge: true }));
  });
  app.delete("/:name", async ({ env: { exchange }, req }) => {
    const name = req.param("name");
    await routes.remove(name);
    return exchange.json({ removed: name });
  });
  return {
    prefix,
    app: app as unknown as Hono,
    reading: [`${prefix}/test`],
    openapi: async () => {
      const { routesPaths, routesSchemas } = await import("../openapi/routes_paths.ts");
      return { paths: routesPaths, schemas: routesSchemas };
    },
  };
}
