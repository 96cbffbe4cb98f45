/**
 * The two streams of a command: results on stdout, everything else on stderr.
 *
 * @module
 */

import type { CliContext } from "../context.ts";
import { type Palette, paletteFor } from "./colour.ts";
import { renderJson } from "./json.ts";

/** What the global flags say about output. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** False for `--no-color`. */
  readonly color: boolean;
}

/** Writes what a command has to say. */
export class Output {
  /** Whether the result is wanted as JSON. */
  readonly isJson: boolean;
  /** Whether remarks are unwanted. */
  readonly isQuiet: boolean;
  /** Whether a person reads the result. */
  readonly isTerminal: boolean;
  /** Width to keep within; undefined in a pipe. */
  readonly width: number | undefined;
  /** Styles for stdout. */
  readonly style: Palette;
  /** Styles for stderr. */
  readonly errorStyle: Palette;
  readonly #context: CliContext;

  /** Writes to the streams of `context`. */
  constructor(context: CliContext, options: OutputOptions) {
    this.#context = context;
    this.isJson = options.json;
    this.isQuiet = options.quiet;
    this.isTerminal = context.stdout.isTerminal;
    this.width = context.stdout.isTerminal ? context.columns : undefined;
    const { env } = context;
    const wanted = options.color;
    this.style = paletteFor({ isTerminal: context.stdout.isTerminal, env, wanted });
    this.errorStyle = paletteFor({ isTerminal: context.stderr.isTerminal, env, wanted });
  }

  /** A part of the result, as it is. */
  async write(text: string): Promise<void> {
    await this.#context.stdout.write(text);
  }

  /** Lines of the result. */
  async print(...lines: readonly string[]): Promise<void> {
    await this.#context.stdout.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** The result as JSON. */
  async json(value: unknown): Promise<void> {
    await this.#context.stdout.write(renderJson(value, { indented: this.isTerminal }));
  }

  /** A remark on the side; dropped with `--quiet`. */
  async note(line: string): Promise<void> {
    if (!this.isQuiet) await this.#context.stderr.write(`${line}\n`);
  }

  /** What must be read even with `--quiet`: failures. */
  async complain(text: string): Promise<void> {
    await this.#context.stderr.write(text);
  }
}
