/**
 * A head as bytes: a magic word with the version, a checksum, a JSON header that says what it is, and
 * its tables, little-endian, each on a boundary of eight.
 *
 * @module
 */

import { AtmosphereError } from "../../core/mod.ts";
import { crc32 } from "./checksum.ts";
import { featureLength } from "./features.ts";
import { LearnedHead } from "./head.ts";
import type { Calibration, HeadEmbedder, HeadMetrics } from "./types.ts";

/** Version of the format; a file of another one is refused. */
export const headFileVersion = 3;

const magic = "ATMHEAD";
const prefixBytes = 16;
const alignment = 8;

/** What the header says, beside the tables' lengths. */
interface Header {
  readonly embedder: HeadEmbedder;
  readonly routesHash: string;
  readonly seed: number;
  readonly perRoute?: number;
  readonly utterances: number;
  readonly routes: readonly string[];
  readonly grams: number;
  readonly prototypes: readonly string[];
  readonly withVector: Calibration;
  readonly withoutVector: Calibration;
  /** NaN is written as null. */
  readonly metrics: Readonly<Record<keyof HeadMetrics, number | null>>;
}

/** Kinds of tables and their bytes a number. */
const kinds = {
  f32: Float32Array,
  u32: Uint32Array,
  i32: Int32Array,
  i16: Int16Array,
  i8: Int8Array,
} as const;

type Kind = keyof typeof kinds;
type Table = Float32Array | Uint32Array | Int32Array | Int16Array | Int8Array;

/** The tables in the order of the file, with the length that the header implies. */
function layout(header: Header): readonly (readonly [name: string, kind: Kind, length: number])[] {
  const classes = header.routes.length;
  const dimensions = featureLength(header.embedder);
  const rows = header.prototypes.length;
  return [
    ["bias", "f32", classes],
    ["textBias", "f32", classes],
    ["viewMean", "f32", header.embedder.viewDimensions ?? 0],
    ["denseScales", "f32", dimensions],
    ["denseCodes", "i16", dimensions * classes],
    ["grams", "u32", header.grams],
    ["gramWeights", "f32", header.grams],
    ["sparseScales", "f32", header.grams],
    ["sparseCodes", "i8", header.grams * classes],
    ["prototypeOffsets", "i32", classes + 1],
    ["prototypeScales", "f32", rows],
    ["prototypeCodes", "i8", rows * dimensions],
  ];
}

