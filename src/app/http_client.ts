/**
 * `NodeApi` of a node that runs in another process, over its HTTP interface.
 *
 * @module
 */

import type {
  BackendStatus,
  CapabilityKind,
  CapabilityView,
  ChatStream,
  Decision,
  EmbedAnswer,
  ErrorCode,
  ExperienceView,
  Feedback,
  LearningApi,
  NodeApi,
  NodeStatus,
  RouteQuery,
  Secret,
} from "../core/mod.ts";
import { AtmosphereError, errorCodes } from "../core/mod.ts";
import { chatText } from "./chat_text.ts";
import { readEmbeddings } from "./node.ts";

/** Calls a running node. */
export class NodeClient implements NodeApi, LearningApi {
  readonly #url: string;
  readonly #token: Secret;

  /** Does no I/O. `url` is the node's root, without a trailing slash. */
  constructor(options: { url: string; token: Secret }) {
    this.#url = options.url;
    this.#token = options.token;
  }

  async status(options: { signal?: AbortSignal } = {}): Promise<NodeStatus> {
    return await this.#json("/atmosphere/v1/node", options);
  }

  async capabilities(
    options: { kind?: CapabilityKind; signal?: AbortSignal } = {},
  ): Promise<CapabilityView[]> {
    const query = options.kind === undefined ? "" : `?kind=${encodeURIComponent(options.kind)}`;
    const { data } = await this.#json<{ data: CapabilityView[] }>(
      `/atmosphere/v1/capabilities${query}`,
      options,
    );
    return data;
  }

  async route(query: RouteQuery, options: { signal?: AbortSignal } = {}): Promise<Decision> {
    return await this.#json("/atmosphere/v1/route", { ...options, body: query });
  }

  async embed(
    texts: readonly string[],
    options: { model?: string; signal?: AbortSignal } = {},
  ): Promise<EmbedAnswer> {
    const response = await this.#fetch("/v1/embeddings", {
      ...options,
      body: {
        input: texts,
        ...(options.model === undefined ? {} : { model: options.model }),
      },
    });
    return readEmbeddings(await response.json(), response.status);
  }

  async chat(
    request: Parameters<NodeApi["chat"]>[0],
    options: { signal?: AbortSignal } = {},
  ): Promise<ChatStream> {
    const response = await this.#fetch("/v1/chat/completions", {
      ...options,
      body: {
        ...request.options,
        model: request.model ?? "auto",
        messages: request.messages,
        stream: true,
        atmosphere: {
          ...(request.policy === undefined ? {} : { policy: request.policy }),
          ...(request.preference === undefined ? {} : { preference: request.preference }),
        },
      },
    });
    const { body, headers } = response;
    if (body === null) {
      throw new AtmosphereError("backend_invalid_response", "The node answered with no body");
    }
    return {
      model: headers.get("x-atmosphere-model") ?? "",
      backend: headers.get("x-atmosphere-backend") ?? "",
      node: headers.get("x-atmosphere-node") ?? "",
      decision: headers.get("x-atmosphere-decision") ?? "",
      [Symbol.asyncIterator]: () => chatText(body),
    };
  }

  async feedback(feedback: Feedback, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#json("/atmosphere/v1/feedback", { ...options, body: feedback });
  }

  async experience(options: { signal?: AbortSignal } = {}): Promise<ExperienceView[]> {
    const { data } = await this.#json<{ data: ExperienceView[] }>(
      "/atmosphere/v1/feedback",
      options,
    );
    return data;
  }

  async forgetExperience(
    capability?: string,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    await this.#json("/atmosphere/v1/feedback/reset", {
      ...options,
      body: capability === undefined ? {} : { capability },
    });
  }

  async refresh(options: { signal?: AbortSignal } = {}): Promise<readonly BackendStatus[]> {
    const { data } = await this.#json<{ data: BackendStatus[] }>("/atmosphere/v1/refresh", {
      ...options,
      body: {},
    });
    return data;
  }

  async #json<T>(path: string, options: { body?: unknown; signal?: AbortSignal }): Promise<T> {
    return await (await this.#fetch(path, options)).json();
  }

  async #fetch(
    path: string,
    options: { body?: unknown; signal?: AbortSignal },
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.#url + path, {
        redirect: "manual",
        headers: {
          authorization: `Bearer ${this.#token.reveal()}`,
          ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(options.body === undefined
          ? {}
          : { method: "POST", body: JSON.stringify(options.body) }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (cause) {
      if (options.signal?.aborted) throw options.signal.reason;
      throw new AtmosphereError(
        "node_not_running",
        `The node at ${this.#url} stopped answering`,
        { cause, hint: "Start it with: atmosphere serve" },
      );
    }
    if (!response.ok) throw await readError(response);
    return response;
  }
}

/** A problem document or an OpenAI error as the error that the node threw. */
async function readError(response: Response): Promise<AtmosphereError> {
  const text = await response.text();
  let problem: Record<string, unknown> = {};
  try {
    const parsed = JSON.parse(text);
    problem = parsed.error ?? parsed;
  } catch {
    // Not a node's answer; the status is all there is.
  }
  const { code, hint } = problem;
  const stated = problem.detail ?? problem.message ?? problem.title;
  // OpenAI's shape has the hint at the end of the message as well.
  const message = typeof stated === "string" && typeof hint === "string"
    ? stated.replace(`. ${hint}`, "")
    : stated;
  return new AtmosphereError(
    isErrorCode(code) ? code : "internal",
    typeof message === "string" ? message : `The node answered with status ${response.status}`,
    {
      ...(typeof hint === "string" ? { hint } : {}),
      ...(typeof problem.param === "string" ? { param: problem.param } : {}),
    },
  );
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}
