/**
 * Credentials that can't reach a log, an error or an answer by accident.
 *
 * @module
 */

/** A value that prints as `[redacted]` wherever it is shown; only `reveal()` gives it away. */
export class Secret {
  readonly #value: string;

  /** Wraps `value`. */
  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; call it only where the value is sent or compared. */
  reveal(): string {
    return this.#value;
  }

  /** `[redacted]` */
  toString(): string {
    return "[redacted]";
  }

  /** `[redacted]` */
  toJSON(): string {
    return "[redacted]";
  }

  /** `[redacted]` */
  [Symbol.for("Deno.customInspect")](): string {
    return "[redacted]";
  }

  /** `[redacted]` */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}
