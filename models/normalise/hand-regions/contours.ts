/**
 * Outer outlines of bright areas by border following (Suzuki and Abe, CVGIP 30, 1985), in the order of points that OpenCV
 * gives them: 8-connected, counter-clockwise on the screen from the first pixel of the first row, corners alone.
 *
 * Trap: convexity defects name their start by this order, so it is part of the definition.
 */
import type { Plane, Spot } from './plane.ts';

/** A closed outline; its straight and diagonal runs are reduced to their ends. */
export type Contour = readonly Spot[];

/** Steps to the eight neighbours, counter-clockwise on the screen from the right. */
const STEP_X = [1, 1, 0, -1, -1, -1, 0, 1] as const;
const STEP_Y = [0, -1, -1, -1, 0, 1, 1, 1] as const;
const UNSEEN = 1;
/** A pixel of a followed border; negative where the border leaves to its right. */
const FOLLOWED = 2;
const FOLLOWED_RIGHT = -126;

/** The outlines of the areas of level above `threshold` in the top left `columns × rows`, none inside another, in raster order of their first pixels. */
export function outerContours(
  plane: Plane,
  threshold: number,
  columns: number,
  rows: number,
): readonly Contour[] {
  // A border of one dark pixel lets the following look at every neighbour.
  const stride = columns + 2;
  const marks = new Int8Array(stride * (rows + 2));
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (plane.samples[y * plane.columns + x]! > threshold) marks[(y + 1) * stride + x + 1] = UNSEEN;
    }
  }
  const contours: Contour[] = [];
  for (let y = 1; y <= rows; y++) {
    let before = 0;
    let lastBorder = 0;
    for (let x = 1; x <= columns; x++) {
      let mark = marks[y * stride + x]!;
      if (mark === before) continue;
      if (before === 0 && mark === UNSEEN && lastBorder <= 0) {
        contours.push(follow(marks, stride, { x, y }));
        mark = marks[y * stride + x]!;
      }
      before = mark;
      if (mark !== 0 && mark !== UNSEEN) lastBorder = mark;
    }
  }
  return contours;
}

/** Follows the border that starts at `start`, whose left neighbour is dark, and marks it. */
function follow(marks: Int8Array, stride: number, start: Spot): Contour {
  const at = (code: number) => STEP_Y[code]! * stride + STEP_X[code]!;
  const origin = start.y * stride + start.x;
  let code = 4;
  do code = (code - 1) & 7;
  while (marks[origin + at(code)] === 0 && code !== 4);
  if (code === 4) {
    marks[origin] = FOLLOWED_RIGHT;
    return [{ x: start.x - 1, y: start.y - 1 }];
  }
  const second = origin + at(code);
  const points: Spot[] = [];
  let here = origin;
  let { x, y } = start;
  let lastCode = code ^ 4;
  for (;;) {
    const cameFrom = code;
    let next: number;
    do next = here + at(++code & 7);
    while (marks[next] === 0);
    code &= 7;
    if (code > 0 && code <= cameFrom) marks[here] = FOLLOWED_RIGHT;
    else if (marks[here] === UNSEEN) marks[here] = FOLLOWED;
    if (code !== lastCode) points.push({ x: x - 1, y: y - 1 });
    lastCode = code;
    x += STEP_X[code]!;
    y += STEP_Y[code]!;
    if (next === origin && here === second) return points;
    here = next;
    code = (code + 4) & 7;
  }
}

/** Area inside the line through the pixel centres, in pixels. */
export function areaOf(contour: Contour): number {
  return Math.abs(twiceSignedArea(contour)) / 2;
}

function twiceSignedArea(contour: Contour): number {
  return sumOverEdges(contour, (from, to) => from.x * to.y - from.y * to.x);
}

/** The centre of mass of the enclosed area, truncated; `undefined` where it encloses none. */
export function centroidOf(contour: Contour): Spot | undefined {
  const area = twiceSignedArea(contour);
  if (area === 0) return undefined;
  const cross = (from: Spot, to: Spot) => from.x * to.y - from.y * to.x;
  const alongX = sumOverEdges(contour, (from, to) => cross(from, to) * (from.x + to.x));
  const alongY = sumOverEdges(contour, (from, to) => cross(from, to) * (from.y + to.y));
  const sixth = 1 / 6;
  return {
    x: Math.trunc((alongX * sixth) / (area * 0.5)),
    y: Math.trunc((alongY * sixth) / (area * 0.5)),
  };
}

function sumOverEdges(contour: Contour, term: (from: Spot, to: Spot) => number): number {
  let sum = 0;
  let from = contour.at(-1);
  for (const to of contour) {
    if (from) sum += term(from, to);
    from = to;
  }
  return sum;
}

/** The outline and all it encloses: 255 inside, 0 outside, `columns × rows`. */
export function filled(contour: Contour, columns: number, rows: number): Plane {
  const samples = new Uint8Array(columns * rows).fill(255);
  const isOutline = new Uint8Array(columns * rows);
  for (const { x, y } of chainOf(contour)) isOutline[y * columns + x] = 1;
  const waiting: number[] = [];
  const flood = (index: number) => {
    if (isOutline[index] === 1 || samples[index] === 0) return;
    samples[index] = 0;
    waiting.push(index);
  };
  for (let x = 0; x < columns; x++) [x, (rows - 1) * columns + x].forEach(flood);
  for (let y = 0; y < rows; y++) [y * columns, (y + 1) * columns - 1].forEach(flood);
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    const x = index % columns;
    if (x > 0) flood(index - 1);
    if (x < columns - 1) flood(index + 1);
    if (index >= columns) flood(index - columns);
    if (index < columns * (rows - 1)) flood(index + columns);
  }
  return { columns, rows, samples };
}

/** Every pixel of the outline, its reduced runs filled in. */
function* chainOf(contour: Contour): Generator<Spot> {
  let from = contour.at(-1);
  for (const to of contour) {
    const start = from ?? to;
    const steps = Math.max(Math.abs(to.x - start.x), Math.abs(to.y - start.y));
    const stepX = Math.sign(to.x - start.x);
    const stepY = Math.sign(to.y - start.y);
    for (let step = 1; step <= steps; step++) yield { x: start.x + step * stepX, y: start.y + step * stepY };
    if (steps === 0) yield to;
    from = to;
  }
}

/** The middle pixel of the first row that holds anything. */
export function fingertipOf(mask: Plane): Spot {
  const first = mask.samples.indexOf(255);
  const y = Math.floor(first / mask.columns);
  const row = mask.samples.subarray(y * mask.columns, (y + 1) * mask.columns);
  const columns = [...row.keys()].filter((x) => row[x] === 255);
  return { x: columns[Math.floor(columns.length / 2)] ?? 0, y };
}
