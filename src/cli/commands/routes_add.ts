/**
 * `routes add`: a new route, or more utterances for one.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Route } from "../../core/route.ts";
import type { RoutesApi } from "../../core/routes_api.ts";
import type { Invocation } from "../invocation.ts";
import { describeTarget, openRoutes, targetOf } from "../routes_options.ts";
import { UsageError } from "../usage_error.ts";

/** Adds what the command line says. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flags, output, path } = invocation;
  const name = args[0]!;
  const negativeUtterances = flags.list("negative");
  const description = flags.string("description");
  const threshold = flags.number("threshold");
  const given = targetOf(invocation);
  await using api = await openRoutes(invocation);
  const before = await find(api, name);
  const target = given ?? before?.target;
  if (target === undefined) {
    throw new UsageError(
      "A new route needs a target: --model, --kind, --tag, --agent, --tool or --node",
      { path },
    );
  }
  const route = await api.put({
    name: before?.name ?? name,
    target,
    utterances: flags.list("utterance"),
    ...(negativeUtterances.length === 0 ? {} : { negativeUtterances }),
    ...(description === undefined ? {} : { description }),
    ...(threshold === undefined ? {} : { threshold }),
  }, { merge: true });
  if (output.isJson) await output.json(route);
  else {
    await output.print(
      `${route.name} leads to ${describeTarget(route)}, ${route.utterances.length} utterances`,
    );
  }
  return 0;
}

async function find(api: RoutesApi, name: string): Promise<Route | undefined> {
  try {
    return await api.get(name);
  } catch (error) {
    if (error instanceof AtmosphereError && error.code === "not_found") return undefined;
    throw error;
  }
}
