/**
 * Where a label goes: outside its finding, on the surface, clear of other labels and, where there is room, of other
 * findings. Pure geometry in surface pixels.
 */
import { hullOf, overlapOf, type Rectangle } from './overlay-shape.ts';

/** What a label may not or would rather not cover. */
export interface Obstacles {
  /** Labels placed already. */
  readonly labels: readonly Rectangle[];
  /** Hulls of all findings drawn. */
  readonly shapes: readonly Rectangle[];
}

/** Weights of a covered square pixel: other labels must stay legible, the own finding visible, others if possible. */
const COST = { label: 100, own: 10, shape: 1, offSurface: 1000 } as const;

/**
 * Chooses the cheapest of twelve places around `target`; the earlier wins a tie, so a lone label always sits above
 * its box, aligned left. The result lies on the surface when it fits there at all.
 */
export function placeLabel(
  size: { readonly width: number; readonly height: number },
  target: Rectangle,
  surface: { readonly width: number; readonly height: number },
  obstacles: Obstacles,
  gap: number,
): Rectangle {
  const candidates = placesAround(size, target, gap).map((wanted) => ({
    place: keepOn(wanted, surface),
    wanted,
  }));
  const reach = hullOf(
    candidates.flatMap(({ place }) => [place, { x: place.x + place.width, y: place.y + place.height }]),
  );
  // Of ten thousand shapes only those that some place could cover.
  const shapes = obstacles.shapes.filter((shape) => reach !== undefined && overlapOf(shape, reach) > 0);
  let best: { readonly place: Rectangle; readonly cost: number } | undefined;
  for (const { place, wanted } of candidates) {
    const cost = costOf(place, target, { ...obstacles, shapes }, distance(wanted, place));
    if (cost === 0) return place;
    if (!best || cost < best.cost) best = { place, cost };
  }
  return best?.place ?? { x: 0, y: 0, ...size };
}

function placesAround(
  { width, height }: { readonly width: number; readonly height: number },
  target: Rectangle,
  gap: number,
): readonly Rectangle[] {
  const above = target.y - height - gap;
  const below = target.y + target.height + gap;
  const before = target.x - width - gap;
  const after = target.x + target.width + gap;
  const alignRight = target.x + target.width - width;
  const alignBottom = target.y + target.height - height;
  const corners: readonly (readonly [number, number])[] = [
    [target.x, above],
    [target.x, below],
    [after, target.y],
    [before, target.y],
    [alignRight, above],
    [alignRight, below],
    [after, alignBottom],
    [before, alignBottom],
    [after, above],
    [before, above],
    [after, below],
    [before, below],
  ];
  return corners.map(([x, y]) => ({ x, y, width, height }));
}

function keepOn(place: Rectangle, surface: { readonly width: number; readonly height: number }): Rectangle {
  return {
    ...place,
    x: Math.max(0, Math.min(place.x, surface.width - place.width)),
    y: Math.max(0, Math.min(place.y, surface.height - place.height)),
  };
}

function costOf(place: Rectangle, target: Rectangle, { labels, shapes }: Obstacles, moved: number): number {
  const covered = (others: readonly Rectangle[]) =>
    others.reduce((sum, other) => sum + overlapOf(place, other), 0);
  return (
    COST.label * covered(labels) +
    COST.own * overlapOf(place, target) +
    COST.shape * covered(shapes) +
    (moved > 0 ? 1e-3 * COST.offSurface * moved : 0)
  );
}

function distance(one: Rectangle, other: Rectangle): number {
  return Math.abs(one.x - other.x) + Math.abs(one.y - other.y);
}
