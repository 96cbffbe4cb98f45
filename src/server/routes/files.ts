/**
 * `/v1/files`: OpenAI's files, which vector stores take in.
 *
 * @module
 */

import { Hono } from "hono";
import { AtmosphereError, type StoredFile } from "../../core/mod.ts";
import type { RouteGroup } from "../deps.ts";
import { wrongType } from "../fields.ts";
import type { GroupEnv } from "./memory.ts";
import { fileObject, pageObject } from "./vector_store_shapes.ts";
import { type MemoryWithFiles, pageOf } from "./vector_stores.ts";

/** Where the group is. */
export const filesPrefix = "/v1/files";

async function findFile(memory: MemoryWithFiles, id: string): Promise<StoredFile> {
  const found = (await memory.files.files()).find((file) => file.id === id);
  if (found === undefined) {
    throw new AtmosphereError("not_found", `There is no file "${id}"`, { param: "file_id" });
  }
  return found;
}

/** Throws `unsupported_media_type` unless the body is a form with parts. */
async function readForm(request: Request): Promise<FormData> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new AtmosphereError(
      "unsupported_media_type",
      "A file is sent as multipart/form-data",
      { param: "content-type" },
    );
  }
  try {
    return await request.formData();
  } catch (cause) {
    throw new AtmosphereError("invalid_request", "The form can't be read", { cause });
  }
}

/** The routes of files over `memory`. */
export function filesGroup(memory: MemoryWithFiles): RouteGroup {
  const app = new Hono<GroupEnv>();
  app.post("/", async ({ env: { exchange } }) => {
    const form = await readForm(exchange.request);
    const file = form.get("file");
    const purpose = form.get("purpose");
    if (!(file instanceof File)) throw wrongType("file", "a file", file ?? undefined);
    if (typeof purpose !== "string" || purpose === "") {
      throw wrongType("purpose", "a purpose, such as assistants", purpose ?? undefined);
    }
    const stored = await memory.files.putFile({
      name: file.name,
      purpose,
      bytes: new Uint8Array(await file.arrayBuffer()),
    });
    return exchange.json(fileObject(stored));
  });
  app.get("/", async ({ env: { exchange } }) => {
    const purpose = exchange.query().get("purpose");
    const all = (await memory.files.files())
      .filter((file) => purpose === null || file.purpose === purpose);
    const { entries, hasMore } = pageOf(all, { exchange, id: ({ id }) => id });
    return exchange.json(pageObject(entries.map(fileObject), hasMore));
  });
  app.get(
    "/:file",
    async ({ env: { exchange }, req }) =>
      exchange.json(fileObject(await findFile(memory, req.param("file")))),
  );
  app.delete("/:file", async ({ env: { exchange }, req }) => {
    const { id } = await findFile(memory, req.param("file"));
    await memory.files.dropFile(id);
    return exchange.json({ id, object: "file", deleted: true });
  });
  app.get("/:file/content", async ({ env: { exchange }, req }) => {
    const { id } = await findFile(memory, req.param("file"));
    return new Response(await memory.files.fileBytes(id) ?? null, {
      headers: {
        ...exchange.headers("application/octet-stream"),
        "content-disposition": "attachment",
        "cache-control": "no-store",
      },
    });
  });
  return {
    prefix: filesPrefix,
    app: app as unknown as Hono,
    openapi: async () => ({ paths: (await import("../openapi/vector_store_paths.ts")).filePaths }),
  };
}
