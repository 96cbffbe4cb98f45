/**
 * Filters on metadata, times, source and namespace as SQL that leaves only matching items.
 *
 * @module
 */

import { AtmosphereError } from "../../core/mod.ts";
import type { SqlArgument } from "../database/database.ts";
import { facetValue } from "../items/metadata.ts";
import { parseTime } from "../items/prepare.ts";
import type { Filter, Scope } from "../types.ts";

/** A condition in SQL on the columns of `items`, with its arguments. */
export interface Condition {
  readonly sql: string;
  readonly args: readonly SqlArgument[];
}

const maxDepth = 16;
const maxConditions = 256;

function refuse(message: string): AtmosphereError {
  return new AtmosphereError("invalid_request", message, { param: "filter" });
}

type Scalar = string | number | boolean | null;

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Compiles one filter; counts its conditions so that nobody can ask for a million of them. */
class Compiler {
  readonly #collection: number;
  #conditions = 0;
  readonly fields = new Set<string>();

  constructor(collection: number) {
    this.#collection = collection;
  }

  #facet(field: string, rest: string, args: readonly SqlArgument[]): Condition {
    this.fields.add(field);
    if (++this.#conditions > maxConditions) {
      throw refuse(`The filter has more than ${maxConditions} conditions`);
    }
    return {
      sql:
        `seq IN (SELECT seq FROM facets WHERE collection_id = ${this.#collection} AND key = ?${rest})`,
      args: [field, ...args],
    };
  }

  #equals(field: string, value: unknown): Condition {
    if (!isScalar(value)) {
      throw refuse(`"${field}" can only equal a string, number, boolean or null`);
    }
    return this.#facet(field, " AND kind = ? AND value = ?", facetValue(value));
  }

  #range(field: string, operator: string, value: unknown): Condition {
    if (typeof value !== "string" && !(typeof value === "number" && Number.isFinite(value))) {
      throw refuse(`"${field}" can only be compared with a string or a number`);
    }
    return this.#facet(field, ` AND kind = ? AND value ${operator} ?`, facetValue(value));
  }

  #oneOf(field: string, values: unknown): Condition {
    if (!Array.isArray(values)) throw refuse(`"${field}" needs an array of values`);
    return any(values.map((value) => this.#equals(field, value)));
  }

  #operator(field: string, name: string, value: unknown): Condition {
    switch (name) {
      case "$eq":
        return this.#equals(field, value);
      case "$ne":
        return not(this.#equals(field, value));
      case "$gt":
        return this.#range(field, ">", value);
      case "$gte":
        return this.#range(field, ">=", value);
      case "$lt":
        return this.#range(field, "<", value);
      case "$lte":
        return this.#range(field, "<=", value);
      case "$in":
        return this.#oneOf(field, value);
      case "$nin":
        return not(this.#oneOf(field, value));
      case "$exists": {
        if (typeof value !== "boolean") throw refuse(`$exists of "${field}" must be true or false`);
        const exists = this.#facet(field, "", []);
        return value ? exists : not(exists);
      }
      default:
        throw refuse(
          `"${name}" is no operator; use $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists`,
        );
    }
  }

  compile(filter: unknown, depth = 0): Condition {
    if (!isRecord(filter)) throw refuse("A filter must be an object");
    if (depth > maxDepth) throw refuse(`The filter is nested deeper than ${maxDepth}`);
    return all(
      Object.entries(filter).map(([name, value]) => {
        if (name === "$and" || name === "$or") {
          if (!Array.isArray(value)) throw refuse(`${name} needs an array of filters`);
          const parts = value.map((part) => this.compile(part, depth + 1));
          return name === "$and" ? all(parts) : any(parts);
        }
        if (name === "$not") return not(this.compile(value, depth + 1));
        if (name.startsWith("$")) {
          throw refuse(`"${name}" is no operator here; use $and, $or, $not or a field's name`);
        }
        if (!isRecord(value)) return this.#equals(name, value);
        const operators = Object.entries(value).filter(([, operand]) => operand !== undefined);
        if (operators.length === 0) throw refuse(`"${name}" has no condition`);
        return all(operators.map(([operator, operand]) => this.#operator(name, operator, operand)));
      }),
    );
  }
}

function join(conditions: readonly Condition[], word: "AND" | "OR"): Condition {
  const [first] = conditions;
  if (first === undefined) return { sql: word === "AND" ? "TRUE" : "FALSE", args: [] };
  if (conditions.length === 1) return first;
  return {
    sql: `(${conditions.map((condition) => condition.sql).join(` ${word} `)})`,
    args: conditions.flatMap((condition) => condition.args),
  };
}

function all(conditions: readonly Condition[]): Condition {
  return join(conditions, "AND");
}

function any(conditions: readonly Condition[]): Condition {
  return join(conditions, "OR");
}

function not(condition: Condition): Condition {
  return { sql: `NOT (${condition.sql})`, args: condition.args };
}

/** A scope in SQL. */
export interface CompiledScope extends Condition {
  /** Whether anything narrows it beyond the collection. */
  readonly narrow: boolean;
  /** Fields that its filter names. */
  readonly fields: readonly string[];
}

/** `scope` as a condition on the items of the collection numbered `collection`. */
export function compileScope(scope: Scope, collection: number): CompiledScope {
  const conditions: Condition[] = [];
  const compiler = new Compiler(collection);
  if (scope.namespace !== undefined) {
    conditions.push({ sql: "namespace = ?", args: [scope.namespace] });
  }
  if (scope.source !== undefined) conditions.push({ sql: "source = ?", args: [scope.source] });
  const times = [
    ["createdAfter", "created_at >="],
    ["createdBefore", "created_at <"],
    ["updatedAfter", "updated_at >="],
    ["updatedBefore", "updated_at <"],
  ] as const;
  for (const [param, sql] of times) {
    const value = scope[param];
    if (value !== undefined) {
      conditions.push({ sql: `${sql} ?`, args: [parseTime(value, param)] });
    }
  }
  if (scope.filter !== undefined) {
    const compiled = compiler.compile(scope.filter satisfies Filter);
    if (compiled.sql !== "TRUE") conditions.push(compiled);
  }
  const condition = all([{ sql: `collection_id = ${collection}`, args: [] }, ...conditions]);
  return { ...condition, narrow: conditions.length > 0, fields: [...compiler.fields] };
}
