/**
 * Multinomial logistic regression over a dense vector and sparse n-grams together.
 *
 * Minimises the cross-entropy by stochastic gradient steps over small batches: Adam (Kingma and Ba,
 * 2015) with decoupled decay (Loshchilov and Hutter, 2019) for the dense weights, AdaGrad (Duchi,
 * Hazan and Singer, 2011) with one accumulator a row for the sparse ones, both with a step that
 * falls to zero. Given the same samples and seed, the result is the same to the last bit.
 *
 * @module
 */

import { type Integers, Kernel, type Matrix, padTo } from "./kernel.ts";
import { seededRandom, shuffle } from "./random.ts";

/** What a sample is an example of. */
export type Label = number;

/** The label of a sample that belongs to none of the routes. */
export const outOfScopeLabel = -1;

/** The label of a sample that does not belong to route `route`. */
export function notLabel(route: number): Label {
  return -2 - route;
}

/** The route that `label` excludes; negative when it excludes none. */
function excluded(label: Label): number {
  return -2 - label;
}

/** Sparse rows, one after another. */
export interface SparseRows {
  /** Position of the first entry of each row, and the end of the last. */
  readonly offsets: Int32Array;
  readonly indexes: Int32Array;
  readonly values: Float32Array;
}

/** What is learned from. `vectors`, `sparse` and `labels` have one row a sample. */
export interface Samples {
  readonly vectors: readonly Float32Array[];
  readonly sparse: SparseRows;
  readonly labels: Int32Array;
}

/** How long and how hard to learn. */
export interface TrainerSettings {
  readonly epochs: number;
  readonly batch: number;
  /** First step size of the dense weights. */
  readonly denseStep: number;
  /** Decay of the dense weights, as a share of the step. */
  readonly denseDecay: number;
  /** First step size of the sparse weights. */
  readonly sparseStep: number;
}

/** A linear map: `logits = bias + vector * dense + the sum of values[i] * sparse[indexes[i]]`. */
export interface LinearModel {
  readonly classes: number;
  /** Columns of both tables: `classes`, padded. */
  readonly stride: number;
  readonly dimensions: number;
  readonly bias: Float32Array;
  /** `dimensions` rows of `stride`. */
  readonly dense: Float32Array;
  /** One row of `stride` for each n-gram. */
  readonly sparse: Float32Array;
}

const firstMoment = 0.9;
const secondMoment = 0.99;
const tiny = 1e-8;

/** Everything that lies in the kernel's memory while training. */
interface Workspace {
  readonly kernel: Kernel;
  readonly stride: number;
  readonly dense: Matrix;
  readonly sparse: Matrix;
  readonly input: Matrix;
  readonly logits: Matrix;
  readonly gradient: Matrix;
  readonly first: Matrix;
  readonly second: Matrix;
  readonly constants: Matrix;
  readonly indexes: Integers;
  readonly values: Matrix;
  readonly steps: Matrix;
}

function workspace(
  samples: Samples,
  shape: { classes: number; dimensions: number; rows: number; batch: number },
): Workspace {
  const stride = padTo(shape.classes, 8);
  const dimensions = padTo(shape.dimensions, 4);
  const entries = samples.sparse.indexes.length;
  let longest = 1;
  for (let i = 1; i < samples.sparse.offsets.length; i++) {
    longest = Math.max(longest, samples.sparse.offsets[i]! - samples.sparse.offsets[i - 1]!);
  }
  const kernel = new Kernel({
    numbers: stride * (4 * dimensions + shape.rows + shape.batch) +
      dimensions * shape.batch + 2 * entries + longest + 8,
    blocks: 12,
  });
  const space = {
    kernel,
    stride,
    dense: kernel.matrix(dimensions, stride),
    gradient: kernel.matrix(dimensions, stride),
    first: kernel.matrix(dimensions, stride),
    second: kernel.matrix(dimensions, stride),
    constants: kernel.matrix(1, 8),
    sparse: kernel.matrix(shape.rows, stride),
    logits: kernel.matrix(shape.batch, stride),
    input: kernel.matrix(shape.batch, dimensions),
    indexes: kernel.integers(entries),
    values: kernel.matrix(1, entries),
    steps: kernel.matrix(1, longest),
  };
  space.indexes.data.set(samples.sparse.indexes);
  space.values.data.set(samples.sparse.values);
  return space;
}

