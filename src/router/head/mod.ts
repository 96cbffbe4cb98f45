/**
 * The learned head: a classifier trained from the user's routes.
 *
 * @module
 */

export { backgroundTexts } from "./background.ts";
export { LearnedHead, noRoute } from "./head.ts";
export { nameText } from "./route_names.ts";
export { encodeHead, headFileVersion, loadHead } from "./model_file.ts";
export { trainHead, trainHeadInSteps, type TrainOptions } from "./train_head.ts";
export {
  drawUtterances,
  trainingHash,
  type TrainingSet,
  trainingSet,
  type TrainingSource,
} from "./training_set.ts";
export type { HeadData, HeadEmbedder, HeadMetrics } from "./types.ts";
