/**
 * The three point types and the affine between planes. The only file that may add half a pixel.
 *
 * A {@link PixelIndex} names a pixel (its centre is meant); an {@link ImagePoint} is a position as SCOORD and GSPS
 * count it: the outer corner of the first pixel is 0\0 and that pixel's centre 0.5\0.5 (PS3.3 C.18.6.1.1);
 * a {@link PatientPoint} is in mm in the patient coordinate system (PS3.3 C.7.6.2.1.1).
 */

declare const brand: unique symbol;

/** A pixel by its 0-based integer column and row. */
export interface PixelIndex {
  readonly column: number;
  readonly row: number;
  readonly [brand]: 'PixelIndex';
}

/** A position on an image in pixels, from the **outer corner** of the first pixel; x to the right, y down. */
export interface ImagePoint {
  readonly x: number;
  readonly y: number;
  readonly [brand]: 'ImagePoint';
}

/** A position in the patient, in mm, x to the left, y to the back, z to the head. */
export interface PatientPoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly [brand]: 'PatientPoint';
}

/** A closed ring of at least three points; the first is not repeated at the end. */
export type Polygon = readonly ImagePoint[];

/** An axis-parallel rectangle in image points, `left <= right` and `top <= bottom`. */
export interface BoundingBox {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** x' = a·x + c·y + e, y' = b·x + d·y + f; both planes counted from an outer corner. */
export interface Affine {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly e: number;
  readonly f: number;
}

export const IDENTITY: Affine = { a: 1, b: 0, c: 0, d: 1, e: 0, f: 0 };

export function pixelIndex(column: number, row: number): PixelIndex {
  return { column, row } as PixelIndex;
}

export function imagePoint(x: number, y: number): ImagePoint {
  return { x, y } as ImagePoint;
}

export function patientPoint(x: number, y: number, z: number): PatientPoint {
  return { x, y, z } as PatientPoint;
}

/** The centre of a pixel as an image point. */
export function centreOf(pixel: PixelIndex): ImagePoint {
  return imagePoint(pixel.column + 0.5, pixel.row + 0.5);
}

/** The pixel that a point lies in. */
export function pixelAt(point: ImagePoint): PixelIndex {
  return pixelIndex(Math.floor(point.x), Math.floor(point.y));
}

/** Scale about the origin, then shift. */
export function scaleAndShift(scaleX: number, scaleY: number, shiftX: number, shiftY: number): Affine {
  return { a: scaleX, b: 0, c: 0, d: scaleY, e: shiftX, f: shiftY };
}

/** Rotation about a point, counter-clockwise on the screen for a positive angle, in degrees. */
export function rotationAbout(centreX: number, centreY: number, degrees: number): Affine {
  const radians = (degrees * Math.PI) / 180;
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  return {
    a: cos,
    b: -sin,
    c: sin,
    d: cos,
    e: centreX - cos * centreX - sin * centreY,
    f: centreY + sin * centreX - cos * centreY,
  };
}

/** The map that does `first` and then `second`. */
export function compose(first: Affine, second: Affine): Affine {
  return {
    a: second.a * first.a + second.c * first.b,
    b: second.b * first.a + second.d * first.b,
    c: second.a * first.c + second.c * first.d,
    d: second.b * first.c + second.d * first.d,
    e: second.a * first.e + second.c * first.f + second.e,
    f: second.b * first.e + second.d * first.f + second.f,
  };
}

/** The map back. Throws a `RangeError` for a map that loses a dimension. */
export function invert(affine: Affine): Affine {
  const determinant = affine.a * affine.d - affine.b * affine.c;
  if (!Number.isFinite(determinant) || determinant === 0) throw new RangeError('affine has no inverse');
  const a = affine.d / determinant;
  const b = -affine.b / determinant;
  const c = -affine.c / determinant;
  const d = affine.a / determinant;
  return { a, b, c, d, e: -(a * affine.e + c * affine.f), f: -(b * affine.e + d * affine.f) };
}

/** A point's image under the map. */
export function apply(affine: Affine, x: number, y: number): ImagePoint {
  return imagePoint(affine.a * x + affine.c * y + affine.e, affine.b * x + affine.d * y + affine.f);
}

/** The axis-parallel hull of a box's image under the map. */
export function applyToBox(affine: Affine, box: BoundingBox): BoundingBox {
  return boundsOf([
    apply(affine, box.left, box.top),
    apply(affine, box.right, box.top),
    apply(affine, box.right, box.bottom),
    apply(affine, box.left, box.bottom),
  ]);
}

/** The smallest box that holds all points; of no points, an empty box at the origin. */
export function boundsOf(points: readonly ImagePoint[]): BoundingBox {
  const [first] = points;
  if (!first) return { left: 0, top: 0, right: 0, bottom: 0 };
  return points.reduce<BoundingBox>(
    (box, { x, y }) => ({
      left: Math.min(box.left, x),
      top: Math.min(box.top, y),
      right: Math.max(box.right, x),
      bottom: Math.max(box.bottom, y),
    }),
    { left: first.x, top: first.y, right: first.x, bottom: first.y },
  );
}

/** The part of a box that lies on an image of `columns` by `rows` pixels. */
export function clipBox(box: BoundingBox, columns: number, rows: number): BoundingBox {
  const clamp = (value: number, most: number) => Math.min(Math.max(value, 0), most);
  return {
    left: clamp(box.left, columns),
    top: clamp(box.top, rows),
    right: clamp(box.right, columns),
    bottom: clamp(box.bottom, rows),
  };
}

/**
 * The part of a convex ring that lies on an image of `columns` by `rows` pixels (Sutherland and Hodgman, 1974); fewer
 * than three points where nothing of it does.
 */
export function clipPolygon(ring: Polygon, columns: number, rows: number): Polygon {
  const sides = [
    ({ x }: ImagePoint) => x,
    ({ x }: ImagePoint) => columns - x,
    ({ y }: ImagePoint) => y,
    ({ y }: ImagePoint) => rows - y,
  ];
  return sides.reduce<Polygon>((kept, insideOf) => cutAt(kept, insideOf), ring);
}

/** The part of a ring where `insideOf`, linear in the point, is not negative. */
function cutAt(ring: Polygon, insideOf: (point: ImagePoint) => number): Polygon {
  return ring.flatMap((point, index) => {
    const before = ring.at(index - 1) ?? point;
    const [from, to] = [insideOf(before), insideOf(point)];
    const share = from / (from - to);
    const crossing = imagePoint(
      before.x + share * (point.x - before.x),
      before.y + share * (point.y - before.y),
    );
    return [...(from < 0 !== to < 0 ? [crossing] : []), ...(to >= 0 ? [point] : [])];
  });
}

/** Area of a box in square pixels. */
export function areaOf(box: BoundingBox): number {
  return Math.max(0, box.right - box.left) * Math.max(0, box.bottom - box.top);
}

/** Intersection over union of two boxes, 0–1. */
export function intersectionOverUnion(one: BoundingBox, other: BoundingBox): number {
  const shared = areaOf({
    left: Math.max(one.left, other.left),
    top: Math.max(one.top, other.top),
    right: Math.min(one.right, other.right),
    bottom: Math.min(one.bottom, other.bottom),
  });
  const union = areaOf(one) + areaOf(other) - shared;
  return union > 0 ? shared / union : 0;
}

/** The corners of a box, from the top left clockwise on the screen: TL, TR, BR, BL. */
export function cornersOf(box: BoundingBox): Polygon {
  return [
    imagePoint(box.left, box.top),
    imagePoint(box.right, box.top),
    imagePoint(box.right, box.bottom),
    imagePoint(box.left, box.bottom),
  ];
}