/** Turns logits into probabilities less the wanted ones, in place. */
function lossGradient(
  row: Float32Array,
  options: { offset: number; classes: number; label: Label },
): void {
  const { offset, classes, label } = options;
  let max = -Infinity;
  for (let c = 0; c < classes; c++) max = Math.max(max, row[offset + c]!);
  let sum = 0;
  for (let c = 0; c < classes; c++) {
    const value = Math.exp(row[offset + c]! - max);
    row[offset + c] = value;
    sum += value;
  }
  for (let c = 0; c < classes; c++) row[offset + c]! /= sum;
  if (label >= 0) {
    row[offset + label]! -= 1;
    return;
  }
  if (label === outOfScopeLabel) {
    for (let c = 0; c < classes; c++) row[offset + c]! -= 1 / classes;
    return;
  }
  // For -log(1 - p) of the excluded route: its own gradient is p, the others give way in proportion.
  const not = excluded(label);
  const p = Math.min(row[offset + not]!, 1 - 1e-6);
  for (let c = 0; c < classes; c++) row[offset + c]! *= -p / (1 - p);
  row[offset + not] = p;
}

/** The mean of the vectors. */
function meanVector(vectors: readonly Float32Array[], dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions);
  for (const vector of vectors) for (let d = 0; d < dimensions; d++) mean[d]! += vector[d]!;
  for (let d = 0; d < dimensions; d++) mean[d]! /= Math.max(1, vectors.length);
  return mean;
}

/** All vectors, centred and scaled, one row each. */
function standardInputs(
  vectors: readonly Float32Array[],
  options: { mean: Float64Array; scale: number; columns: number },
): Float32Array {
  const { mean, scale, columns } = options;
  const inputs = new Float32Array(vectors.length * columns);
  vectors.forEach((vector, i) => {
    for (let d = 0; d < vector.length; d++) {
      inputs[i * columns + d] = (vector[d]! - mean[d]!) * scale;
    }
  });
  return inputs;
}

/**
 * Trains a model of `classes` classes over vectors of `dimensions` and `rows` n-grams. Yields between
 * batches, a few milliseconds of work each, so that the caller can let others run.
 */
export function* trainSoftmax(
  samples: Samples,
  options: {
    readonly classes: number;
    readonly dimensions: number;
    /** What vectors, which are of unit length, are multiplied by. */
    readonly inputScale: number;
    readonly rows: number;
    readonly settings: TrainerSettings;
    readonly seed: number;
  },
): Generator<void, LinearModel> {
  const { classes, settings, dimensions } = options;
  const count = samples.labels.length;
  const batch = padTo(Math.min(settings.batch, Math.max(1, count)), 4);
  const space = workspace(samples, { classes, dimensions, rows: options.rows, batch });
  const { stride, kernel } = space;
  const mean = meanVector(samples.vectors, dimensions);
  const scale = options.inputScale;
  const random = seededRandom(options.seed);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  const bias = new Float64Array(stride);
  const squares = new Float32Array(options.rows);
  const steps = settings.epochs * Math.ceil(count / batch);
  const paddedDimensions = space.input.columns;
  const inputs = standardInputs(samples.vectors, { mean, scale, columns: paddedDimensions });
  const slice = {
    indexes: space.indexes,
    values: space.values,
    steps: space.steps,
    first: 0,
    count: 0,
  };
  const row = { matrix: space.logits, row: 0 };
  let step = 0;
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    shuffle(order, random);
    for (let first = 0; first < count; first += batch) {
      const size = Math.min(batch, count - first);
      const left = 1 - step / steps;
      step++;
      for (let i = 0; i < size; i++) {
        space.logits.data.set(bias, i * stride);
        const at = order[first + i]! * paddedDimensions;
        space.input.data.set(inputs.subarray(at, at + paddedDimensions), i * paddedDimensions);
      }
      kernel.product(space.input, space.dense, { into: space.logits, inner: dimensions });
      for (let i = 0; i < size; i++) {
        const sample = order[first + i]!;
        slice.first = samples.sparse.offsets[sample]!;
        slice.count = samples.sparse.offsets[sample + 1]! - slice.first;
        row.row = i;
        kernel.gather(slice, space.sparse, row);
        lossGradient(space.logits.data, {
          offset: i * stride,
          classes,
          label: samples.labels[sample]!,
        });
      }
      // Rows of an incomplete batch still hold what the one before left there.
      space.logits.data.fill(0, size * stride);
      updateSparse(space, {
        samples,
        order,
        first,
        size,
        squares,
        settings,
        left,
        classes,
        slice,
        row,
      });
      updateDense(space, { settings, left, step, batch, size, bias, classes });
      yield;
    }
  }
  return finished(space, { classes, dimensions, bias, mean, scale });
}

