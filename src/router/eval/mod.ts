/**
 * Measuring how well routes are recognised.
 *
 * @module
 */

export {
  type AnsweredRow,
  bestThreshold,
  type Confusion,
  type CoveragePoint,
  evaluate,
  type Evaluation,
  type RouteQuality,
} from "./evaluate.ts";
export { crossValidationFolds, drawRows, type Fold } from "./folds.ts";
export {
  type BrokenLine,
  formatOf,
  type LabelledFile,
  type LabelledText,
  outOfScope,
  readLabelled,
  type ReadOptions,
} from "./labelled.ts";
export { auroc, calibrationError, reliability, type ReliabilityBin } from "./metrics.ts";
export { htmlReport, type HtmlReportOptions } from "./report_html.ts";
export { textReport, type TextReportOptions } from "./report_text.ts";
