/**
 * The outline of one finding on a mask of probabilities: marching squares inside the finding's box, the largest ring,
 * thinned to a few points.
 *
 * Trap: d3-contour takes a value as standing at the centre of its cell, so its coordinates already count from the outer
 * corner, as ours do; only the mask's stride has to be multiplied in.
 */
import { contours } from 'd3-contour';
import { type BoundingBox, type Polygon, imagePoint } from '../../dicom/vocabulary/geometry.ts';

/** A mask of probabilities; one cell is `stride` tensor units. */
export interface MaskPlane {
  readonly data: Float32Array;
  readonly columns: number;
  readonly rows: number;
  readonly stride: number;
}

const MOST_POINTS = 32;
/** How far an outline may leave its box, as a share of the box's size. */
const BOX_MARGIN = 0.25;

/** The outline in tensor points; `undefined` when the mask does not reach `threshold` inside the box. */
export function outlineOf(mask: MaskPlane, box: BoundingBox, threshold: number): Polygon | undefined {
  const window = windowOf(mask, box);
  const columns = window.right - window.left;
  const rows = window.bottom - window.top;
  if (columns < 1 || rows < 1) return undefined;
  const values: number[] = [];
  for (let row = window.top; row < window.bottom; row++) {
    for (let column = window.left; column < window.right; column++) {
      values.push(mask.data[row * mask.columns + column] ?? 0);
    }
  }
  const [shape] = contours().size([columns, rows]).thresholds([threshold])(values);
  const rings = (shape?.coordinates ?? []).flatMap(([outer]) =>
    outer ? [outer.slice(0, -1) as [number, number][]] : [],
  );
  const largest = rings.toSorted((one, other) => Math.abs(areaOfRing(other)) - Math.abs(areaOfRing(one)))[0];
  if (!largest || largest.length < 3) return undefined;
  return thin(largest, MOST_POINTS).map(([x, y]) =>
    imagePoint((x + window.left) * mask.stride, (y + window.top) * mask.stride),
  );
}

/** The whole cells around the widened box. */
function windowOf(mask: MaskPlane, box: BoundingBox): BoundingBox {
  const marginX = (box.right - box.left) * BOX_MARGIN;
  const marginY = (box.bottom - box.top) * BOX_MARGIN;
  return {
    left: Math.max(0, Math.floor((box.left - marginX) / mask.stride)),
    top: Math.max(0, Math.floor((box.top - marginY) / mask.stride)),
    right: Math.min(mask.columns, Math.ceil((box.right + marginX) / mask.stride)),
    bottom: Math.min(mask.rows, Math.ceil((box.bottom + marginY) / mask.stride)),
  };
}

function areaOfRing(ring: readonly [number, number][]): number {
  let doubled = 0;
  ring.forEach(([x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y];
    doubled += x * nextY - nextX * y;
  });
  return doubled / 2;
}

/** Drops the point whose triangle with its neighbours is smallest until `most` are left (Visvalingam & Whyatt, 1993). */
function thin(ring: readonly [number, number][], most: number): readonly [number, number][] {
  const points = [...ring];
  while (points.length > most) {
    let least = Infinity;
    let at = 0;
    points.forEach((point, index) => {
      const before = points[(index + points.length - 1) % points.length] ?? point;
      const after = points[(index + 1) % points.length] ?? point;
      const area = Math.abs(areaOfRing([before, point, after]));
      if (area < least) [least, at] = [area, index];
    });
    points.splice(at, 1);
  }
  return points;
}