function updateSparse(space: Workspace, state: {
  samples: Samples;
  order: Int32Array;
  first: number;
  size: number;
  squares: Float32Array;
  settings: TrainerSettings;
  left: number;
  classes: number;
  slice: Parameters<Kernel["scatter"]>[0];
  row: { matrix: Matrix; row: number };
}): void {
  const { samples, squares, settings, slice } = state;
  for (let i = 0; i < state.size; i++) {
    const sample = state.order[state.first + i]!;
    const from = samples.sparse.offsets[sample]!;
    slice.first = from;
    slice.count = samples.sparse.offsets[sample + 1]! - from;
    state.row.row = i;
    let norm = 0;
    for (let c = 0; c < state.classes; c++) {
      const g = space.logits.data[i * space.stride + c]!;
      norm += g * g;
    }
    for (let j = 0; j < slice.count; j++) {
      const row = samples.sparse.indexes[from + j]!;
      const value = samples.sparse.values[from + j]!;
      squares[row]! += value * value * norm;
      space.steps.data[j] = -settings.sparseStep * state.left * value /
        Math.sqrt(squares[row]! + tiny);
    }
    space.kernel.scatter(slice, space.sparse, state.row);
  }
}

function updateDense(space: Workspace, state: {
  settings: TrainerSettings;
  left: number;
  step: number;
  batch: number;
  size: number;
  bias: Float64Array;
  classes: number;
}): void {
  const { stride } = space;
  const rate = state.settings.denseStep * state.left;
  for (let i = 0; i < state.size; i++) {
    for (let c = 0; c < state.classes; c++) {
      state.bias[c]! -= rate * space.logits.data[i * stride + c]! / state.size;
    }
  }
  space.gradient.data.fill(0);
  space.kernel.product(space.input, space.logits, {
    into: space.gradient,
    inner: state.batch,
    transposed: true,
  });
  const correction = Math.sqrt(1 - secondMoment ** state.step) / (1 - firstMoment ** state.step);
  space.constants.data.set([
    1 / state.size,
    firstMoment,
    1 - firstMoment,
    secondMoment,
    1 - secondMoment,
    1 - rate * state.settings.denseDecay,
    rate * correction,
    tiny,
  ]);
  space.kernel.adam({ ...space, weights: space.dense }, space.constants);
}

/** Folds the centring and the scale into the weights. */
function finished(
  space: Workspace,
  state: {
    classes: number;
    dimensions: number;
    bias: Float64Array;
    mean: Float64Array;
    scale: number;
  },
): LinearModel {
  const { stride } = space;
  const dense = new Float32Array(state.dimensions * stride);
  const bias = Float64Array.from(state.bias);
  for (let d = 0; d < state.dimensions; d++) {
    for (let c = 0; c < stride; c++) {
      const weight = space.dense.data[d * stride + c]! * state.scale;
      dense[d * stride + c] = weight;
      bias[c]! -= weight * state.mean[d]!;
    }
  }
  return {
    classes: state.classes,
    stride,
    dimensions: state.dimensions,
    bias: Float32Array.from(bias),
    dense,
    sparse: space.sparse.data.slice(),
  };
}
