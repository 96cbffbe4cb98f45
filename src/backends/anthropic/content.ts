/**
 * Parts of messages: OpenAI's to Anthropic's blocks.
 *
 * @module
 */

import { asArray, asObject, type JsonObject } from "../fields.ts";

/** A block of Anthropic's content. */
export type Block = JsonObject & { readonly type: string };

/** Something that Anthropic's protocol can't carry. */
export class Untranslatable extends Error {
  override readonly name = "Untranslatable";
}

const dataUrl = /^data:([a-z0-9.+-]+\/[a-z0-9.+-]+)(?:;[^;,]*)*?;base64,([\s\S]*)$/i;

function imageBlock(url: string): Block {
  const inline = dataUrl.exec(url);
  if (inline !== null) {
    const source = { type: "base64", media_type: inline[1]!.toLowerCase(), data: inline[2] };
    return { type: "image", source };
  }
  if (/^https?:\/\//i.test(url)) return { type: "image", source: { type: "url", url } };
  throw new Untranslatable("an image that is neither a base64 data URL nor an http URL");
}

function fileBlock(file: JsonObject): Block {
  const data = typeof file.file_data === "string" ? dataUrl.exec(file.file_data) : null;
  if (data === null) throw new Untranslatable("a file without inline data");
  return {
    type: "document",
    source: { type: "base64", media_type: data[1]!.toLowerCase(), data: data[2] },
    ...(typeof file.filename === "string" ? { title: file.filename.slice(0, 255) } : {}),
  };
}

function partBlock(part: JsonObject): Block | undefined {
  switch (part.type) {
    case "text":
    case "input_text":
    case "output_text":
      return textBlock(part.text);
    case "refusal":
      return textBlock(part.refusal);
    case "image_url": {
      const image = part.image_url;
      const url = typeof image === "string" ? image : asObject(image)?.url;
      return imageBlock(typeof url === "string" ? url : "");
    }
    case "file":
      return fileBlock(asObject(part.file) ?? {});
    default:
      throw new Untranslatable(`content of type "${String(part.type).slice(0, 40)}"`);
  }
}

/** A text block; undefined for empty text, which Anthropic refuses. */
export function textBlock(text: unknown): Block | undefined {
  return typeof text === "string" && text.trim() !== "" ? { type: "text", text } : undefined;
}

/** The blocks of a message's `content`, whichever of its forms it has. Throws `Untranslatable`. */
export function contentBlocks(content: unknown): Block[] {
  if (typeof content === "string") {
    const block = textBlock(content);
    return block === undefined ? [] : [block];
  }
  return (asArray(content) ?? []).map((part) => partBlock(asObject(part) ?? {})).filter((block) =>
    block !== undefined
  );
}

/** The text of a message's `content`; other parts are left out. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return (asArray(content) ?? []).map((part) => asObject(part)?.text).filter((text) =>
    typeof text === "string"
  ).join("\n");
}
