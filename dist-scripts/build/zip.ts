/** Reads one file out of a zip archive, such as those that Deno's releases are. */
import { inflateRawSync } from "node:zlib";

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytes = 22;
const stored = 0;
const deflated = 8;

/** The content of the file `name` in `archive`. Throws when it is not there or can't be read. */
export function fileInZip(archive: Uint8Array, name: string): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let end = archive.byteLength - endBytes;
  while (end >= 0 && view.getUint32(end, true) !== endSignature) end--;
  if (end < 0) throw new Error("The archive is not a zip file");
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (view.getUint32(at, true) !== entrySignature) break;
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true)
    ) as [number, number, number];
    const found = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameBytes));
    if (found === name) return content(archive, { view, at });
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  throw new Error(`There is no ${name} in the archive`);
}

function content(
  archive: Uint8Array,
  { view, at }: { view: DataView; at: number },
): Uint8Array {
  const method = view.getUint16(at + 10, true);
  const compressedBytes = view.getUint32(at + 20, true);
  const sizeBytes = view.getUint32(at + 24, true);
  const local = view.getUint32(at + 42, true);
  if (view.getUint32(local, true) !== localSignature) throw new Error("The archive is damaged");
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const bytes = archive.subarray(start, start + compressedBytes);
  if (method !== stored && method !== deflated) {
    throw new Error(`The archive is compressed by method ${method}`);
  }
  const file = method === stored ? bytes : new Uint8Array(inflateRawSync(bytes));
  if (file.byteLength !== sizeBytes) throw new Error("The archive is damaged");
  return file;
}
