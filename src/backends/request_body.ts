/**
 * The bytes of a request to a backend.
 *
 * @module
 */

/** A body and the headers that describe it. */
export interface EncodedBody {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A body as a multipart form, for fields that hold files (transcriptions, image edits). */
export async function encodeForm(
  fields: Readonly<Record<string, unknown>>,
): Promise<EncodedBody> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item instanceof Blob) form.append(name, item);
      else if (item !== undefined && item !== null) {
        form.append(name, typeof item === "object" ? JSON.stringify(item) : String(item));
      }
    }
  }
  const encoded = new Response(form);
  return {
    body: await encoded.bytes(),
    headers: { "content-type": encoded.headers.get("content-type") ?? "multipart/form-data" },
  };
}

/** Whether a field of the body holds a file. */
export function hasFile(fields: Readonly<Record<string, unknown>>): boolean {
  for (const name in fields) if (fields[name] instanceof Blob) return true;
  return false;
}
