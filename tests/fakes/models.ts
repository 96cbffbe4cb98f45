/**
 * The models that a fake server has.
 *
 * @module
 */

import type { EngineName } from "../../src/core/mod.ts";

/** Engines that are modelled; `atmosphere` stands for another node. */
export type FakeEngine = EngineName | "atmosphere";

/** One model of a fake server. */
export interface FakeModel {
  readonly name: string;
  /** @default "embed" where the name says so, else "chat" */
  readonly kind?: "chat" | "embed";
  /** @default 8192 */
  readonly contextTokens?: number;
  /** @default 8 */
  readonly dimensions?: number;
  /** @default true */
  readonly loaded?: boolean;
  /** @default false */
  readonly vision?: boolean;
  /** @default true */
  readonly tools?: boolean;
  /** LlamaFarm only: the project's `namespace`, and what its configuration says. */
  readonly project?: {
    readonly namespace: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
}

/** A model from its name. */
export function toModel(model: string | FakeModel): FakeModel {
  return typeof model === "string" ? { name: model } : model;
}

/** Whether a model embeds. */
export function embeds(model: FakeModel): boolean {
  return model.kind === undefined ? /embed|bge|minilm/.test(model.name) : model.kind === "embed";
}
