/**
 * Tables of text in aligned columns.
 *
 * @module
 */

import type { Palette, Style } from "./colour.ts";
import { printable } from "./printable.ts";
import { columnsOf, fit, pad } from "./width.ts";

/** A column. */
export interface Column {
  readonly title: string;
  /** @default "left" */
  readonly align?: "left" | "right";
  /** Whether it gives way when the terminal is too narrow. @default false */
  readonly shrinks?: boolean;
}

/** A cell: its text, and how to make it stand out. */
export type Cell = string | { readonly text: string; readonly style: Style };

/** Options of {@linkcode renderTable}. */
export interface TableOptions {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  readonly palette: Palette;
  /** Most columns of the terminal; unlimited where undefined, as in a pipe. */
  readonly width?: number | undefined;
  /** Blanks before each line. @default 0 */
  readonly indent?: number;
}

const gap = 2;
const narrowest = 8;

function textOf(cell: Cell | undefined): string {
  return printable(cell === undefined ? "" : typeof cell === "string" ? cell : cell.text);
}

/** Takes columns from those that may shrink, always from the widest, until `total` fits. */
function shrink(widths: number[], columns: readonly Column[], total: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) + gap * (widths.length - 1) - total;
  while (excess > 0) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      const width = widths[i] ?? 0;
      if (column.shrinks && width > narrowest && width > (widths[widest] ?? 0)) widest = i;
    }
    if (widest === -1) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
}

/** The table as text that ends in a line feed; cells are made safe for the terminal. */
export function renderTable(options: TableOptions): string {
  const { columns, palette } = options;
  const indent = " ".repeat(options.indent ?? 0);
  const titles = columns.map((column) => printable(column.title));
  const texts = options.rows.map((row) => columns.map((_, i) => textOf(row[i])));
  const widths = columns.map((_, i) =>
    Math.max(columnsOf(titles[i] ?? ""), ...texts.map((row) => columnsOf(row[i] ?? "")))
  );
  if (options.width !== undefined) shrink(widths, columns, options.width - indent.length);

  function line(cells: readonly string[], style: (column: number) => Style | undefined): string {
    const parts = cells.map((text, i) => {
      const width = widths[i] ?? 0;
      const align = columns[i]?.align ?? "left";
      const cut = fit(text, width);
      // Trailing blanks would wrap on a narrow terminal.
      const padded = i === cells.length - 1 && align === "left" ? cut : pad(cut, width, align);
      return style(i)?.(padded) ?? padded;
    });
    return indent + parts.join(" ".repeat(gap)).trimEnd() + "\n";
  }

  const header = line(titles, () => palette.dim);
  const body = options.rows.map((row, r) =>
    line(texts[r] ?? [], (i) => {
      const cell = row[i];
      return typeof cell === "object" ? cell.style : undefined;
    })
  );
  return header + body.join("");
}
