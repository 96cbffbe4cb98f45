/**
 * Vector stores and files in OpenAPI's words; their shapes are OpenAI's.
 *
 * @module
 */

import { errors, type Json, jsonAnswer, jsonBody } from "./parts.ts";

const failures = errors("OpenAI", [400, 401, 403, 404, 405, 413, 415, 500, 503]);
const openObject: Json = { type: "object", additionalProperties: true };

function operation(id: string, summary: string, body?: Json): Json {
  return {
    operationId: id,
    summary,
    tags: ["OpenAI"],
    ...(body === undefined ? {} : { requestBody: body }),
    responses: { "200": jsonAnswer("As OpenAI describes it", openObject), ...failures },
  };
}

function parameters(...names: readonly string[]): Json[] {
  return names.map((name) => ({
    name,
    in: "path",
    required: true,
    description: `Id of the ${name}`,
    schema: { type: "string" },
  }));
}

const stores = "/v1/vector_stores";
const store = `${stores}/{store}`;

/** Path items of vector stores. */
export const vectorStorePaths: Json = {
  [stores]: {
    get: operation("listVectorStores", "Lists vector stores, which are the memory's collections"),
    post: operation(
      "createVectorStore",
      "Creates a vector store",
      jsonBody(openObject, { name: "Handbook" }),
    ),
  },
  [store]: {
    parameters: parameters("store"),
    get: operation("getVectorStore", "One vector store"),
    post: operation(
      "changeVectorStore",
      "Changes name and metadata",
      jsonBody(openObject, { name: "Handbook" }),
    ),
    delete: operation("deleteVectorStore", "Deletes a vector store with everything in it"),
  },
  [`${store}/search`]: {
    parameters: parameters("store"),
    post: operation(
      "searchVectorStore",
      "Finds chunks by meaning and by words",
      jsonBody(openObject, { query: "holiday rules", max_num_results: 5 }),
    ),
  },
  [`${store}/files`]: {
    parameters: parameters("store"),
    get: operation("listVectorStoreFiles", "Files of a store"),
    post: operation(
      "createVectorStoreFile",
      "Puts a file into a store as chunks; done when it answers",
      jsonBody(openObject, { file_id: "file-1" }),
    ),
  },
  [`${store}/files/{file}`]: {
    parameters: parameters("store", "file"),
    get: operation("getVectorStoreFile", "One file of a store"),
    post: operation(
      "changeVectorStoreFile",
      "Changes the attributes of a file in a store",
      jsonBody(openObject, { attributes: { year: 2026 } }),
    ),
    delete: operation("deleteVectorStoreFile", "Takes a file out of a store"),
  },
  [`${store}/files/{file}/content`]: {
    parameters: parameters("store", "file"),
    get: operation("getVectorStoreFileContent", "The chunks of a file in a store"),
  },
  [`${store}/file_batches`]: {
    parameters: parameters("store"),
    post: operation(
      "createVectorStoreFileBatch",
      "Puts several files into a store; done when it answers",
      jsonBody(openObject, { file_ids: ["file-1", "file-2"] }),
    ),
  },
  [`${store}/file_batches/{batch}`]: {
    parameters: parameters("store", "batch"),
    get: operation("getVectorStoreFileBatch", "A batch of files"),
  },
  [`${store}/file_batches/{batch}/files`]: {
    parameters: parameters("store", "batch"),
    get: operation("listVectorStoreFileBatchFiles", "Files of a batch"),
  },
};

/** Path items of files. */
export const filePaths: Json = {
  "/v1/files": {
    get: operation("listFiles", "Lists files"),
    post: operation("createFile", "Keeps a file of at most 64 MiB", {
      required: true,
      content: {
        "multipart/form-data": {
          schema: {
            type: "object",
            properties: {
              file: { type: "string", format: "binary" },
              purpose: { type: "string" },
            },
            required: ["file", "purpose"],
          },
        },
      },
    }),
  },
  "/v1/files/{file}": {
    parameters: parameters("file"),
    get: operation("getFile", "One file"),
    delete: operation("deleteFile", "Deletes a file, also from vector stores"),
  },
  "/v1/files/{file}/content": {
    parameters: parameters("file"),
    get: {
      ...operation("getFileContent", "The file itself"),
      responses: {
        "200": {
          description: "The file",
          content: { "application/octet-stream": { schema: { type: "string" } } },
        },
        ...failures,
      },
    },
  },
};
