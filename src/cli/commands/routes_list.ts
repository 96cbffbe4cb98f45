/**
 * `routes list`: the user's routes.
 *
 * @module
 */

import type { Invocation } from "../invocation.ts";
import { renderTable } from "../output/table.ts";
import { describeTarget, openRoutes } from "../routes_options.ts";

/** Prints every route with its target. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  await using api = await openRoutes(invocation);
  const routes = await api.list();
  if (output.isJson) {
    await output.json({ routes });
    return 0;
  }
  if (routes.length === 0) {
    await output.note("There are no routes; add one with atmosphere routes add");
    return 0;
  }
  await output.write(renderTable({
    columns: [
      { title: "ROUTE", shrinks: true },
      { title: "TARGET", shrinks: true },
      { title: "UTTERANCES", align: "right" },
      { title: "THRESHOLD", align: "right" },
      { title: "DESCRIPTION", shrinks: true },
    ],
    rows: routes.map((route) => [
      route.name,
      describeTarget(route),
      String(route.utterances.length),
      route.threshold === undefined ? "" : String(route.threshold),
      route.description ?? "",
    ]),
    palette: output.style,
    width: output.width,
  }));
  return 0;
}
