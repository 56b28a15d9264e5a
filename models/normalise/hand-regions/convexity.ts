/**
 * Hollows of an outline against its convex hull (convexity defects), as OpenCV 4.6 names and orders them.
 */
import type { Contour } from './contours.ts';
import type { Spot } from './plane.ts';

/** One hollow: where it begins in the outline's order, its deepest point, and its depth in 1/256 pixel. */
export interface Hollow {
  readonly start: Spot;
  readonly far: Spot;
  readonly depth256: number;
}

/** The hollows between neighbouring corners of the hull, the one that spans the outline's ends first; empty for fewer than four corners. */
export function hollowsOf(contour: Contour): readonly Hollow[] {
  const corners = hullCorners(contour);
  if (corners.length <= 3) return [];
  return corners.flatMap((to, place) => hollowBetween(contour, corners.at(place - 1) ?? to, to) ?? []);
}

/** Indices of the points at the hull's corners, ascending; points along its edges are none. */
function hullCorners(contour: Contour): readonly number[] {
  const order = contour
    .map((point, index) => ({ ...point, index }))
    .toSorted((one, other) => one.x - other.x || one.y - other.y || one.index - other.index);
  const below = chain(order);
  const above = chain(order.toReversed());
  return [...new Set([...below, ...above])].toSorted((one, other) => one - other);
}

function chain(order: readonly (Spot & { readonly index: number })[]): readonly number[] {
  const kept: (Spot & { readonly index: number })[] = [];
  for (const point of order) {
    let last = kept.at(-1);
    if (last && last.x === point.x && last.y === point.y) continue;
    for (let before = kept.at(-2); last && before && !turnsLeft(before, last, point); before = kept.at(-2)) {
      kept.pop();
      last = kept.at(-1);
    }
    kept.push(point);
  }
  return kept.map(({ index }) => index);
}

function turnsLeft(a: Spot, b: Spot, c: Spot): boolean {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) > 0;
}

/** The deepest point strictly between two corners, going on in the outline; `undefined` where none lies off the edge. */
function hollowBetween(contour: Contour, from: number, to: number): Hollow | undefined {
  const start = contour[from];
  const end = contour[to];
  if (!start || !end) return undefined;
  const acrossX = end.x - start.x;
  const acrossY = end.y - start.y;
  const perLength = 1 / Math.sqrt(acrossX * acrossX + acrossY * acrossY);
  let depth = 0;
  let far: Spot | undefined;
  for (let index = (from + 1) % contour.length; index !== to; index = (index + 1) % contour.length) {
    const point = contour[index]!;
    const distance = Math.abs(-acrossY * (point.x - start.x) + acrossX * (point.y - start.y)) * perLength;
    if (distance > depth) {
      depth = distance;
      far = point;
    }
  }
  return far && { start, far, depth256: Math.round(depth * 256) };
}
