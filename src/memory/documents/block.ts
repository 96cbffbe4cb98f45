/**
 * What every kind of document is taken apart into.
 *
 * @module
 */

/** A paragraph, list, table or code block with where it stands. */
export interface Block {
  readonly text: string;
  /** First line, from 1; absent in paged documents. */
  readonly startLine?: number;
  /** Last line, included. */
  readonly endLine?: number;
  /** Page, from 1, of a paged document. */
  readonly page?: number;
  /** Headings above it, outermost first. */
  readonly headings: readonly string[];
  /** Whether line breaks matter, as in code. */
  readonly verbatim: boolean;
}
