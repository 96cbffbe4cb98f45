/**
 * Vectors in the format that the caller asked for, whichever the backend answers with: OpenAI's own
 * client asks for `base64` by itself, and many engines know numbers only.
 *
 * @module
 */

import { BackendError, type GatewayResponse } from "../core/mod.ts";
import type { EncodingFormat } from "./embeddings_request.ts";
import { isObject } from "./fields.ts";

/** An answer is read whole to look at its format; one that is larger is no embeddings answer. */
const maxAnswerBytes = 256 << 20;

/** The same answer with its vectors in `format`. Throws `backend_invalid_response`. */
export async function reshapeEmbeddings(
  answer: GatewayResponse,
  format: EncodingFormat,
): Promise<GatewayResponse> {
  if (answer.status !== 200 || answer.body === null) return answer;
  const bytes = await readWhole(answer);
  if (formatOf(bytes) === format) return { ...answer, body: bytes };
  const origin = `backend:${answer.capability.backend}` as const;
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new BackendError(
      "backend_invalid_response",
      `${answer.capability.backend} answered what is not JSON`,
      { origin, cause, retryable: false },
    );
  }
  if (!isObject(parsed) || !Array.isArray(parsed.data)) {
    throw new BackendError(
      "backend_invalid_response",
      `${answer.capability.backend} answered without embeddings`,
      { origin, retryable: false },
    );
  }
  const data = parsed.data.map((item: unknown) =>
    isObject(item) ? { ...item, embedding: convert(item.embedding, { format, origin }) } : item
  );
  return { ...answer, body: new TextEncoder().encode(JSON.stringify({ ...parsed, data })) };
}

/** The format of the first vector, by the byte behind `"embedding":`; undefined when there is none. */
function formatOf(bytes: Uint8Array): EncodingFormat | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, 4096));
  const found = /"embedding"\s*:\s*(["[])/.exec(head);
  return found === null ? undefined : found[1] === '"' ? "base64" : "float";
}

function convert(
  embedding: unknown,
  { format, origin }: { readonly format: EncodingFormat; readonly origin: `backend:${string}` },
): unknown {
  if (format === "base64" && Array.isArray(embedding)) return encodeVector(embedding);
  if (format !== "float" || typeof embedding !== "string") return embedding;
  try {
    return decodeVector(embedding);
  } catch (cause) {
    throw new BackendError(
      "backend_invalid_response",
      `${origin.slice("backend:".length)} answered with a vector that is not base 64`,
      { origin, cause, retryable: false },
    );
  }
}

/** OpenAI's `base64`: the little-endian bytes of 32 bit floats. */
export function encodeVector(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, index) => view.setFloat32(index * 4, value, true));
  return new Uint8Array(view.buffer).toBase64();
}

/** The numbers of OpenAI's `base64`. Throws `SyntaxError` for what is not base 64. */
export function decodeVector(text: string): number[] {
  const view = new DataView(Uint8Array.fromBase64(text).buffer);
  return Array.from({ length: view.byteLength >> 2 }, (_, i) => view.getFloat32(i * 4, true));
}

async function readWhole(answer: GatewayResponse): Promise<Uint8Array<ArrayBuffer>> {
  const { body, capability } = answer;
  if (!(body instanceof ReadableStream)) return body ?? new Uint8Array(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxAnswerBytes) {
      throw new BackendError(
        "backend_invalid_response",
        `${capability.backend} answered with more than ${maxAnswerBytes} bytes`,
        { origin: `backend:${capability.backend}`, retryable: false },
      );
    }
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
