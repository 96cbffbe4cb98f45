/**
 * The node's own embedding engine as a backend, so that it is found and routed like any other.
 *
 * @module
 */

import { encodeBase64 } from "./base64.ts";
import {
  AtmosphereError,
  type Backend,
  type BackendModel,
  type BackendRequest,
  type BackendResponse,
  type Embedder,
  type ProbeResult,
} from "../core/mod.ts";

/** Id of the embedded backend, and its engine's name. */
export const embeddedBackendId = "embedded";

/** Texts of one request; more is a mistake rather than a wish. */
const maxInputs = 10_000;

/** Answers `embeddings` from an {@linkcode Embedder}. */
export class EmbeddedBackend implements Backend {
  readonly id: string = embeddedBackendId;
  readonly engine: string = "transformers.js";
  readonly address: string = "embedded:";
  readonly locality = "embedded";
  readonly source = "embedded";
  readonly #embedder: Embedder;

  /** Owns nothing: whoever made `embedder` disposes it. */
  constructor(embedder: Embedder) {
    this.#embedder = embedder;
  }

  probe(): Promise<ProbeResult> {
    const { state, failure } = this.#embedder;
    return Promise.resolve(
      state === "failed"
        ? { reachable: false, reason: failure ?? "the engine failed to load" }
        : { reachable: true, latencyMs: 0 },
    );
  }

  listModels(): Promise<BackendModel[]> {
    const { name, dtype, dimensions, maxTokens } = this.#embedder.model;
    return Promise.resolve([{
      name,
      upstreamName: name,
      kind: "llm/embed",
      description:
        `Sentence embeddings of ${dimensions} dimensions, computed on this machine, for search and similarity`,
      examples: ["embed this text", "vector for semantic search"],
      tags: ["embedded", dtype],
      features: { dimensions, contextTokens: maxTokens },
      cost: { inputPerMTok: 0, outputPerMTok: 0 },
      loaded: this.#embedder.state === "ready",
    }]);
  }

  async send(request: BackendRequest): Promise<BackendResponse> {
    if (request.operation !== "embeddings") {
      throw new AtmosphereError(
        "invalid_request",
        `The embedded engine computes embeddings only, not ${request.operation}`,
      );
    }
    const texts = readInput(request.body.input);
    const { dimensions } = this.#embedder.model;
    if (request.body.dimensions !== undefined && request.body.dimensions !== dimensions) {
      throw new AtmosphereError(
        "invalid_request",
        `${this.#embedder.model.name} has ${dimensions} dimensions, not ${request.body.dimensions}`,
        { param: "dimensions", hint: `Leave out "dimensions" or set it to ${dimensions}` },
      );
    }
    const { vectors, tokens } = await this.#embedder.embed(texts, { signal: request.signal });
    const base64 = request.body.encoding_format === "base64";
    const answer = {
      object: "list",
      data: vectors.map((vector, index) => ({
        object: "embedding",
        index,
        embedding: base64 ? encodeBase64(littleEndian(vector)) : Array.from(vector),
      })),
      model: this.#embedder.model.name,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    };
    return {
      status: 200,
      headers: new Map([["content-type", "application/json"]]),
      body: ReadableStream.from([new TextEncoder().encode(JSON.stringify(answer))]),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function readInput(input: unknown): string[] {
  const texts = typeof input === "string" ? [input] : input;
  if (!Array.isArray(texts) || texts.length === 0 || texts.some((t) => typeof t !== "string")) {
    throw new AtmosphereError(
      "invalid_request",
      "The embedded engine takes a text or a list of texts, not tokens",
      { param: "input" },
    );
  }
  if (texts.length > maxInputs) {
    throw new AtmosphereError(
      "invalid_request",
      `A request embeds at most ${maxInputs} texts, got ${texts.length}`,
      { param: "input", hint: "Send them in several requests" },
    );
  }
  return texts;
}

/** The bytes of `vector` in the order that OpenAI's `base64` format states, on every machine. */
function littleEndian(vector: Float32Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(vector.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < vector.length; i++) view.setFloat32(i * 4, vector[i] ?? 0, true);
  return bytes;
}
