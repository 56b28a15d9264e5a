/**
 * Which finding a point of the surface means.
 */
import { hullOf, type DisplayList, type SurfacePoint } from './overlay-shape.ts';

/** The finding of the smallest shape or label whose hull holds the point; `undefined` where there is none. */
export function findingAt(list: DisplayList, { x, y }: SurfacePoint): string | undefined {
  const hits = list.flatMap((item) => {
    const hull = item.kind === 'path' ? hullOf(item.points) : item.frame;
    const isInside =
      hull && x >= hull.x && x <= hull.x + hull.width && y >= hull.y && y <= hull.y + hull.height;
    return isInside && item.findingId ? [{ id: item.findingId, area: hull.width * hull.height }] : [];
  });
  return hits.toSorted((one, other) => one.area - other.area)[0]?.id;
}
