/**
 * The region of a fracture under the reader's hand: what a pointer takes hold of, where that goes, how it is drawn. No DOM.
 *
 * Trap: tolerances are of the surface and regions of the image; a region never leaves its image and never gets thinner than
 * a pixel.
 */
import type { DrawnRegion } from '../../dicom/sr/review-steps.ts';
import {
  boundsOf,
  cornersOf,
  imagePoint,
  type ImagePoint,
  type Polygon,
} from '../../dicom/vocabulary/geometry.ts';
import type { DisplayItem, Surface, SurfacePoint } from './overlay-shape.ts';

/** The part of a region that a pointer holds. */
export type Handle =
  | { readonly kind: 'sides'; readonly sides: readonly Side[] }
  | { readonly kind: 'point'; readonly index: number }
  | { readonly kind: 'inside' };
export type Side = 'left' | 'top' | 'right' | 'bottom';

/** Size of the image in pixels. */
export interface EditedImage {
  readonly columns: number;
  readonly rows: number;
}

/** How far from a handle a pointer may be, in CSS pixels. */
export const REACH = 9;
/** Half the side of a handle, in CSS pixels. */
const HANDLE = 3.5;
/** Okabe and Ito's yellow: what is being edited looks like no finding. */
export const EDIT_COLOUR = '#f0e442';

const CORNERS: readonly (readonly [Side, Side])[] = [
  ['left', 'top'],
  ['right', 'top'],
  ['right', 'bottom'],
  ['left', 'bottom'],
];

/** What a surface point takes hold of: a point or corner before an edge, an edge before the inside; `undefined` beside the region. */
export function handleAt(
  region: DrawnRegion,
  at: SurfacePoint,
  surface: Pick<Surface, 'project' | 'pixelRatio'>,
): Handle | undefined {
  const reach = REACH * surface.pixelRatio;
  const near = (point: ImagePoint) => {
    const { x, y } = surface.project(point);
    return Math.hypot(x - at.x, y - at.y);
  };
  if (region.polygon) {
    const distances = region.polygon.map(near);
    const least = Math.min(...distances);
    if (least <= reach) return { kind: 'point', index: distances.indexOf(least) };
    return isInside(region.polygon.map(surface.project), at) ? { kind: 'inside' } : undefined;
  }
  const corners = cornersOf(region.box);
  const distances = corners.map(near);
  const least = Math.min(...distances);
  if (least <= reach) return { kind: 'sides', sides: CORNERS[distances.indexOf(least)] ?? [] };
  const [topLeft, topRight, bottomRight, bottomLeft] = corners.map(surface.project);
  if (!topLeft || !topRight || !bottomRight || !bottomLeft) return undefined;
  const edges: readonly (readonly [Side, SurfacePoint, SurfacePoint])[] = [
    ['top', topLeft, topRight],
    ['right', topRight, bottomRight],
    ['bottom', bottomRight, bottomLeft],
    ['left', bottomLeft, topLeft],
  ];
  const edge = edges.find(([, from, to]) => distanceToSegment(at, from, to) <= reach);
  if (edge) return { kind: 'sides', sides: [edge[0]] };
  return isInside([topLeft, topRight, bottomRight, bottomLeft], at) ? { kind: 'inside' } : undefined;
}

/** The region after its handle went from one image point to another. */
export function draggedRegion(
  region: DrawnRegion,
  handle: Handle,
  from: ImagePoint,
  to: ImagePoint,
  image: EditedImage,
): DrawnRegion {
  const [x, y] = [to.x - from.x, to.y - from.y];
  if (handle.kind === 'inside') return movedRegion(region, x, y, image);
  if (handle.kind === 'point') {
    const polygon = (region.polygon ?? []).map((point, index) =>
      index === handle.index ? within(imagePoint(point.x + x, point.y + y), image) : point,
    );
    return outlined(polygon);
  }
  const { left, top, right, bottom } = region.box;
  const held = new Set(handle.sides);
  return boxed(
    imagePoint(held.has('left') ? left + x : left, held.has('top') ? top + y : top),
    imagePoint(held.has('right') ? right + x : right, held.has('bottom') ? bottom + y : bottom),
    image,
  );
}

/** The region elsewhere, as far as the image reaches. */
export function movedRegion(
  { box, polygon }: DrawnRegion,
  x: number,
  y: number,
  image: EditedImage,
): DrawnRegion {
  const dx = Math.min(Math.max(x, -box.left), image.columns - box.right);
  const dy = Math.min(Math.max(y, -box.top), image.rows - box.bottom);
  if (polygon) return outlined(polygon.map((point) => imagePoint(point.x + dx, point.y + dy)));
  return { box: { left: box.left + dx, top: box.top + dy, right: box.right + dx, bottom: box.bottom + dy } };
}

