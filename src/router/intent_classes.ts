/**
 * The classes that an intent may belong to.
 *
 * @module
 */

import type { Speciality } from "../core/mod.ts";

/** A speciality, or `general` for everyday talk. */
export type IntentClass = Speciality | "general";

/** Every class, in the order of all arrays by class. */
export const intentClasses: readonly IntentClass[] = [
  "code",
  "maths",
  "reasoning",
  "vision",
  "multilingual",
  "writing",
  "summarising",
  "roleplay",
  "tools",
  "medical",
  "legal",
  "quick",
  "general",
];

/** Position of each class. */
export const classIndex: Readonly<Record<IntentClass, number>> = Object.fromEntries(
  intentClasses.map((name, i) => [name, i]),
) as Record<IntentClass, number>;
