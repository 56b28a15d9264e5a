/**
 * Plane geometry of the phantom: splines, distance fields, sampled fields. Lengths in mm.
 *
 * Trap: distances are **positive inside** a shape, so a union is the larger and an intersection the smaller.
 */

/** A point or a vector of the hand plane in mm: x toward the thumb of a left hand, y toward the elbow. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Axis-parallel extent in mm. */
export interface Extent {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A closed Catmull-Rom curve through the points, as a polygon with `steps` edges between two of them. */
export function closedSpline(points: readonly Point[], steps = 5): Point[] {
  const count = points.length;
  const at = (index: number): Point => points[(index + count) % count] ?? { x: 0, y: 0 };
  return points.flatMap((_, index) => {
    const [p0, p1, p2, p3] = [at(index - 1), at(index), at(index + 1), at(index + 2)];
    return Array.from({ length: steps }, (__, step) => {
      const t = step / steps;
      return { x: catmullRom(p0.x, p1.x, p2.x, p3.x, t), y: catmullRom(p0.y, p1.y, p2.y, p3.y, t) };
    });
  });
}

function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return (
    0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
  );
}

/** Distance of a point to the polygon's edge, positive inside. */
export function polygonDistance(polygon: readonly Point[], x: number, y: number): number {
  let nearest = Infinity;
  let isInside = false;
  let from = polygon[polygon.length - 1] ?? { x: 0, y: 0 };
  for (const to of polygon) {
    const edgeX = to.x - from.x;
    const edgeY = to.y - from.y;
    const length2 = edgeX * edgeX + edgeY * edgeY;
    const along =
      length2 > 0 ? Math.min(1, Math.max(0, ((x - from.x) * edgeX + (y - from.y) * edgeY) / length2)) : 0;
    const offX = x - from.x - along * edgeX;
    const offY = y - from.y - along * edgeY;
    nearest = Math.min(nearest, offX * offX + offY * offY);
    if (from.y > y !== to.y > y && x < (edgeX * (y - from.y)) / edgeY + from.x) isInside = !isInside;
    from = to;
  }
  return isInside ? Math.sqrt(nearest) : -Math.sqrt(nearest);
}

/** Distance to the side of a capsule whose radius runs from `fromRadius` to `toRadius`, positive inside. */
export function capsuleDistance(
  from: Point,
  to: Point,
  fromRadius: number,
  toRadius: number,
  x: number,
  y: number,
): number {
  const axisX = to.x - from.x;
  const axisY = to.y - from.y;
  const length2 = axisX * axisX + axisY * axisY || 1e-9;
  const along = Math.min(1, Math.max(0, ((x - from.x) * axisX + (y - from.y) * axisY) / length2));
  return (
    fromRadius +
    (toRadius - fromRadius) * along -
    Math.sqrt((x - from.x - along * axisX) ** 2 + (y - from.y - along * axisY) ** 2)
  );
}

/** The larger of two values with a rounded transition of width `rounding`; never smaller than either. */
export function smoothMax(one: number, other: number, rounding: number): number {
  const near = Math.max(0, rounding - Math.abs(one - other)) / rounding;
  return Math.max(one, other) + near * near * rounding * 0.25;
}

/** The smallest extent that holds the points, `margin` added on each side. */
export function extentOf(points: readonly Point[], margin = 0): Extent {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
}

/** A scalar field sampled on a regular grid. */
export interface Field {
  readonly extent: Extent;
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
}

/** Samples a function over an extent every `step` mm. */
export function sampleField(extent: Extent, step: number, valueAt: (x: number, y: number) => number): Field {
  const columns = Math.ceil((extent.right - extent.left) / step) + 2;
  const rows = Math.ceil((extent.bottom - extent.top) / step) + 2;
  const values = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = valueAt(extent.left + column * step, extent.top + row * step);
    }
  }
  return { extent, step, columns, rows, values };
}

/** Bilinear value of a field; `outside` beyond its extent. */
export function fieldAt(field: Field, x: number, y: number, outside: number): number {
  const { values, columns } = field;
  const column = (x - field.extent.left) / field.step;
  const row = (y - field.extent.top) / field.step;
  const left = Math.floor(column);
  const top = Math.floor(row);
  if (left < 0 || top < 0 || left >= columns - 1 || top >= field.rows - 1) return outside;
  const right = column - left;
  const down = row - top;
  const index = top * columns + left;
  const above = (values[index] ?? 0) * (1 - right) + (values[index + 1] ?? 0) * right;
  const below = (values[index + columns] ?? 0) * (1 - right) + (values[index + columns + 1] ?? 0) * right;
  return above * (1 - down) + below * down;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** Piecewise linear through `[x, y]` rows in ascending x, constant beyond the ends. */
export function interpolate(table: readonly (readonly [x: number, y: number])[], x: number): number {
  let [beforeX, beforeY] = table[0] ?? [0, 0];
  for (const [nextX, nextY] of table) {
    if (x < nextX) {
      return nextX > beforeX ? beforeY + ((nextY - beforeY) * (x - beforeX)) / (nextX - beforeX) : nextY;
    }
    [beforeX, beforeY] = [nextX, nextY];
  }
  return beforeY;
}
