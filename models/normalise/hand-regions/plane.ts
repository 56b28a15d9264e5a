/**
 * Eight-bit grey planes, and the rounding that OpenCV 4.6 uses between them.
 *
 * This folder repeats OpenCV's integer arithmetic to the bit, since the network was trained on its output; Python's
 * `hand_regions.py` is the same definition. Positions here are pixel indices, whose centre is meant.
 */
import type { GreyImage } from '../../../dicom/vocabulary/image.ts';

/** Row by row from the top left, `columns × rows` grey levels 0–255. */
export interface Plane {
  readonly columns: number;
  readonly rows: number;
  readonly samples: Uint8Array;
}

/** A pixel by column and row. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Grey in 0–1 as 8 bits, halves up. */
export function eightBit({ columns, rows, samples }: GreyImage): Plane {
  const levels = new Uint8Array(samples.length);
  for (let index = 0; index < levels.length; index++) levels[index] = Math.floor(samples[index]! * 255 + 0.5);
  return { columns, rows, samples: levels };
}

/** To the nearest whole number, halves to the even one, as the processor rounds. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const above = value - floor;
  if (above !== 0.5) return above < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** {@link roundHalfEven} within 0–255. */
export function toLevel(value: number): number {
  return Math.min(255, Math.max(0, roundHalfEven(value)));
}

/** The index inside `0 … size − 1` that a border reflected about its last pixel shows (…2 1 **0 1 2** 1 0…). */
export function reflected(index: number, size: number): number {
  if (size === 1) return 0;
  let inside = index;
  while (inside < 0 || inside >= size) inside = inside < 0 ? -inside : 2 * size - 2 - inside;
  return inside;
}

/** The part from (x0, y0) up to, not including, (x1, y1). */
export function part(plane: Plane, x0: number, y0: number, x1: number, y1: number): Plane {
  const columns = x1 - x0;
  const samples = new Uint8Array(columns * (y1 - y0));
  for (let y = y0; y < y1; y++) {
    const from = y * plane.columns;
    samples.set(plane.samples.subarray(from + x0, from + x1), (y - y0) * columns);
  }
  return { columns, rows: y1 - y0, samples };
}

/** Copies `source` onto `target` with its top left pixel at (left, top). */
export function place(target: Plane, source: Plane, left: number, top: number): void {
  for (let y = 0; y < source.rows; y++) {
    const row = source.samples.subarray(y * source.columns, (y + 1) * source.columns);
    target.samples.set(row, (top + y) * target.columns + left);
  }
}
