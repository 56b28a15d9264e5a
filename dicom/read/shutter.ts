/**
 * Display Shutter: what of an image is not shown. PS3.3 C.7.6.11.
 *
 * Trap: edges and points count pixels from 1, rows before columns in points, and several shapes at once leave only what
 * all of them leave.
 */
import { numberOf, numbersOf, textsOf, type DataSet } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';

/** Shapes in image pixels from 1; a pixel is shown when it lies within each that is there. */
export interface Shutter {
  readonly rectangle?: {
    readonly left: number;
    readonly right: number;
    readonly upper: number;
    readonly lower: number;
  };
  readonly circle?: { readonly row: number; readonly column: number; readonly radius: number };
  /** Vertices, row and column in turn. */
  readonly polygon?: readonly number[];
  /** Grey of what is not shown, 0–1. */
  readonly grey: number;
}

/** The shutter of a data set; `undefined` for none. */
export function readShutter(dataSet: DataSet): Shutter | undefined {
  const shapes = textsOf(dataSet, TAG.ShutterShape);
  const rectangle = shapes.includes('RECTANGULAR') ? rectangleOf(dataSet) : undefined;
  const circle = shapes.includes('CIRCULAR') ? circleOf(dataSet) : undefined;
  const polygon = shapes.includes('POLYGONAL')
    ? numbersOf(dataSet, TAG.VerticesOfThePolygonalShutter)
    : undefined;
  if (!rectangle && !circle && (polygon === undefined || polygon.length < 6)) return undefined;
  return {
    ...(rectangle && { rectangle }),
    ...(circle && { circle }),
    ...(polygon && polygon.length >= 6 && { polygon }),
    grey: (numberOf(dataSet, TAG.ShutterPresentationValue) ?? 0) / 0xffff,
  };
}

/** True when the pixel of a column and a row, both from 1, is shown. */
export function isShown({ rectangle, circle, polygon }: Shutter, column: number, row: number): boolean {
  if (
    rectangle &&
    (column < rectangle.left || column > rectangle.right || row < rectangle.upper || row > rectangle.lower)
  )
    return false;
  if (circle && (column - circle.column) ** 2 + (row - circle.row) ** 2 > circle.radius ** 2) return false;
  return !polygon || isInside(polygon, column, row);
}

function rectangleOf(dataSet: DataSet): Shutter['rectangle'] {
  const left = numberOf(dataSet, TAG.ShutterLeftVerticalEdge);
  const right = numberOf(dataSet, TAG.ShutterRightVerticalEdge);
  const upper = numberOf(dataSet, TAG.ShutterUpperHorizontalEdge);
  const lower = numberOf(dataSet, TAG.ShutterLowerHorizontalEdge);
  if (left === undefined || right === undefined || upper === undefined || lower === undefined)
    return undefined;
  return { left, right, upper, lower };
}

function circleOf(dataSet: DataSet): Shutter['circle'] {
  const [row, column] = numbersOf(dataSet, TAG.CenterOfCircularShutter);
  const radius = numberOf(dataSet, TAG.RadiusOfCircularShutter);
  return row === undefined || column === undefined || radius === undefined
    ? undefined
    : { row, column, radius };
}

/** Even-odd rule. */
function isInside(vertices: readonly number[], x: number, y: number): boolean {
  let inside = false;
  for (let at = 0, before = vertices.length - 2; at + 1 < vertices.length; before = at, at += 2) {
    const [y1 = 0, x1 = 0, y2 = 0, x2 = 0] = [
      vertices[at],
      vertices[at + 1],
      vertices[before],
      vertices[before + 1],
    ];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  }
  return inside;
}
