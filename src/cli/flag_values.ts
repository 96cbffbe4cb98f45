/**
 * Parsed flags, read by name and type.
 *
 * @module
 */

import type { FlagSpec } from "./spec.ts";

/** A flag's parsed value. */
export type FlagValue = boolean | string | number | readonly string[];

/** The flags of one command line: what was given, else the table's defaults. */
export class FlagValues {
  readonly #specs: ReadonlyMap<string, FlagSpec>;
  readonly #given: ReadonlyMap<string, FlagValue>;

  /** Reads `given`, keyed by flag name, against `specs`. */
  constructor(specs: readonly FlagSpec[], given: ReadonlyMap<string, FlagValue>) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    this.#given = given;
  }

  #value(name: string, types: ReadonlyArray<FlagSpec["type"]>): FlagValue | undefined {
    const spec = this.#specs.get(name);
    if (spec === undefined || !types.includes(spec.type)) {
      throw new TypeError(`The table has no ${types.join(" or ")} flag "${name}" here`);
    }
    const given = this.#given.get(name);
    if (given !== undefined || spec.type === "list") return given;
    return spec.default;
  }

  /** Whether the flag was on the command line. */
  has(name: string): boolean {
    return this.#given.has(name);
  }

  /** Value of a switch. */
  boolean(name: string): boolean {
    return this.#value(name, ["boolean"]) === true;
  }

  /** Text of a string or enum flag; undefined when absent and without default. */
  string(name: string): string | undefined {
    return this.#value(name, ["string", "enum"]) as string | undefined;
  }

  /** Number of a number flag; undefined when absent and without default. */
  number(name: string): number | undefined {
    return this.#value(name, ["number"]) as number | undefined;
  }

  /** Texts of a list flag, in order; empty when absent. */
  list(name: string): readonly string[] {
    return (this.#value(name, ["list"]) ?? []) as readonly string[];
  }
}
