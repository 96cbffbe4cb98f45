/**
 * Reads the safetensors format: 8 bytes of header length (little-endian), a JSON header that
 * names each tensor with its type, shape and byte range, then the tensors' bytes.
 *
 * @module
 */

import { AtmosphereError } from "../../core/mod.ts";

/** Bytes of one element, by safetensors type name. */
const elementBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
} as const;

/** Element type of a tensor. */
export type TensorDtype = keyof typeof elementBytes;

/** A tensor inside a safetensors file; `bytes` is a view into the file, row-major, little-endian. */
export interface SafeTensor {
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function broken(detail: string): AtmosphereError {
  return new AtmosphereError("embedder_failed", `The weights file is broken: ${detail}`, {
    hint: "Remove the file and let it be fetched again",
  });
}

function isDtype(value: unknown): value is TensorDtype {
  return typeof value === "string" && Object.hasOwn(elementBytes, value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function readHeader(file: Uint8Array): { header: Record<string, unknown>; dataStart: number } {
  if (file.byteLength < 8) throw broken(`${file.byteLength} bytes are too few for a header`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const headerBytes = view.getBigUint64(0, true);
  if (headerBytes > BigInt(file.byteLength - 8)) {
    throw broken(`its header of ${headerBytes} bytes ends beyond the file`);
  }
  const dataStart = 8 + Number(headerBytes);
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(file.subarray(8, dataStart)),
    );
  } catch (cause) {
    throw new AtmosphereError("embedder_failed", "The weights file has a header that is no JSON", {
      cause,
    });
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw broken("its header is not an object");
  }
  return { header: header as Record<string, unknown>, dataStart };
}

/**
 * The tensors of a safetensors file, by name.
 *
 * Throws `embedder_failed` when the file is truncated, or a tensor has an unknown type or a byte
 * range that does not match its shape.
 */
export function readSafetensors(file: Uint8Array<ArrayBuffer>): Map<string, SafeTensor> {
  const { header, dataStart } = readHeader(file);
  const dataBytes = file.byteLength - dataStart;
  const tensors = new Map<string, SafeTensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const entry = (typeof value === "object" && value !== null ? value : {}) as Record<
      string,
      unknown
    >;
    const { dtype, shape, data_offsets: offsets } = entry;
    if (!isDtype(dtype)) throw broken(`tensor ${name} has the type ${String(dtype)}`);
    if (!isCounts(shape)) throw broken(`tensor ${name} has no shape`);
    if (!isCounts(offsets) || offsets.length !== 2) {
      throw broken(`tensor ${name} has no byte range`);
    }
    const [start = 0, end = 0] = offsets;
    const expected = shape.reduce((product, n) => product * n, elementBytes[dtype]);
    if (end > dataBytes || end - start !== expected) {
      throw broken(
        `tensor ${name} needs ${expected} bytes and has the range ${start} to ${end} of ${dataBytes}`,
      );
    }
    tensors.set(name, {
      dtype,
      shape,
      bytes: file.subarray(dataStart + start, dataStart + end),
    });
  }
  return tensors;
}

/** The values of an F16 or F32 tensor as 32-bit floats; a copy. Throws `embedder_failed` for others. */
export function toFloat32(tensor: SafeTensor): Float32Array<ArrayBuffer> {
  // A typed array needs an aligned start, which a tensor inside a file need not have.
  const aligned = tensor.bytes.slice().buffer;
  if (tensor.dtype === "F32") return new Float32Array(aligned);
  if (tensor.dtype === "F16") return new Float32Array(new Float16Array(aligned));
  throw broken(`weights of type ${tensor.dtype} can't be used`);
}
