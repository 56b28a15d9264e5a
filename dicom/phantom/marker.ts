/**
 * The lead letter of the side, and the collimator's opening.
 *
 * Trap: the letter is laid in image coordinates, never mirrored: an R must read as an R.
 */
import type { PhantomParameters } from './parameters.ts';
import { fork } from './random.ts';
import type { Raster } from './raster.ts';
import { capsuleDistance, smoothStep, type Point } from './shapes.ts';

type Stroke = readonly (readonly [x: number, y: number])[];

/** Strokes in a box 1 wide and 1.5 high, from the top left. */
const LETTERS: Readonly<Record<'L' | 'R', readonly Stroke[]>> = {
  L: [[[0, 0], [0, 1.5], [0.9, 1.5]]], // prettier-ignore
  R: [[[0, 1.5], [0, 0], [0.6, 0], [0.86, 0.14], [0.92, 0.4], [0.84, 0.66], [0.6, 0.8], [0, 0.8]], [[0.5, 0.8], [0.95, 1.5]]], // prettier-ignore
};
const LEAD_OPTICAL_THICKNESS = 5;
const HEIGHT_MM = 12;

/** Optical thickness of the side marker, placed where the soft tissue is thinnest among a few places near the border. */
export function markerRaster(parameters: PhantomParameters, soft: Raster, pixelMm: number): Raster {
  const random = fork(parameters.seed, 'marker');
  const { columns, rows } = soft;
  const values = new Float32Array(columns * rows);
  const unit = Math.min(HEIGHT_MM / 1.5 / pixelMm, columns / 16);
  const turn = random.normal() * 0.07;
  const place = emptiest(parameters, soft, unit, random.between(0, 0.03));
  const reach = Math.ceil(unit * 2.2);
  const half = unit * 0.13;
  for (let row = Math.max(0, Math.floor(place.y - reach)); row < Math.min(rows, place.y + reach); row++) {
    for (
      let column = Math.max(0, Math.floor(place.x - reach));
      column < Math.min(columns, place.x + reach);
      column++
    ) {
      const [dx, dy] = [column + 0.5 - place.x, row + 0.5 - place.y];
      const x = dx * Math.cos(turn) + dy * Math.sin(turn) + unit * 0.45;
      const y = dy * Math.cos(turn) - dx * Math.sin(turn) + unit * 0.75;
      const plate = Math.min(x + unit * 0.75, unit * 1.65 - x, y + unit * 0.7, unit * 2.2 - y);
      const letter = letterDistance(LETTERS[parameters.side], x, y, unit, half);
      values[row * columns + column] =
        LEAD_OPTICAL_THICKNESS * smoothStep(-0.7, 0.7, letter) + 0.07 * smoothStep(-1, 1, plate);
    }
  }
  return { columns, rows, values };
}

function letterDistance(
  strokes: readonly Stroke[],
  x: number,
  y: number,
  unit: number,
  half: number,
): number {
  let best = -Infinity;
  for (const stroke of strokes) {
    stroke.slice(1).forEach(([toX, toY], index) => {
      const [fromX, fromY] = stroke[index] ?? [toX, toY];
      const from = { x: fromX * unit, y: fromY * unit };
      best = Math.max(best, capsuleDistance(from, { x: toX * unit, y: toY * unit }, half, half, x, y));
    });
  }
  return best;
}

function emptiest({ side }: PhantomParameters, soft: Raster, unit: number, shift: number): Point {
  const { columns, rows } = soft;
  const outer = side === 'L' ? 0.11 + shift : 0.89 - shift;
  const places = [[outer, 0.72], [outer, 0.84], [outer, 0.12], [1 - outer, 0.82], [1 - outer, 0.14], [outer, 0.4]]; // prettier-ignore
  const candidates = places.map(([x = 0, y = 0]) => ({ x: x * columns, y: y * rows }));
  const cover = candidates.map((place) => {
    let sum = 0;
    for (const dx of [-1.2, 0, 1.2]) {
      for (const dy of [-1.6, 0, 1.6]) {
        const [column, row] = [Math.round(place.x + dx * unit), Math.round(place.y + dy * unit)];
        sum +=
          soft.values[
            Math.min(rows - 1, Math.max(0, row)) * columns + Math.min(columns - 1, Math.max(0, column))
          ] ?? 0;
      }
    }
    return sum;
  });
  return candidates[cover.indexOf(Math.min(...cover))] ?? { x: columns * 0.1, y: rows * 0.1 };
}

/** Share of the beam let through by a slightly tilted rectangular collimator, 0–1, soft over about a millimetre. */
export function collimatorOpening(parameters: PhantomParameters, pixelMm: number): Raster {
  const random = fork(parameters.seed, 'collimator');
  const { columns, rows } = parameters;
  const values = new Float32Array(columns * rows).fill(1);
  if (parameters.collimation === 'none') return { columns, rows, values };
  const tilt = random.normal() * 0.009;
  const inset = (): number => (random.next() < 0.45 ? -0.03 : random.between(0.004, 0.022));
  const [left, top, right, bottom] = [inset() * columns, inset() * rows, inset() * columns, inset() * rows];
  const softness = Math.max(1, 0.5 / pixelMm);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = column - tilt * (row - rows / 2);
      const y = row + tilt * (column - columns / 2);
      const inside = Math.min(x - left, y - top, columns - right - x, rows - bottom - y);
      if (inside < softness * 1.5) values[row * columns + column] = smoothStep(-softness, softness, inside);
    }
  }
  return { columns, rows, values };
}
