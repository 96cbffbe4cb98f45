/**
 * Finding every mistake in settings at once.
 *
 * @module
 */

import * as v from "valibot";
import { checkTogether } from "./cross_checks.ts";
import type { Settings } from "./defaults.ts";
import type { Issue, Path } from "./mistake.ts";
import { nearestName } from "./nearest.ts";
import { fileSchema } from "./schema.ts";
import {
  childNode,
  isOptional,
  nodeAt,
  rootNode,
  type SchemaNode,
  settingNames,
  unwrap,
} from "./schema_walk.ts";

/** What validation found. */
export interface Validated {
  /** Complete settings; undefined when there are issues. */
  readonly settings: Settings | undefined;
  /** What is of the right shape, whatever its values; checks that go on despite issues read it. */
  readonly partial: unknown;
  readonly issues: readonly Issue[];
}

function expectKnown(key: string, known: readonly string[], prefix: string): string {
  const here = nearestName(key, known);
  if (here !== undefined) return `a known key; did you mean ${prefix}${here}?`;
  // The right key in the wrong section.
  const elsewhere = settingNames().find((name) => name.split(".").at(-1) === key);
  if (elsewhere !== undefined) return `a known key; did you mean ${elsewhere}?`;
  return `one of the keys ${known.join(", ")}`;
}

/**
 * A copy of `value` that holds only what the schema knows: unknown keys and values of another shape
 * become issues; an empty section (`server:` with all its keys commented out) counts as absent.
 */
function tidy(node: SchemaNode, value: unknown, path: Path, issues: Issue[]): unknown {
  const inner = unwrap(node);
  const isList = inner.item !== undefined;
  const isMapping = inner.entries !== undefined || inner.value !== undefined;
  if (!isList && !isMapping) return value;
  if (value === null && isOptional(node)) return undefined;
  if (isList !== Array.isArray(value) || typeof value !== "object" || value === null) {
    issues.push({ path, value, expected: inner.message ?? "a mapping", at: "value" });
    return undefined;
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => tidy(inner.item!, item, [...path, index], issues));
  }
  const copy: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) {
    const childPath = [...path, key];
    const schema = key === "__proto__" ? undefined : childNode(inner, key);
    if (schema === undefined) {
      const prefix = path.map((part) => `${part}.`).join("");
      const expected = expectKnown(key, Object.keys(inner.entries ?? {}), prefix);
      issues.push({ path: childPath, value: child, expected, at: "key" });
      continue;
    }
    const tidied = tidy(schema, child, childPath, issues);
    if (tidied !== undefined) copy[key] = tidied;
  }
  return copy;
}

function toIssue(issue: v.BaseIssue<unknown>): Issue {
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const last = issue.path?.at(-1);
  const isMissing = last?.type === "object" && last.origin === "key" && issue.input === undefined;
  const schema = isMissing ? nodeAt(path) : undefined;
  return {
    path,
    value: isMissing ? undefined : issue.input,
    expected: schema === undefined ? issue.message : unwrap(schema).message ?? issue.message,
    at: last?.type === "object" && last.origin === "key" ? "key" : "value",
  };
}

/** Validates plain settings, as a file states them, and completes them with the defaults. */
export function validateSettings(raw: unknown): Validated {
  const found: Issue[] = [];
  const tidied = tidy(rootNode, raw, [], found);
  const result = v.safeParse(fileSchema, tidied ?? {});
  found.push(...(result.issues ?? []).map(toIssue));
  found.push(...checkTogether(tidied));

  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const issue of found) {
    const key = JSON.stringify(issue.path);
    // One expectation a setting: it is the whole one.
    if (!seen.has(key)) issues.push(issue);
    seen.add(key);
  }
  return {
    settings: issues.length === 0 && result.success ? result.output : undefined,
    partial: tidied,
    issues,
  };
}
