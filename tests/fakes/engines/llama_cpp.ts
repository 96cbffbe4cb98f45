/**
 * llama.cpp's server (tools/server/README.md of its repository).
 *
 * @module
 */

import { openAiPost } from "../openai_routes.ts";
import type { Route } from "../route.ts";

/** llama.cpp's server; it has one model. */
export const llamaCpp: Route = (request, { models }) => {
  const { method, path } = request;
  const model = models[0];
  switch (`${method} ${path}`) {
    case "GET /health":
      return { json: { status: "ok" } };
    case "GET /props":
      return {
        json: {
          default_generation_settings: { id: 0, n_ctx: model?.contextTokens ?? 8_192 },
          total_slots: 1,
          model_path: `/models/${model?.name}`,
          chat_template: "{{ messages }}",
          modalities: { vision: model?.vision ?? false, audio: false },
          build_info: "b6700-3df2244df",
        },
      };
    case "GET /v1/models":
      return {
        json: {
          object: "list",
          data: models.map(({ name }) => ({
            id: name,
            object: "model",
            created: 1_727_766_000,
            owned_by: "llamacpp",
            meta: {
              vocab_type: 2,
              n_vocab: 128_256,
              n_ctx_train: 131_072,
              n_embd: 4_096,
              n_params: 8_030_261_312,
              size: 4_912_898_304,
            },
          })),
        },
      };
  }
  if (method === "POST" && path.startsWith("/v1/")) {
    return openAiPost(path.slice(4), request.json ?? {}, models);
  }
  return {
    status: 404,
    json: { error: { code: 404, message: "File Not Found", type: "not_found_error" } },
  };
};
