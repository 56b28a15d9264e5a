/**
 * Antialiased resampling with a triangle filter, the same arithmetic as Pillow's BILINEAR on 32-bit floats, so that
 * Python's training and this server see one image.
 *
 * Trap: the filter widens with the reduction (support = scale), which plain bilinear sampling does not do.
 */

/** For each output position: the first input sample and its weights, which add up to 1. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `stride` weights per output position. */
  readonly weights: Float64Array;
  readonly stride: number;
}

/** Resizes row-by-row samples from `columns × rows` to `outColumns × outRows`. */
export function resample(
  samples: Float32Array,
  columns: number,
  rows: number,
  outColumns: number,
  outRows: number,
): Float32Array {
  const across = outColumns === columns ? samples : resampleRows(samples, columns, rows, outColumns);
  return outRows === rows ? across : resampleColumns(across, outColumns, rows, outRows);
}

function tapsFor(inputSize: number, outputSize: number): Taps {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const taps = {
    first: new Int32Array(outputSize),
    count: new Int32Array(outputSize),
    weights: new Float64Array(outputSize * stride),
    stride,
  };
  for (let out = 0; out < outputSize; out++) {
    const centre = (out + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let tap = 0; tap < count; tap++) {
      const weight = Math.max(0, 1 - Math.abs((tap + first - centre + 0.5) / support));
      taps.weights[out * stride + tap] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < count; tap++) taps.weights[out * stride + tap]! /= sum;
    taps.first[out] = first;
    taps.count[out] = count;
  }
  return taps;
}

function resampleRows(
  samples: Float32Array,
  columns: number,
  rows: number,
  outColumns: number,
): Float32Array {
  const taps = tapsFor(columns, outColumns);
  const result = new Float32Array(outColumns * rows);
  const inFours = rows - (rows % 4);
  for (let row = 0; row < inFours; row += 4)
    resampleFourRows(samples, columns, taps, result, row, outColumns);
  for (let row = inFours; row < rows; row++) resampleRow(samples, columns, taps, result, row, outColumns);
  return result;
}

/** Four rows share the weights: their sums are independent, which a processor adds side by side. */
function resampleFourRows(
  samples: Float32Array,
  columns: number,
  { first, count, weights, stride }: Taps,
  result: Float32Array,
  row: number,
  outColumns: number,
): void {
  const from = row * columns;
  const to = row * outColumns;
  for (let out = 0; out < outColumns; out++) {
    const weightsFrom = out * stride;
    let at = from + first[out]!;
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    for (let tap = 0, taps = count[out]!; tap < taps; tap++, at++) {
      const weight = weights[weightsFrom + tap]!;
      sum0 += samples[at]! * weight;
      sum1 += samples[at + columns]! * weight;
      sum2 += samples[at + 2 * columns]! * weight;
      sum3 += samples[at + 3 * columns]! * weight;
    }
    result[to + out] = sum0;
    result[to + outColumns + out] = sum1;
    result[to + 2 * outColumns + out] = sum2;
    result[to + 3 * outColumns + out] = sum3;
  }
}

function resampleRow(
  samples: Float32Array,
  columns: number,
  { first, count, weights, stride }: Taps,
  result: Float32Array,
  row: number,
  outColumns: number,
): void {
  for (let out = 0; out < outColumns; out++) {
    const start = row * columns + first[out]!;
    let sum = 0;
    for (let tap = 0; tap < count[out]!; tap++) sum += samples[start + tap]! * weights[out * stride + tap]!;
    result[row * outColumns + out] = sum;
  }
}

function resampleColumns(
  samples: Float32Array,
  columns: number,
  rows: number,
  outRows: number,
): Float32Array {
  const { first, count, weights, stride } = tapsFor(rows, outRows);
  const result = new Float32Array(columns * outRows);
  const sums = new Float64Array(columns);
  for (let out = 0; out < outRows; out++) {
    sums.fill(0);
    for (let tap = 0; tap < count[out]!; tap++) {
      const weight = weights[out * stride + tap]!;
      const from = (first[out]! + tap) * columns;
      for (let column = 0; column < columns; column++) sums[column]! += samples[from + column]! * weight;
    }
    result.set(sums, out * columns);
  }
  return result;
}
