/**
 * The schema of a route file.
 *
 * @module
 */

import * as v from "valibot";
import type { Route } from "../core/route.ts";
import type { Issue } from "./mistake.ts";
import { anyText, list, section, withDefault } from "./schema_parts.ts";
import { routeSchema } from "./schema_routing.ts";

/** What a route file states. */
export interface RoutesContent {
  readonly routes: Route[];
  /** Texts that belong to none of the routes. */
  readonly outOfScope: string[];
}

const schema = section<RoutesContent>(
  {
    routes: withDefault(list(routeSchema, "Named targets with the texts that lead to them."), []),
    outOfScope: withDefault(
      list(anyText("a text", "An example text."), "Texts that belong to none of the routes."),
      [],
    ),
  },
  "A file of routes.",
);

/** Finds every mistake in the plain content of a route file; `content` is undefined when there are any. */
export function validateRoutesFile(
  value: unknown,
): { readonly content: RoutesContent | undefined; readonly issues: readonly Issue[] } {
  const result = v.safeParse(schema as unknown as v.GenericSchema<unknown, RoutesContent>, value);
  const issues = (result.issues ?? []).map((issue): Issue => {
    const unknown = issue.type === "strict_object" && issue.expected === "never";
    return {
      path: (issue.path ?? []).map(({ key }) => key as string | number),
      value: issue.input,
      expected: unknown ? "a known key" : issue.message,
      at: unknown ? "key" : "value",
    };
  });
  return { content: result.success ? result.output : undefined, issues };
}
