/**
 * How finely results are written: the same finding must always make the same bytes, whatever the last digits of a
 * network's arithmetic. Geometry to 0.01 px, probabilities to 0.1 %, months to 0.1.
 *
 * Trap: round before encoding and after reading; a coordinate travels as a 32 bit float (VR FL).
 */
import { PacsError } from '../vocabulary/failure.ts';
import type { BoundingBox, ImagePoint, Polygon } from '../vocabulary/geometry.ts';
import { clipPolygon, imagePoint } from '../vocabulary/geometry.ts';

/** A coordinate in pixels to the nearest 0.01. */
export function roundedCoordinate(value: number): number {
  return Math.round(value * 100) / 100 + 0;
}

/** A probability of 0–1 as per cent to the nearest 0.1. Throws `invalid-value` outside 0–1. */
export function percentOf(probability: number): number {
  if (!(probability >= 0 && probability <= 1))
    throw new PacsError('invalid-value', 'a probability must be 0 to 1');
  return Math.round(probability * 1000) / 10;
}

/** Per cent as a probability of 0–1, to the nearest 0.001; `undefined` outside 0–100. */
export function probabilityOf(percent: number | undefined): number | undefined {
  if (percent === undefined || !(percent >= 0 && percent <= 100)) return undefined;
  return Math.round(percent * 10) / 1000;
}

/** Months to the nearest 0.1. Throws `invalid-value` for what is not finite or negative. */
export function roundedMonths(months: number): number {
  if (!(months >= 0 && Number.isFinite(months)))
    throw new PacsError('invalid-value', 'months must be 0 or more');
  return Math.round(months * 10) / 10;
}

/** A difference of months, of either sign, to the nearest 0.1. */
export function roundedDifference(months: number): number {
  return Math.round(months * 10) / 10 + 0;
}

/** A standard deviation score to the nearest 0.01. */
export function roundedScore(standardDeviations: number): number {
  return Math.round(standardDeviations * 100) / 100 + 0;
}

/** Size of an image in pixels. */
export interface ImageSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * A box as it is written: rounded, the edges of the image its limit. Throws `invalid-value` for one that is empty,
 * has no numbers or lies more than a pixel outside the image.
 */
export function writtenBox(box: BoundingBox, size: ImageSize): BoundingBox {
  const written = {
    left: placed(box.left, size.columns),
    top: placed(box.top, size.rows),
    right: placed(box.right, size.columns),
    bottom: placed(box.bottom, size.rows),
  };
  if (written.right <= written.left || written.bottom <= written.top) {
    throw new PacsError('invalid-value', 'a box must be wider and higher than 0.01 pixels');
  }
  return written;
}

/** A ring as it is written: rounded, repeated points left out. Throws `invalid-value` as {@link writtenBox} does. */
export function writtenPolygon(polygon: Polygon, size: ImageSize): Polygon {
  const ring = withoutRepeats(
    polygon.map(({ x, y }) => imagePoint(placed(x, size.columns), placed(y, size.rows))),
  );
  if (ring.length < 3) throw new PacsError('invalid-value', 'a polygon must have three points that differ');
  return ring;
}

/** The part of a convex ring that lies on the image, rounded; `undefined` where none does. */
export function ringOnImage(polygon: Polygon, { rows, columns }: ImageSize): Polygon | undefined {
  const ring = withoutRepeats(
    clipPolygon(polygon, columns, rows).map(({ x, y }) =>
      imagePoint(roundedCoordinate(x), roundedCoordinate(y)),
    ),
  );
  return ring.length < 3 ? undefined : ring;
}

function withoutRepeats(points: Polygon): Polygon {
  return points.filter((point, index) => !isSamePoint(point, points.at(index - 1)));
}

/** True for equal points. */
export function isSamePoint(one: ImagePoint, other: ImagePoint | undefined): boolean {
  return one.x === other?.x && one.y === other.y;
}

function placed(value: number, limit: number): number {
  if (!(value >= -1 && value <= limit + 1)) {
    throw new PacsError('invalid-value', 'a coordinate of a finding lies outside its image');
  }
  return roundedCoordinate(Math.min(Math.max(value, 0), limit));
}
