/**
 * The model that an executable carries. Building one puts a module of the build in this one's place.
 *
 * @module
 */

/** Stands for the directory of the packed model, which is laid out as files when it is loaded. */
export const packedModel = "packed:all-minilm-l6-v2";

/** The directory whose files are loaded for `directory`. */
export function modelDirectory(directory: string): string {
  return directory;
}
