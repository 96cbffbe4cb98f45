/**
 * `routes eval`: measures of the routes over labelled texts.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { Invocation } from "../invocation.ts";
import { printable } from "../output/printable.ts";
import { noteBroken, openRoutes, readLabelledFile, workOf } from "../routes_options.ts";
import { UsageError } from "../usage_error.ts";

/** Prints the measures, and writes a page with pictures where one is wanted. */
export async function run(invocation: Invocation): Promise<number> {
  const { flags, output, path } = invocation;
  const data = flags.string("data");
  if (data === undefined) throw new UsageError("routes eval needs --data FILE", { path });
  const folds = flags.number("folds");
  const seed = flags.number("seed");
  const source = await readLabelledFile(invocation, data);
  await using api = await openRoutes(invocation);
  const report = await api.evaluate(source, {
    ...workOf(invocation),
    ...(folds === undefined ? {} : { folds }),
    ...(seed === undefined ? {} : { seed }),
  });
  await noteBroken(invocation, report.evaluation.broken);
  if (output.isJson) await output.json(report.evaluation);
  else await output.write(report.text);
  const page = flags.string("report");
  if (page !== undefined) {
    await writePage(page, report.html);
    await output.note(`The page is ${printable(page)}`);
  }
  return 0;
}

async function writePage(path: string, html: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, html);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AtmosphereError("invalid_request", `Could not write ${path}: ${reason}`, { cause });
  }
}
