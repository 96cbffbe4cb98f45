/**
 * `/atmosphere/v1/feedback`: what the node learns from how its choices went.
 *
 * @module
 */

import { Hono } from "hono";
import { AtmosphereError, type LearningApi } from "../../core/mod.ts";
import { readJsonBody } from "../body.ts";
import type { RouteGroup } from "../deps.ts";
import { optionalBoolean, optionalString, wrongType } from "../fields.ts";
import type { GroupEnv } from "./memory.ts";

/** Where the group is. */
const prefix = "/atmosphere/v1/feedback";

function readRating(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(value >= -1 && value <= 1)) {
    throw wrongType("rating", "a number from -1 (bad) to 1 (good)", value);
  }
  return value;
}

/** The learning's routes over `learning`. */
export function feedbackGroup(
  learning: LearningApi,
  options: { readonly maxBodyBytes: number },
): RouteGroup {
  const app = new Hono<GroupEnv>();
  const limits = { maxBytes: options.maxBodyBytes };
  app.get("/", async ({ env: { exchange } }) => {
    return exchange.json({ data: await learning.experience() });
  });
  app.post("/", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    const decision = optionalString(value.decision, "decision");
    if (decision === undefined) throw wrongType("decision", "a decision's id", decision);
    const capability = optionalString(value.capability, "capability");
    const rating = readRating(value.rating);
    const success = optionalBoolean(value.success, "success");
    if (rating === undefined && success === undefined) {
      throw new AtmosphereError("invalid_request", "Feedback needs a rating or success", {
        param: "rating",
        hint: "Give a rating from -1 (bad) to 1 (good), or success as true or false",
      });
    }
    await learning.feedback({
      decision,
      ...(capability === undefined ? {} : { capability }),
      ...(rating === undefined ? {} : { rating }),
      ...(success === undefined ? {} : { success }),
    });
    return exchange.json({ learned: true });
  });
  app.post("/reset", async ({ env: { exchange } }) => {
    const { value } = await readJsonBody(exchange.request, limits);
    await learning.forgetExperience(optionalString(value.capability, "capability"));
    return exchange.json({ reset: true });
  });
  return {
    prefix,
    app: app as unknown as Hono,
    openapi: async () => {
      const { feedbackPaths, feedbackSchemas } = await import("../openapi/feedback_paths.ts");
      return { paths: feedbackPaths, schemas: feedbackSchemas };
    },
  };
}
