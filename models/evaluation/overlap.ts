/**
 * How found and true fractures are paired: overlap of boxes and outlines, greedy matching by score.
 */
import {
  type BoundingBox,
  type Polygon,
  boundsOf,
  intersectionOverUnion,
} from '../../dicom/vocabulary/geometry.ts';

/** A fracture, found or true, in image points. */
export interface Outlined {
  readonly box: BoundingBox;
  readonly polygon?: Polygon;
}

/** Scan lines across the union of two outlines; areas are exact along a line. */
const SCAN_LINES = 256;

/** Intersection over union of two boxes. */
export function boxOverlap(found: Outlined, truth: Outlined): number {
  return intersectionOverUnion(found.box, truth.box);
}

/** Intersection over union of two outlines, even-odd; 0 where one is missing or the boxes are apart. */
export function maskOverlap(found: Outlined, truth: Outlined): number {
  if (!found.polygon || !truth.polygon || boxOverlap(found, truth) === 0) return 0;
  const { top, bottom } = boundsOf([...found.polygon, ...truth.polygon]);
  const step = (bottom - top) / SCAN_LINES;
  let shared = 0;
  let union = 0;
  for (let line = 0; line < SCAN_LINES; line++) {
    const y = top + (line + 0.5) * step;
    const [one, other] = [crossings(found.polygon, y), crossings(truth.polygon, y)];
    const inBoth = sharedLength(one, other);
    shared += inBoth;
    union += lengthOf(one) + lengthOf(other) - inBoth;
  }
  return union > 0 ? shared / union : 0;
}

/** Where a horizontal line enters and leaves a polygon: x of each crossing, ascending, in pairs. */
function crossings(polygon: Polygon, y: number): readonly number[] {
  const found: number[] = [];
  polygon.forEach((from, index) => {
    const to = polygon[(index + 1) % polygon.length]!;
    if (from.y > y !== to.y > y) found.push(from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x));
  });
  return found.sort((one, other) => one - other);
}

function lengthOf(edges: readonly number[]): number {
  let length = 0;
  for (let at = 0; at + 1 < edges.length; at += 2) length += edges[at + 1]! - edges[at]!;
  return length;
}

function sharedLength(one: readonly number[], other: readonly number[]): number {
  let length = 0;
  for (let at = 0; at + 1 < one.length; at += 2) {
    for (let against = 0; against + 1 < other.length; against += 2) {
      length += Math.max(
        0,
        Math.min(one[at + 1]!, other[against + 1]!) - Math.max(one[at]!, other[against]!),
      );
    }
  }
  return length;
}

/**
 * Which of the found are hits: the best-scored takes the true one it overlaps most, each true one is taken once.
 * `found` must be ordered by falling score; the flags come in that order.
 */
export function matchFound(
  found: readonly Outlined[],
  truths: readonly Outlined[],
  overlapOf: (found: Outlined, truth: Outlined) => number,
  least: number,
): readonly boolean[] {
  const taken = new Set<number>();
  return found.map((one) => {
    let best = -1;
    let most = 0;
    truths.forEach((truth, index) => {
      const overlap = taken.has(index) ? 0 : overlapOf(one, truth);
      if (overlap > most) [best, most] = [index, overlap];
    });
    if (best < 0 || most < least) return false;
    taken.add(best);
    return true;
  });
}
