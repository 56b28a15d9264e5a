/**
 * A polygon as the pixels whose centres it holds, and such masks packed as a binary segmentation stores them.
 * PS3.3 C.8.20.2.1, PS3.5 8.1.1 and Annex D (one bit a pixel, the first pixel in the lowest bit).
 *
 * Trap: frames of one bit a pixel follow each other without padding, so a frame may begin within a byte.
 */
import { PacsError } from '../vocabulary/failure.ts';
import type { Polygon } from '../vocabulary/geometry.ts';

/** Size of an image in pixels. */
export interface MaskSize {
  readonly rows: number;
  readonly columns: number;
}

/** Pixels of one row from `start` up to but without `end`, 0-based. */
export interface MaskSpan {
  readonly row: number;
  readonly start: number;
  readonly end: number;
}

/** Coordinates are written to 0.01 px, so that in hundredths every crossing is decided by whole numbers. */
const UNITS_PER_PIXEL = 100;
/** From the corner of a pixel to its centre. */
const HALF_PIXEL = UNITS_PER_PIXEL / 2;
/** Longest value of Pixel Data: its length is an even number of 32 bits. PS3.5 7.1.1. */
const LONGEST_VALUE = 0xfffffffe;

/**
 * The pixels whose centre lies in a polygon of image points on the grid of 0.01 px, by the even-odd rule. A centre on an
 * edge belongs to the polygon at its left or upper edges and not at the others, so that polygons that share an edge share
 * no pixel. What lies outside the image is left out; a polygon that holds no centre has no pixel.
 */
export function spansOf(polygon: Polygon, { rows, columns }: MaskSize): readonly MaskSpan[] {
  const points = polygon.map(
    ({ x, y }) => [Math.round(x * UNITS_PER_PIXEL), Math.round(y * UNITS_PER_PIXEL)] as const,
  );
  const ys = points.map(([, y]) => y);
  const firstRow = Math.max(0, Math.floor((Math.min(...ys) - HALF_PIXEL) / UNITS_PER_PIXEL));
  const lastRow = Math.min(rows - 1, Math.ceil((Math.max(...ys) - HALF_PIXEL) / UNITS_PER_PIXEL));
  const spans: MaskSpan[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    const crossings = crossedColumns(points, row * UNITS_PER_PIXEL + HALF_PIXEL);
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const start = Math.max(0, crossings[pair] ?? 0);
      const end = Math.min(columns, crossings[pair + 1] ?? 0);
      if (start < end) spans.push({ row, start, end });
    }
  }
  return spans;
}

/** For each edge that crosses a line of pixel centres, the first column whose centre is not left of the crossing, in order. */
function crossedColumns(points: readonly (readonly [number, number])[], y: number): readonly number[] {
  const columns: number[] = [];
  for (const [index, [x1, y1]] of points.entries()) {
    const [x2, y2] = points.at(index - 1) ?? [x1, y1];
    if (y1 <= y === y2 <= y) continue;
    columns.push(firstCentreFrom(x1, y1, x2, y2, y));
  }
  return columns.sort((one, other) => one - other);
}

/** The least column whose centre is at or right of where the edge crosses `y`: an exact ceiling of a fraction. */
function firstCentreFrom(x1: number, y1: number, x2: number, y2: number, y: number): number {
  const height = Math.abs(y2 - y1);
  const along = (y - y1) * Math.sign(y2 - y1);
  const numerator = (x1 - HALF_PIXEL) * height + along * (x2 - x1);
  const denominator = UNITS_PER_PIXEL * height;
  const remainder = ((numerator % denominator) + denominator) % denominator;
  const floor = (numerator - remainder) / denominator;
  return remainder === 0 ? floor : floor + 1;
}

/**
 * Masks of one size, one after the other, a bit a pixel, padded with zeros to an even length. Throws `too-large` where
 * Pixel Data cannot hold them.
 */
export function packMasks(masks: readonly (readonly MaskSpan[])[], { rows, columns }: MaskSize): Uint8Array {
  const pixelsPerFrame = rows * columns;
  const length = Math.ceil((pixelsPerFrame * masks.length) / 16) * 2;
  if (length > LONGEST_VALUE) {
    throw new PacsError(
      'too-large',
      `${masks.length} segments of ${columns} × ${rows} pixels exceed what Pixel Data holds`,
    );
  }
  const bytes = new Uint8Array(length);
  for (const [frame, spans] of masks.entries()) {
    for (const { row, start, end } of spans) {
      const first = frame * pixelsPerFrame + row * columns;
      setBits(bytes, first + start, first + end);
    }
  }
  return bytes;
}

function setBits(bytes: Uint8Array, start: number, end: number): void {
  for (let bit = start; bit < end; bit++) {
    const at = Math.floor(bit / 8);
    bytes[at] = (bytes[at] ?? 0) | (1 << (bit % 8));
  }
}