function align(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** The bytes of a head; the same head gives the same bytes. */
export function encodeHead(head: LearnedHead): Uint8Array<ArrayBuffer> {
  const { data } = head;
  const header: Header = {
    embedder: data.embedder,
    routesHash: data.routesHash,
    seed: data.seed,
    ...(data.perRoute === undefined ? {} : { perRoute: data.perRoute }),
    utterances: data.utterances,
    routes: data.routes,
    grams: data.grams.length,
    prototypes: data.prototypes.texts,
    withVector: data.withVector,
    withoutVector: data.withoutVector,
    metrics: { ...data.metrics },
  };
  const tables: Record<string, ArrayBufferView> = {
    bias: data.bias,
    textBias: data.textBias,
    viewMean: data.viewMean,
    denseScales: data.dense.scales,
    denseCodes: data.dense.codes,
    grams: data.grams,
    gramWeights: data.gramWeights,
    sparseScales: data.sparse.scales,
    sparseCodes: data.sparse.codes,
    prototypeOffsets: data.prototypes.offsets,
    prototypeScales: data.prototypes.scales,
    prototypeCodes: data.prototypes.codes,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const parts = layout(header);
  let size = align(prefixBytes + json.length);
  for (const [, kind, length] of parts) size += align(length * kinds[kind].BYTES_PER_ELEMENT);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  bytes[magic.length] = headFileVersion;
  view.setUint32(12, json.length, true);
  bytes.set(json, prefixBytes);
  let offset = align(prefixBytes + json.length);
  for (const [name, kind, length] of parts) {
    const table = tables[name]!;
    const width = kinds[kind].BYTES_PER_ELEMENT;
    bytes.set(new Uint8Array(table.buffer, table.byteOffset, length * width), offset);
    offset += align(length * width);
  }
  view.setUint32(8, crc32(bytes.subarray(12)), true);
  return bytes;
}

function refuse(reason: string, cause?: unknown): never {
  throw new AtmosphereError("invalid_request", `Reading the routes' model failed: ${reason}`, {
    hint: "Train the routes again: atmosphere routes train",
    ...(cause === undefined ? {} : { cause }),
  });
}

function readHeader(bytes: Uint8Array): { header: Header; end: number } {
  const start = new TextDecoder().decode(bytes.subarray(0, magic.length));
  if (bytes.length < prefixBytes || start !== magic) refuse("it is not a model file");
  const version = bytes[magic.length];
  if (version !== headFileVersion) {
    refuse(`its format is version ${version}, this program reads version ${headFileVersion}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(8, true) !== crc32(bytes.subarray(12))) {
    refuse("it is truncated or corrupt (its checksum differs)");
  }
  const end = prefixBytes + view.getUint32(12, true);
  if (end > bytes.length) refuse("its header is longer than the file");
  try {
    return {
      header: JSON.parse(new TextDecoder().decode(bytes.subarray(prefixBytes, end))) as Header,
      end,
    };
  } catch (cause) {
    refuse("its header is not JSON", cause);
  }
}

/**
 * Reads a head.
 *
 * Throws `invalid_request` when the bytes are not a head of this version, are truncated or corrupt, or
 * belong to another embedder or other routes than `options` names; the caller trains again then.
 */
export function loadHead(bytes: Uint8Array, options: {
  /** The space of the vectors that will be asked about; undefined when there are none. */
  readonly embedder: HeadEmbedder | undefined;
  /** Fingerprint of the routes as they are now (`trainingHash`); not looked at when absent. */
  readonly routesHash?: string;
}): LearnedHead {
  const { header, end } = readHeader(bytes);
  const wanted = options.embedder ?? { name: "", dtype: "", dimensions: 0 };
  const describe = (embedder: HeadEmbedder) =>
    embedder.dimensions === 0
      ? "no embedder"
      : `${embedder.name} ${embedder.dtype} (${
        [embedder.dimensions, embedder.viewDimensions ?? 0].filter((size) => size > 0).join(" and ")
      } dimensions)`;
  if (
    header.embedder.name !== wanted.name || header.embedder.dtype !== wanted.dtype ||
    header.embedder.dimensions !== wanted.dimensions ||
    featureLength(header.embedder) !== featureLength(wanted)
  ) refuse(`it was trained with ${describe(header.embedder)}, in use is ${describe(wanted)}`);
  if (options.routesHash !== undefined && header.routesHash !== options.routesHash) {
    refuse("the routes changed since it was trained");
  }
  const tables = new Map<string, Table>();
  let offset = align(end);
  for (const [name, kind, length] of layout(header)) {
    const size = length * kinds[kind].BYTES_PER_ELEMENT;
    if (offset + size > bytes.length) refuse(`its table "${name}" is cut off`);
    const own = bytes.slice(offset, offset + size);
    tables.set(name, new kinds[kind](own.buffer, 0, length));
    offset += align(size);
  }
  return assemble(header, <T extends Table>(name: string) => tables.get(name) as T);
}

function assemble(header: Header, table: <T extends Table>(name: string) => T): LearnedHead {
  const classes = header.routes.length;
  const dimensions = featureLength(header.embedder);
  const measured = (value: number | null) => value ?? NaN;
  return new LearnedHead({
    embedder: header.embedder,
    routesHash: header.routesHash,
    seed: header.seed,
    ...(header.perRoute === undefined ? {} : { perRoute: header.perRoute }),
    utterances: header.utterances,
    routes: header.routes,
    bias: table<Float32Array>("bias"),
    textBias: table<Float32Array>("textBias"),
    viewMean: table<Float32Array>("viewMean"),
    dense: {
      rows: dimensions,
      columns: classes,
      codes: table<Int16Array>("denseCodes"),
      scales: table<Float32Array>("denseScales"),
    },
    grams: table<Uint32Array>("grams"),
    gramWeights: table<Float32Array>("gramWeights"),
    sparse: {
      rows: header.grams,
      columns: classes,
      codes: table<Int8Array>("sparseCodes"),
      scales: table<Float32Array>("sparseScales"),
    },
    prototypes: {
      dimensions,
      offsets: table<Int32Array>("prototypeOffsets"),
      codes: table<Int8Array>("prototypeCodes"),
      scales: table<Float32Array>("prototypeScales"),
      texts: header.prototypes,
    },
    withVector: header.withVector,
    withoutVector: header.withoutVector,
    metrics: {
      accuracy: measured(header.metrics.accuracy),
      aurocOutOfScope: measured(header.metrics.aurocOutOfScope),
      calibrationError: measured(header.metrics.calibrationError),
      heldOut: measured(header.metrics.heldOut),
      foreign: measured(header.metrics.foreign),
    },
  });
}
