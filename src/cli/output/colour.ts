/**
 * Colours, where they are wanted.
 *
 * @module
 */

/** Makes text stand out, or returns it as it is. */
export type Style = (text: string) => string;

/** The styles of one stream. */
export interface Palette {
  readonly bold: Style;
  readonly dim: Style;
  readonly good: Style;
  readonly bad: Style;
  readonly warn: Style;
  readonly accent: Style;
}

function sgr(open: number, close: number): Style {
  return (text) => text === "" ? "" : `\x1b[${open}m${text}\x1b[${close}m`;
}

function plain(text: string): string {
  return text;
}

/** Styles that change nothing. */
export const noColours: Palette = {
  bold: plain,
  dim: plain,
  good: plain,
  bad: plain,
  warn: plain,
  accent: plain,
};

/** The terminal's own 16 colours, so that they suit the user's theme. */
export const colours: Palette = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  good: sgr(32, 39),
  bad: sgr(31, 39),
  warn: sgr(33, 39),
  accent: sgr(36, 39),
};

/** Styles for a stream: none in a pipe, with `NO_COLOR` (https://no-color.org), or if unwanted. */
export function paletteFor(
  options: {
    readonly isTerminal: boolean;
    readonly env: Readonly<Record<string, string>>;
    /** What `--color` or `--no-color` say. */
    readonly wanted: boolean;
  },
): Palette {
  const refused = (options.env.NO_COLOR ?? "") !== "" || options.env.TERM === "dumb";
  return options.isTerminal && options.wanted && !refused ? colours : noColours;
}
