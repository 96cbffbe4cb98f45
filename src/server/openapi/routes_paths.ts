/**
 * The user's routes in OpenAPI's words.
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

const prefix = "/atmosphere/v1/routes";
const failures = errors("Problem", [400, 401, 403, 404, 405, 409, 413, 415, 500, 503]);
const tags = ["Routes"];
const share = { minimum: 0, maximum: 1 };

/** Schemas by name. */
export const routesSchemas: Json = {
  UserRoute: object("A named target with the texts that lead to it", {
    name: text("Letters, digits, '.', '_' and '-'"),
    description: text("What the route is for, in a sentence"),
    target: object("Where it leads: exactly one of these", {
      model: text("A model by name"),
      kind: text("Any capability of this kind"),
      tag: text("Any capability with this tag"),
      agent: text("An agent by name"),
      tool: text("A tool by name"),
      node: text("Any capability of this node"),
    }),
    utterances: list(text("A text that should take the route")),
    negativeUtterances: list(text("A text that should not, though it looks alike")),
    threshold: number("Least score at which it is taken", share),
    source: text("The file that it is in"),
  }, { required: ["name", "target", "utterances"], open: true }),
  LabelledTexts: object("Labelled texts", {
    content: text("CSV with a header (text,label or text,category), or JSON Lines (text, label)"),
    name: text("Name of the file; names the route file, and .csv or .jsonl tells the format"),
    skipBroken: flag("Leave broken lines out instead of refusing everything"),
    folds: count("For eval: cross-validate in that many parts"),
    seed: count("For eval: seed of the cross-validation"),
  }, { required: ["content"] }),
};

const name = {
  name: "name",
  in: "path",
  required: true,
  schema: { type: "string" },
  description: "Name of the route",
};
const example = {
  name: "billing",
  target: { model: "llama3.2" },
  utterances: ["where is my invoice"],
};

function action(options: {
  id: string;
  summary: string;
  body?: Json;
  parameters?: readonly unknown[];
  status?: string;
  answer: Json;
}): Json {
  return {
    operationId: options.id,
    summary: options.summary,
    tags,
    ...(options.parameters === undefined ? {} : { parameters: options.parameters }),
    ...(options.body === undefined ? {} : { requestBody: options.body }),
    responses: { [options.status ?? "200"]: options.answer, ...failures },
  };
}

const aRoute = jsonAnswer("The route", ref("UserRoute"));
const texts = (more: Json) =>
  jsonBody(ref("LabelledTexts"), { content: "text,label\nwhere is my invoice,billing\n", ...more });

/** Paths by path. */
export const routesPaths: Json = {
  [prefix]: {
    get: action({
      id: "listRoutes",
      summary: "All routes",
      answer: jsonAnswer(
        "The routes",
        object("A list", { data: list(ref("UserRoute")) }, { required: ["data"] }),
      ),
    }),
    post: action({
      id: "addRoute",
      summary: "Add a route",
      body: jsonBody(ref("UserRoute"), example),
      status: "201",
      answer: aRoute,
    }),
  },
  [`${prefix}/{name}`]: {
    get: action({ id: "getRoute", summary: "One route", parameters: [name], answer: aRoute }),
    put: action({
      id: "putRoute",
      summary: "Add a route, or utterances to one",
      parameters: [name],
      body: jsonBody(ref("UserRoute"), example),
      answer: aRoute,
    }),
    delete: action({
      id: "removeRoute",
      summary: "Remove a route",
      parameters: [name],
      answer: jsonAnswer("Its name", object("Removed", { removed: text("Name of the route") })),
    }),
  },
  [`${prefix}/test`]: {
    post: action({
      id: "testRoutes",
      summary: "Which route a text takes, and why",
      body: jsonBody(object("A text", { text: text("The text") }, { required: ["text"] }), {
        text: "where is my invoice",
      }),
      answer: jsonAnswer(
        "Scores, best first; none means that no route is about it",
        object("Scores", {
          route: text("The route that is taken; absent when none is"),
          scores: list(object("A score", {
            route: text("Name of the route, or none"),
            score: number("Probability", share),
            threshold: {
              type: ["number", "null"],
              description: "Least score at which it is taken",
            },
            evidence: list(text("An utterance or n-gram that decided")),
          })),
        }, { required: ["scores"] }),
      ),
    }),
  },
  [`${prefix}/import`]: {
    post: action({
      id: "importRoutes",
      summary: "Make routes of labelled texts",
      body: texts({ name: "intents.csv" }),
      answer: jsonAnswer(
        "What was added",
        object("Counts", {
          file: text("The route file"),
          routes: count("Routes in it"),
          added: count("New texts"),
          known: count("Texts that were there"),
        }, { open: true }),
      ),
    }),
  },
  [`${prefix}/train`]: {
    post: action({
      id: "trainRoutes",
      summary: "Train the model of the routes now",
      body: jsonBody(
        object("How to train", {
          perRoute: count("Learn from that many utterances of each route"),
          seed: count("Seed; the same one gives the same model"),
        }),
        { seed: 1 },
      ),
      answer: jsonAnswer(
        "The model",
        object("The model", {
          routes: count("Routes that it knows"),
          utterances: count("Utterances that it learned from"),
          accuracy: {
            type: ["number", "null"],
            description: "Share of held-out utterances that it gave their route",
          },
        }, { open: true }),
      ),
    }),
  },
  [`${prefix}/eval`]: {
    post: action({
      id: "evaluateRoutes",
      summary: "Measure the routes over labelled texts",
      body: texts({}),
      answer: jsonAnswer(
        "Measures, null where there is nothing to measure",
        object("Measures", {
          accuracy: { type: ["number", "null"], description: "Share of texts in scope" },
          auroc_oos: { type: ["number", "null"], description: "Texts out of scope told apart" },
          ece: { type: ["number", "null"], description: "Expected calibration error" },
          n: count("Texts"),
          n_oos: count("Texts labelled none"),
          decision_ms_p50: { type: ["number", "null"], description: "Milliseconds, median" },
        }, { open: true }),
      ),
    }),
  },
};
