/**
 * Where labels stand: beside what they name, on the image, over no finding and over no other label where that can be.
 */
import type { BoundingBox } from '../vocabulary/geometry.ts';

/** A text of a known extent, in pixels, and the box that it names. */
export interface Label {
  readonly width: number;
  readonly height: number;
  readonly beside: BoundingBox;
}

interface Extent {
  readonly rows: number;
  readonly columns: number;
}

/**
 * One place for each label, in image points. Above its box where that is free, else below, to the right, to the left, or
 * along an edge of the image; where no place is free, that which covers least.
 */
export function placeLabels(labels: readonly Label[], image: Extent): readonly BoundingBox[] {
  const boxes = labels.map(({ beside }) => beside);
  const placed: BoundingBox[] = [];
  for (const label of labels) {
    const taken = [...boxes, ...placed];
    placed.push(leastCovering(candidates(label, image), taken));
  }
  return placed;
}

/** Places in the order in which they are liked, each moved onto the image. Never empty. */
function candidates(
  { width, height, beside }: Label,
  { rows, columns }: Extent,
): [BoundingBox, ...BoundingBox[]] {
  const at = (left: number, top: number): BoundingBox => {
    const x = Math.max(0, Math.min(left, columns - width));
    const y = Math.max(0, Math.min(top, rows - height));
    return { left: x, top: y, right: Math.min(x + width, columns), bottom: Math.min(y + height, rows) };
  };
  const { left, top, right, bottom } = beside;
  return [
    at(left, top - height),
    at(left, bottom),
    at(right, top),
    at(left - width, top),
    at(right - width, top - height),
    at(right - width, bottom),
    at(right, bottom),
    at(left - width, bottom - height),
    at(left, top - 2 * height),
    at(left, bottom + height),
    at(left, 0),
    at(left, rows - height),
  ];
}

/** The corner of the image, from the bottom left on, in which a text covers least of `taken`. */
export function placeInCorner(
  { width, height }: Pick<Label, 'width' | 'height'>,
  taken: readonly BoundingBox[],
  { rows, columns }: Extent,
): BoundingBox {
  const [right, bottom] = [Math.max(0, columns - width), Math.max(0, rows - height)];
  const at = (left: number, top: number): BoundingBox => ({
    left,
    top,
    right: Math.min(left + width, columns),
    bottom: Math.min(top + height, rows),
  });
  return leastCovering([at(0, bottom), at(right, bottom), at(0, 0), at(right, 0)], taken);
}

/** The first of the places that cover least. */
function leastCovering(
  places: readonly [BoundingBox, ...BoundingBox[]],
  taken: readonly BoundingBox[],
): BoundingBox {
  return places.reduce((best, place) =>
    coveredArea(place, taken) < coveredArea(best, taken) ? place : best,
  );
}

function coveredArea(place: BoundingBox, taken: readonly BoundingBox[]): number {
  return taken.reduce((sum, other) => sum + sharedArea(place, other), 0);
}

function sharedArea(one: BoundingBox, other: BoundingBox): number {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return Math.max(0, width) * Math.max(0, height);
}
