/**
 * The page's files, which are part of the program.
 *
 * @module
 */

import { embeddedAssets } from "./assets.gen.ts";
import type { Asset, AssetSource } from "./deps.ts";

/** A file as the generated module holds it. */
export interface EmbeddedAsset {
  /** Path below `/`; the page itself has `/`. */
  readonly path: string;
  readonly contentType: string;
  /** Weak entity tag, since one stands for every content coding. */
  readonly etag: string;
  /** The bytes in base 64, plain and by content coding where that is smaller. */
  readonly data: {
    readonly raw: string;
    readonly br?: string;
    readonly gzip?: string;
  };
}

/** The files of the page. A file is decoded when it is first asked for. */
export function createAssetSource(
  files: readonly EmbeddedAsset[] = embeddedAssets,
): AssetSource {
  const embedded = new Map(files.map((file) => [file.path, file]));
  const decoded = new Map<string, Asset>();
  return (path) => {
    const known = decoded.get(path);
    if (known !== undefined) return known;
    const file = embedded.get(path);
    if (file === undefined) return undefined;
    const asset = decode(file);
    decoded.set(path, asset);
    return asset;
  };
}

function decode({ path, contentType, etag, data }: EmbeddedAsset): Asset {
  return {
    path,
    contentType,
    etag,
    bytes: bytesOf(data.raw),
    encoded: {
      ...(data.br === undefined ? {} : { br: bytesOf(data.br) }),
      ...(data.gzip === undefined ? {} : { gzip: bytesOf(data.gzip) }),
    },
  };
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(base64);
}
