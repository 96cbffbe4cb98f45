/**
 * OpenAI's own API, the clouds that copy it, and servers that tell nothing more of themselves.
 *
 * @module
 */

import { openAiError, openAiPost } from "../openai_routes.ts";
import type { Route } from "../route.ts";

/** OpenAI's protocol below `prefix`, such as `/v1`. */
export function openAiAt(prefix: string): Route {
  return (request, { models }) => {
    const { method, path } = request;
    if (method === "GET" && path === `${prefix}/models`) {
      return {
        json: {
          object: "list",
          data: models.map(({ name }) => ({
            id: name,
            object: "model",
            created: 1_727_766_000,
            owned_by: "system",
          })),
        },
      };
    }
    if (method === "POST" && path.startsWith(`${prefix}/`)) {
      return openAiPost(path.slice(prefix.length + 1), request.json ?? {}, models);
    }
    return openAiError(404, `Invalid URL (${method} ${path})`);
  };
}
