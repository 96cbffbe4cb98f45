/** Part of the executable alone: stands in for `src/embed/packed_model.ts`. */
import { dirname } from "node:path";
import { packedModel } from "../../../src/embed/packed_model.ts";
import { layOut } from "./lay_out.ts";

export { packedModel };

/** The directory of the model that travels along, laid out as files; any other one as it is. */
export function modelDirectory(directory: string): string {
  return directory === packedModel ? dirname(layOut("model")) : directory;
}
