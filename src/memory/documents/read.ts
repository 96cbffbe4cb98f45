/**
 * Documents of every kind as chunks.
 *
 * @module
 */

import { AtmosphereError } from "../../core/errors.ts";
import type { ChunkOptions, DocumentContent, MediaType } from "../types.ts";
import { type Chunk, toChunks } from "./chunk.ts";
import { readMarkdown } from "./markdown.ts";
import { readPlain } from "./plain.ts";

const byExtension: Readonly<Record<string, MediaType>> = {
  md: "text/markdown",
  markdown: "text/markdown",
  mdx: "text/markdown",
  html: "text/html",
  htm: "text/html",
  xhtml: "text/html",
  pdf: "application/pdf",
};

/** The kind of a document by its name; plain text where the name does not tell. */
export function mediaTypeOf(name: string): MediaType {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return byExtension[extension] ?? "text/plain";
}

function toText(bytes: Uint8Array, name: string): string {
  if (bytes.subarray(0, 8192).includes(0)) {
    throw new AtmosphereError("unsupported_media_type", `${name} is not text`, {
      hint: "Markdown, plain text, HTML and PDF can be added",
    });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AtmosphereError("unsupported_media_type", `${name} is not valid UTF-8`, {
      hint: "Convert it first, for example with iconv",
    });
  }
}

/** Chunks of a document. Throws `unsupported_media_type` when it is not of a kind that can be read. */
export async function readChunks(
  document: DocumentContent,
  options: ChunkOptions = {},
): Promise<Chunk[]> {
  const { name, bytes } = document;
  switch (document.mediaType ?? mediaTypeOf(name)) {
    case "application/pdf":
      return toChunks(await (await import("./pdf.ts")).readPdf(bytes), options);
    case "text/html":
      return toChunks((await import("./html.ts")).readHtml(toText(bytes, name)), options);
    case "text/markdown":
      return toChunks(readMarkdown(toText(bytes, name)), options);
    case "text/plain":
      return toChunks(readPlain(toText(bytes, name)), options);
  }
}
