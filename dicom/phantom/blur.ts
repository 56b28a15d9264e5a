/**
 * Gaussian blur of a raster as three box blurs each way, in time that does not depend on the width.
 */
import type { Raster } from './raster.ts';

/** Blurs with a standard deviation in pixels; edges are repeated outward. A width under a third of a pixel changes nothing. */
export function blurred(image: Raster, sigma: number): Raster {
  const { columns, rows } = image;
  if (sigma < 0.9) return smallBlur(image, sigma);
  let values = image.values;
  for (const radius of boxRadii(sigma)) {
    values = boxBlurRows(values, columns, rows, radius);
    values = boxBlurColumns(values, columns, rows, radius);
  }
  return { columns, rows, values };
}

/** Radii of three boxes whose variances add up to the Gaussian's. */
function boxRadii(sigma: number): number[] {
  const ideal = Math.sqrt(4 * sigma * sigma + 1);
  const low = Math.max(1, 2 * Math.floor((ideal - 1) / 2) + 1);
  const lows = Math.round((12 * sigma * sigma - 3 * low * low - 12 * low - 9) / (-4 * low - 4));
  return [0, 1, 2].map((index) => ((index < lows ? low : low + 2) - 1) / 2);
}

/** A three-tap kernel each way, for widths a box cannot make. */
function smallBlur({ columns, rows, values }: Raster, sigma: number): Raster {
  const side = sigma < 1 / 3 ? 0 : Math.min(0.3, (sigma * sigma) / 2);
  const centre = 1 - 2 * side;
  const across = new Float32Array(values.length);
  const done = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let column = 0; column < columns; column++) {
      const here = values[start + column] ?? 0;
      across[start + column] =
        centre * here +
        side *
          ((values[start + Math.max(0, column - 1)] ?? here) +
            (values[start + Math.min(columns - 1, column + 1)] ?? here));
    }
  }
  for (let row = 0; row < rows; row++) {
    const [above, below] = [Math.max(0, row - 1) * columns, Math.min(rows - 1, row + 1) * columns];
    for (let column = 0; column < columns; column++) {
      done[row * columns + column] =
        centre * (across[row * columns + column] ?? 0) +
        side * ((across[above + column] ?? 0) + (across[below + column] ?? 0));
    }
  }
  return { columns, rows, values: done };
}

function boxBlurRows(values: Float32Array, columns: number, rows: number, radius: number): Float32Array {
  const result = new Float32Array(values.length);
  const weight = 1 / (2 * radius + 1);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    const end = start + columns - 1;
    let sum = 0;
    for (let offset = -radius; offset <= radius; offset++)
      sum += values[Math.min(end, Math.max(start, start + offset))] ?? 0;
    for (let column = 0; column < columns; column++) {
      result[start + column] = sum * weight;
      sum +=
        (values[Math.min(end, start + column + radius + 1)] ?? 0) -
        (values[Math.max(start, start + column - radius)] ?? 0);
    }
  }
  return result;
}

function boxBlurColumns(values: Float32Array, columns: number, rows: number, radius: number): Float32Array {
  const result = new Float32Array(values.length);
  const weight = 1 / (2 * radius + 1);
  const sums = new Float64Array(columns);
  for (let offset = -radius; offset <= radius; offset++)
    addRow(sums, values, Math.min(rows - 1, Math.max(0, offset)), columns, 1);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      result[row * columns + column] = (sums[column] ?? 0) * weight;
    addRow(sums, values, Math.min(rows - 1, row + radius + 1), columns, 1);
    addRow(sums, values, Math.max(0, row - radius), columns, -1);
  }
  return result;
}

function addRow(sums: Float64Array, values: Float32Array, row: number, columns: number, sign: number): void {
  const start = row * columns;
  for (let column = 0; column < columns; column++)
    sums[column] = (sums[column] ?? 0) + sign * (values[start + column] ?? 0);
}
