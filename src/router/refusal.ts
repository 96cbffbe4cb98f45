/**
 * Why nothing can serve a request: what was looked for, where, and what to do about it.
 *
 * @module
 */

import type { Capability, Refusal, Rejection, RouteRequest } from "../core/mod.ts";
import { nearNames } from "./edit_distance.ts";

/** Rejections that a message names. */
const namedReasons = 3;

/** No capability, alias or route has the name that the caller wrote. */
export function unknownModel(
  wanted: string,
  options: { names: Iterable<string>; capabilities: readonly Capability[] },
): Refusal {
  const suggestions = nearNames(wanted, options.names);
  const shown = wanted.length > 100 ? `${wanted.slice(0, 100)}…` : wanted;
  return {
    code: "model_not_found",
    message: `No model, route or alias is named "${shown}" among ${
      count(options.capabilities.length, "capability", "capabilities")
    } of ${count(nodesOf(options.capabilities), "node", "nodes")}`,
    hint: suggestions.length > 0
      ? `Did you mean ${suggestions.map((name) => `"${name}"`).join(" or ")}? ` +
        `"atmosphere models" lists all`
      : `"atmosphere models" lists what is there; "auto" chooses by meaning`,
    suggestions,
  };
}

/** The name exists, but not for the kind that is asked for. */
export function wrongKind(
  wanted: string,
  kinds: ReadonlySet<string>,
  request: RouteRequest,
): Refusal {
  return {
    code: "model_not_found",
    message: `"${wanted}" is ${
      [...kinds].sort().join(" and ")
    }, this request needs ${request.kind}`,
    hint: `"atmosphere models" lists the kind of each model`,
    suggestions: [],
  };
}

/** Every capability that came into question was rejected, or there was none. */
export function nothingServes(
  request: RouteRequest,
  options: {
    readonly rejected: readonly Rejection[];
    readonly capabilities: readonly Capability[];
    /** What was looked at: such as `named "llama3"` or `of the route "billing"`; empty: all. */
    readonly scope: string;
  },
): Refusal {
  const { rejected, capabilities, scope } = options;
  const relevant = rejected.filter(({ filter }) => filter !== "kind" && filter !== "target");
  if (relevant.length === 0) {
    const where = `${count(capabilities.length, "capability", "capabilities")} of ${
      count(nodesOf(capabilities), "node", "nodes")
    }`;
    return {
      code: "no_capability",
      message: scope === ""
        ? `Nothing of the kind ${request.kind} is among the ${where}`
        : `Nothing ${scope} of the kind ${request.kind} is among the ${where}`,
      hint: howToAdd(request),
      suggestions: [],
    };
  }
  const reasons = [...new Set(relevant.map(({ reason }) => reason))];
  const more = reasons.length - namedReasons;
  const subject = `the ${count(relevant.length, "capability", "capabilities")} of the kind ` +
    `${request.kind}${scope === "" ? "" : ` ${scope}`}`;
  return {
    code: relevant.every(({ filter }) => filter === "context")
      ? "context_too_long"
      : "no_capability",
    message: `None of ${subject} can serve this: ${reasons.slice(0, namedReasons).join("; ")}${
      more > 0 ? `; and ${more} more` : ""
    }`,
    hint: whatToDo(relevant, request),
    suggestions: [],
  };
}

function whatToDo(rejected: readonly Rejection[], request: RouteRequest): string {
  const filters = new Set(rejected.map(({ filter }) => filter));
  if (filters.has("policy")) {
    return "Widen the policy that is named, or add a capability that it allows; " +
      `"atmosphere route --explain" lists each reason`;
  }
  if (filters.size === 1 && filters.has("context")) {
    return "Shorten the request, or add a model with a longer context";
  }
  if (filters.has("feature")) {
    return `Add a model that supports it, such as ${featureExample(request)}`;
  }
  return howToAdd(request);
}

function featureExample(request: RouteRequest): string {
  if (request.required.vision === true) return '"ollama pull qwen2.5vl"';
  if (request.required.tools === true) return '"ollama pull llama3.1"';
  return '"ollama pull llama3.2"';
}

function howToAdd({ kind }: RouteRequest): string {
  switch (kind.split("/")[0]) {
    case "llm":
      return `Start a model server ("ollama pull ${
        kind === "llm/embed" ? "nomic-embed-text" : "llama3.2"
      }"), or set a provider's key such as OPENAI_API_KEY, then see "atmosphere status"`;
    case "vision":
      if (kind !== "vision/analyze") break;
      return 'Start a model that sees ("ollama pull qwen2.5vl"), or configure a provider that has one';
  }
  return `Configure a backend that offers ${kind}, then see "atmosphere status"`;
}

function nodesOf(capabilities: readonly Capability[]): number {
  return Math.max(1, new Set(capabilities.map(({ node }) => node)).size);
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
