/**
 * Skin, fat and muscle around the skeleton: a smooth union of tapered capsules (fingers, metacarpals) and polygons
 * (palm, forearm), its thickness falling off round toward the skin.
 */
import type { Skeleton } from './skeleton.ts';
import { capsuleDistance, polygonDistance, sampleField, smoothMax } from './shapes.ts';
import type { Extent, Field, Point } from './shapes.ts';

/** Two smooth fields over the image: distance to the skin (positive inside) and half thickness well inside, mm. */
export interface SoftTissue {
  readonly skin: Field;
  readonly halfThickness: Field;
}

interface Part {
  readonly distance: (x: number, y: number) => number;
  readonly halfThickness: number;
}

/** Parts joined without rounding: the bones of one finger, or one part of the trunk. */
type Limb = readonly Part[];

const GRID_MM = 1.1;

/** Builds the soft tissue over an extent of the hand plane. `fatness` 1 is usual. */
export function buildSoftTissue(skeleton: Skeleton, extent: Extent, fatness: number): SoftTissue {
  const { scale, rays } = skeleton;
  const limbs: readonly Limb[] = [
    ...rays.map(({ points, ray }) => fingerParts(points, ray.fleshMm, scale * fatness)),
    ...trunkParts(skeleton, fatness).map((part) => [part]),
  ];
  const distances = new Float64Array(limbs.length);
  const halves = new Float64Array(limbs.length);
  const measure = (x: number, y: number): void => {
    limbs.forEach((limb, index) => {
      distances[index] = -Infinity;
      for (const part of limb) {
        const distance = part.distance(x, y);
        if (distance <= (distances[index] ?? 0)) continue;
        distances[index] = distance;
        halves[index] = part.halfThickness;
      }
    });
  };
  const skin = sampleField(extent, GRID_MM, (x, y) => {
    measure(x, y);
    return distances.reduce((joined, distance) => smoothMax(joined, distance, 9 * scale), -1e3);
  });
  const halfThickness = sampleField(extent, 3 * GRID_MM, (x, y) => {
    measure(x, y);
    return blended(distances, halves, 2.6 * scale);
  });
  return { skin, halfThickness };
}

/** Half thicknesses, each weighing the more the deeper the point lies in its limb. */
function blended(distances: Float64Array, halves: Float64Array, softness: number): number {
  const deepest = distances.reduce((most, distance) => Math.max(most, distance), -Infinity);
  let weights = 0;
  let sum = 0;
  distances.forEach((distance, index) => {
    const weight = Math.exp((distance - deepest) / softness);
    weights += weight;
    sum += weight * (halves[index] ?? 0);
  });
  return sum / weights;
}

function fingerParts(
  points: readonly Point[],
  [knuckle, tip]: readonly [number, number],
  scale: number,
): Part[] {
  const count = points.length - 1;
  const radius = (joint: number): number => (knuckle + ((tip - knuckle) * (joint - 1)) / (count - 1)) * scale;
  return Array.from({ length: count - 1 }, (_, index) => {
    const from = points[index + 1] ?? { x: 0, y: 0 };
    const joint = points[index + 2] ?? from;
    const isLast = index === count - 2;
    const to = isLast ? shortOf(from, joint, radius(count) - 4.2 * scale) : joint;
    const [first, last] = [radius(index + 1), radius(index + 2)];
    return {
      distance: (x, y) => capsuleDistance(from, to, first, last, x, y),
      halfThickness: 0.92 * (first + last) * 0.5,
    };
  });
}

function shortOf(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const ratio = (length - by) / length;
  return { x: from.x + (to.x - from.x) * ratio, y: from.y + (to.y - from.y) * ratio };
}

function trunkParts(skeleton: Skeleton, fatness: number): Part[] {
  const { scale, rays, forearmLean, project } = skeleton;
  const at = (ray: number, joint: number, along: number): Point => {
    const [from, to] = [rays[ray]?.points[joint], rays[ray]?.points[joint + 1]];
    if (!from || !to) return { x: 0, y: 0 };
    return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along };
  };
  const place = (x: number, y: number): Point => project({ x: x * scale, y: y * scale });
  const leaned = (x: number, y: number): Point => {
    const below = y - 15;
    return project({
      x: scale * (x * Math.cos(forearmLean) - below * Math.sin(forearmLean)),
      y: scale * (15 + x * Math.sin(forearmLean) + below * Math.cos(forearmLean)),
    });
  };
  const palm = [at(0, 0, 0.55), at(1, 0, 0.55), at(1, 0, 0.95), at(2, 0, 0.97), at(3, 0, 0.97), at(4, 0, 0.96), at(4, 0, 0.3), place(-24, 8), leaned(-24, 24), leaned(16, 24), place(21, 8)]; // prettier-ignore
  const web = [at(0, 0, 0.05), at(0, 0, 0.8), at(1, 0, 0.72), at(1, 0, 0.1)];
  const forearm = [leaned(-21, 12), leaned(13, 12), leaned(14.5, 30), leaned(19, 70), leaned(25, 200), leaned(-42, 200), leaned(-32, 70), leaned(-24, 30)]; // prettier-ignore
  const grown = scale * fatness;
  return [
    polygonPart(palm, 7.5 * grown, 12.5 * grown),
    polygonPart(web, 3 * grown, 13 * grown),
    polygonPart(forearm, 8.5 * grown, 20 * grown),
    capsulePart(at(0, 0, 0), at(0, 0, 1), 11.5 * grown, 11 * grown, 13.5 * grown),
    capsulePart(place(-24, 6), at(4, 0, 0.75), 9.5 * grown, 9 * grown, 12 * grown),
    capsulePart(leaned(-2, 36), place(-2, 4), 17 * grown, 16 * grown, 17 * grown),
  ];
}

function polygonPart(polygon: readonly Point[], grownBy: number, halfThickness: number): Part {
  return { distance: (x, y) => polygonDistance(polygon, x, y) + grownBy, halfThickness };
}

function capsulePart(
  from: Point,
  to: Point,
  fromRadius: number,
  toRadius: number,
  halfThickness: number,
): Part {
  return { distance: (x, y) => capsuleDistance(from, to, fromRadius, toRadius, x, y), halfThickness };
}
