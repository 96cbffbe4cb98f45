/**
 * Feedback in OpenAPI's words.
 *
 * @module
 */

import {
  count,
  errors,
  flag,
  type Json,
  jsonAnswer,
  jsonBody,
  list,
  number,
  object,
  ref,
  text,
} from "./parts.ts";

const prefix = "/atmosphere/v1/feedback";
const failures = errors("Problem", [400, 401, 403, 404, 405, 413, 415, 500]);
const tags = ["Feedback"];

/** Schemas by name. */
export const feedbackSchemas: Json = {
  Feedback: object("What somebody thought of an answer", {
    decision: text("Id of the decision, from the x-atmosphere-decision header"),
    capability: text("Id of the capability that answered; the first candidate where absent"),
    rating: number("From -1 (bad) to 1 (good)", { minimum: -1, maximum: 1 }),
    success: flag("Whether the answer did what was wanted"),
  }, { required: ["decision"] }),
  Experience: object("What is known of one capability for one kind of intent", {
    capability: text("Id of the capability"),
    intent: text("Kind of intent, such as code/hard"),
    value: number("-1 (bad) to 1 (good)", { minimum: -1, maximum: 1 }),
    weight: number("Outcomes behind it; older ones count less"),
    latencyMs: count("Mean time to the first byte in milliseconds"),
  }, { required: ["capability", "intent", "value", "weight"] }),
};

/** Paths by path. */
export const feedbackPaths: Json = {
  [prefix]: {
    get: {
      operationId: "listExperience",
      summary: "What the node has learned",
      tags,
      responses: {
        "200": jsonAnswer(
          "What is known, best known first",
          object("A list", { data: list(ref("Experience")) }, { required: ["data"] }),
        ),
        ...failures,
      },
    },
    post: {
      operationId: "giveFeedback",
      summary: "Tell how good an answer was",
      tags,
      security: [{ bearer: [] }, { apiKey: [] }],
      requestBody: jsonBody(ref("Feedback"), { decision: "dec_1m86e7k2etybakeyy", rating: 1 }),
      responses: {
        "200": jsonAnswer(
          "It is learned",
          object("Done", { learned: flag("true") }, { required: ["learned"] }),
        ),
        ...failures,
      },
    },
  },
  [`${prefix}/reset`]: {
    post: {
      operationId: "resetExperience",
      summary: "Forget what was learned",
      tags,
      security: [{ bearer: [] }, { apiKey: [] }],
      requestBody: jsonBody(
        object("What to forget; everything where empty", {
          capability: text("Id of a capability"),
        }),
        {},
      ),
      responses: {
        "200": jsonAnswer(
          "It is forgotten",
          object("Done", { reset: flag("true") }, { required: ["reset"] }),
        ),
        ...failures,
      },
    },
  },
};
