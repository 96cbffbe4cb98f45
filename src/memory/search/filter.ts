/**
 * Filters on metadata, times, source and namespace as SQL that leaves only matching items.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { SqlArgument } from "../database/database.ts";
import { facetValue } from "../items/metadata.ts";
import { parseTime } from "../items/check.ts";
import type { Filter, Scope } from "../types.ts";

/** A condition in SQL on the columns of `items`, with its arguments. */
export interface Condition {
  readonly sql: string;
  readonly args: readonly SqlArgument[];
}

/** A condition on `seq` alone; `facet` is the one row of `facets` that it asks for, if it is so simple. */
interface SeqCondition extends Condition {
  readonly facet?: Condition;
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

  #facet(field: string, rest: string, args: readonly SqlArgument[]): SeqCondition {
    this.fields.add(field);
    if (++this.#conditions > maxConditions) {
      throw refuse(`The filter has more than ${maxConditions} conditions`);
    }
    const facet = {
      sql: `collection_id = ${this.#collection} AND key = ?${rest}`,
      args: [field, ...args],
    };
    return { sql: `seq IN (SELECT seq FROM facets WHERE ${facet.sql})`, args: facet.args, facet };
  }

  #equals(field: string, value: unknown): SeqCondition {
    if (!isScalar(value)) {
      throw refuse(`"${field}" can only equal a string, number, boolean or null`);
    }
    return this.#facet(field, " AND kind = ? AND value = ?", facetValue(value));
  }

  #range(field: string, operator: string, value: unknown): SeqCondition {
    if (typeof value !== "string" && !(typeof value === "number" && Number.isFinite(value))) {
      throw refuse(`"${field}" can only be compared with a string or a number`);
    }
    return this.#facet(field, ` AND kind = ? AND value ${operator} ?`, facetValue(value));
  }

  #oneOf(field: string, values: unknown): SeqCondition {
    if (!Array.isArray(values)) throw refuse(`"${field}" needs an array of values`);
    return any(values.map((value) => this.#equals(field, value)));
  }

  #operator(field: string, name: string, value: unknown): SeqCondition {
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

  /** The conditions of a filter, which all hold. */
  parts(filter: unknown, depth = 0): SeqCondition[] {
    if (!isRecord(filter)) throw refuse("A filter must be an object");
    if (depth > maxDepth) throw refuse(`The filter is nested deeper than ${maxDepth}`);
    return Object.entries(filter).flatMap(([name, value]): SeqCondition[] => {
      if (name === "$and" || name === "$or") {
        if (!Array.isArray(value)) throw refuse(`${name} needs an array of filters`);
        const parts = value.map((part) => this.parts(part, depth + 1));
        return name === "$and" ? parts.flat() : [any(parts.map(all))];
      }
      if (name === "$not") return [not(all(this.parts(value, depth + 1)))];
      if (name.startsWith("$")) {
        throw refuse(`"${name}" is no operator here; use $and, $or, $not or a field's name`);
      }
      if (!isRecord(value)) return [this.#equals(name, value)];
      const operators = Object.entries(value).filter(([, operand]) => operand !== undefined);
      if (operators.length === 0) throw refuse(`"${name}" has no condition`);
      return operators.map(([operator, operand]) => this.#operator(name, operator, operand));
    });
  }
}

function join(conditions: readonly SeqCondition[], word: "AND" | "OR"): SeqCondition {
  const [first] = conditions;
  if (first === undefined) return { sql: word === "AND" ? "TRUE" : "FALSE", args: [] };
  if (conditions.length === 1) return first;
  return {
    sql: `(${conditions.map((condition) => condition.sql).join(` ${word} `)})`,
    args: conditions.flatMap((condition) => condition.args),
  };
}

function all(conditions: readonly SeqCondition[]): SeqCondition {
  return join(conditions, "AND");
}

function any(conditions: readonly SeqCondition[]): SeqCondition {
  return join(conditions, "OR");
}

function not(condition: Condition): SeqCondition {
  return { sql: `NOT (${condition.sql})`, args: condition.args };
}

/** A scope in SQL, as a condition on `items`. */
export interface CompiledScope extends Condition {
  /** A query for the numbers that it leaves, in any order; some may come twice. */
  readonly seqs: Condition;
  /** Whether anything narrows it beyond the collection. */
  readonly narrow: boolean;
  /** Fields that its filter names. */
  readonly fields: readonly string[];
}

/** What a scope says of the columns of `items`. */
function columnConditions(scope: Scope): Condition[] {
  const conditions: Condition[] = [];
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
  return conditions;
}

/** `scope` as a condition on the items of the collection numbered `collection`. */
export function compileScope(scope: Scope, collection: number): CompiledScope {
  const compiler = new Compiler(collection);
  const own = { sql: `collection_id = ${collection}`, args: [] };
  const columns = columnConditions(scope);
  const filter = scope.filter === undefined ? [] : compiler.parts(scope.filter satisfies Filter);
  const onItems = all([own, ...columns, ...filter]);
  // The index of facets has all that is needed; the items' own rows are wide and far apart.
  const base = filter.find(({ facet }) => facet !== undefined);
  const rest = filter.filter((condition) => condition !== base);
  const inItems = all([own, ...columns]);
  const onFacets = base?.facet && all([
    base.facet,
    ...(columns.length === 0
      ? []
      : [{ sql: `seq IN (SELECT seq FROM items WHERE ${inItems.sql})`, args: inItems.args }]),
    ...rest,
  ]);
  return {
    ...onItems,
    seqs: onFacets === undefined
      ? { sql: `SELECT seq FROM items WHERE ${onItems.sql}`, args: onItems.args }
      : { sql: `SELECT seq FROM facets WHERE ${onFacets.sql}`, args: onFacets.args },
    narrow: columns.length + filter.length > 0,
    fields: [...compiler.fields],
  };
}