/** The region wider and higher by so much at its right and bottom; an outline is stretched. */
export function stretchedRegion(
  { box, polygon }: DrawnRegion,
  x: number,
  y: number,
  image: EditedImage,
): DrawnRegion {
  const { left, top, right, bottom } = box;
  const { box: grown } = boxed(
    imagePoint(left, top),
    imagePoint(Math.max(left + 1, right + x), Math.max(top + 1, bottom + y)),
    image,
  );
  if (!polygon) return { box: grown };
  const scaleX = (grown.right - grown.left) / Math.max(right - left, 1e-6);
  const scaleY = (grown.bottom - grown.top) / Math.max(bottom - top, 1e-6);
  return outlined(
    polygon.map((point) =>
      imagePoint(grown.left + (point.x - left) * scaleX, grown.top + (point.y - top) * scaleY),
    ),
  );
}

/** A box between two points, on the image and at least a pixel wide and high. */
export function boxed(one: ImagePoint, other: ImagePoint, image: EditedImage): DrawnRegion {
  const [from, to] = [within(one, image), within(other, image)];
  const across = atLeastOne(from.x, to.x, image.columns);
  const down = atLeastOne(from.y, to.y, image.rows);
  return { box: { left: across[0], top: down[0], right: across[1], bottom: down[1] } };
}

/** The outline that a hand drew, with as few points as tell it within `tolerance` image pixels; `undefined` for what encloses nothing. */
export function outlineOf(
  points: readonly ImagePoint[],
  image: EditedImage,
  tolerance: number,
): DrawnRegion | undefined {
  const ring = simplified(
    points.map((point) => within(point, image)),
    tolerance,
  );
  if (ring.length < 3) return undefined;
  const { left, top, right, bottom } = boundsOf(ring);
  return right - left >= 1 && bottom - top >= 1 ? outlined(ring) : undefined;
}

/** The region with its handles. */
export function editItems({ box, polygon }: DrawnRegion, surface: Surface): readonly DisplayItem[] {
  const ratio = surface.pixelRatio;
  const stroke = { colour: EDIT_COLOUR, width: 1.5 * ratio, haloWidth: 3.5 * ratio, dash: [] };
  const path = (points: readonly SurfacePoint[]): DisplayItem => ({
    kind: 'path',
    findingId: '',
    points,
    isClosed: true,
    stroke,
  });
  const ring = (polygon ?? cornersOf(box)).map(surface.project);
  const half = HANDLE * ratio;
  const handles = ring.map(({ x, y }) =>
    path([
      { x: x - half, y: y - half },
      { x: x + half, y: y - half },
      { x: x + half, y: y + half },
      { x: x - half, y: y + half },
    ]),
  );
  return [path(ring), ...handles];
}

function outlined(polygon: Polygon): DrawnRegion {
  return { polygon, box: boundsOf(polygon) };
}

function within({ x, y }: ImagePoint, { columns, rows }: EditedImage): ImagePoint {
  return imagePoint(Math.min(Math.max(x, 0), columns), Math.min(Math.max(y, 0), rows));
}

function atLeastOne(one: number, other: number, limit: number): readonly [number, number] {
  const [from, to] = [Math.min(one, other), Math.max(one, other)];
  if (to - from >= 1) return [from, to];
  const start = Math.min(from, limit - 1);
  return [start, start + 1];
}

/** Ramer, Douglas and Peucker on an open line; its ends stay. */
function simplified(points: readonly ImagePoint[], tolerance: number): readonly ImagePoint[] {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || points.length < 3) return points;
  const distances = points.map((point) => distanceToSegment(point, first, last));
  const most = Math.max(...distances);
  if (most <= tolerance) return [first, last];
  const at = distances.indexOf(most);
  return [
    ...simplified(points.slice(0, at + 1), tolerance).slice(0, -1),
    ...simplified(points.slice(at), tolerance),
  ];
}

function distanceToSegment(at: SurfacePoint, from: SurfacePoint, to: SurfacePoint): number {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const length = x * x + y * y;
  const share =
    length === 0 ? 0 : Math.min(1, Math.max(0, ((at.x - from.x) * x + (at.y - from.y) * y) / length));
  return Math.hypot(at.x - from.x - share * x, at.y - from.y - share * y);
}

/** Even-odd rule. */
function isInside(ring: readonly SurfacePoint[], { x, y }: SurfacePoint): boolean {
  return ring.reduce((inside, one, index) => {
    const other = ring.at(index - 1) ?? one;
    const crosses =
      one.y > y !== other.y > y && x < ((other.x - one.x) * (y - one.y)) / (other.y - one.y) + one.x;
    return crosses ? !inside : inside;
  }, false);
}
