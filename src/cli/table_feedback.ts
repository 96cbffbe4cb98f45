/**
 * Commands about what the node learns.
 *
 * @module
 */

import type { CommandSpec } from "./spec.ts";

const give: CommandSpec = {
  name: "give",
  summary: "Tell the node how good an answer was",
  description: [
    "The decision's id is in the x-atmosphere-decision header of an answer, and in the output of " +
    "ask --json and route --json.",
  ],
  arguments: [
    { name: "DECISION", description: "Id of the decision", required: true },
    { name: "RATING", description: "good, bad, or a number from -1 to 1", required: true },
  ],
  flags: [{
    name: "capability",
    type: "string",
    valueName: "ID",
    otherwise: "the decision's first candidate",
    description: "Id of the capability that answered",
  }],
  examples: [{
    command: "atmosphere feedback give dec_1m86e7k2etybakeyy bad",
    description: "An answer was of no use",
  }],
  exitCodes: [{ code: 3, meaning: "the decision is not remembered" }],
  json: "`{learned: true}`",
  load: () => import("./commands/feedback_give.ts"),
};

const list: CommandSpec = {
  name: "list",
  summary: "Show what the node has learned",
  flags: [],
  examples: [{ command: "atmosphere feedback list", description: "By capability and intent" }],
  json: "`{data: [{capability, intent, value, weight, latencyMs?}]}`",
  load: () => import("./commands/feedback_list.ts"),
};

const reset: CommandSpec = {
  name: "reset",
  summary: "Forget what the node has learned",
  arguments: [{
    name: "CAPABILITY",
    description: "Id of a capability; everything where absent",
    required: false,
  }],
  flags: [],
  examples: [{ command: "atmosphere feedback reset", description: "Start afresh" }],
  json: "`{reset: true}`",
  load: () => import("./commands/feedback_reset.ts"),
};

/** `feedback` and what is below it. */
export const feedbackCommands: readonly CommandSpec[] = [{
  name: "feedback",
  summary: "Tell the node how good its choices were",
  subcommands: [give, list, reset],
}];
