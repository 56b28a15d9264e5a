/**
 * Lays the hand plane (mm, a left hand) out on the image (pixels): size, turn, shift, and the mirror of a right hand.
 */
import { apply, invert, type Affine } from '../vocabulary/geometry.ts';
import type { PhantomParameters } from './parameters.ts';
import { fork } from './random.ts';
import { extentOf, type Extent, type Point } from './shapes.ts';
import type { Skeleton } from './skeleton.ts';

/** The two maps between plane and image, and the part of the plane that the image shows. */
export interface Layout {
  readonly toImage: Affine;
  readonly toPlane: Affine;
  readonly pixelMm: number;
  readonly extent: Extent;
}

/** Chooses magnification, turn and shift so that the region asked for fills the image. */
export function layOut(parameters: PhantomParameters, skeleton: Skeleton): Layout {
  const random = fork(parameters.seed, 'layout');
  const { columns, rows } = parameters;
  const shown = parameters.region === 'hand' ? handExtent(skeleton) : wristExtent(skeleton);
  const zoom = random.between(1, 1.1);
  const pixelMm = zoom * Math.max((shown.right - shown.left) / columns, (shown.bottom - shown.top) / rows);
  const turn = (random.normal() * 3.2 * Math.PI) / 180;
  const mirror = parameters.side === 'R' ? -1 : 1;
  const middle = { x: (shown.left + shown.right) / 2, y: (shown.top + shown.bottom) / 2 };
  const centreX = columns / 2 + random.between(-0.02, 0.02) * columns;
  const centreY = rows / 2 + random.between(-0.015, 0.015) * rows;
  const [cos, sin] = [Math.cos(turn) / pixelMm, Math.sin(turn) / pixelMm];
  const toImage: Affine = {
    a: mirror * cos,
    b: sin,
    c: -mirror * sin,
    d: cos,
    e: centreX - mirror * (cos * middle.x - sin * middle.y),
    f: centreY - sin * middle.x - cos * middle.y,
  };
  const toPlane = invert(toImage);
  const corners = [apply(toPlane, 0, 0), apply(toPlane, columns, 0), apply(toPlane, columns, rows), apply(toPlane, 0, rows)]; // prettier-ignore
  return { toImage, toPlane, pixelMm, extent: extentOf(corners, 4) };
}

function handExtent({ rays, scale, project }: Skeleton): Extent {
  const flesh = rays.flatMap(({ points }) => points);
  return extentOf([...flesh, project({ x: -20 * scale, y: 84 * scale })], 13 * scale);
}

function wristExtent({ scale, project }: Skeleton): Extent {
  const corners: readonly Point[] = [{ x: -44 * scale, y: -52 * scale }, { x: 42 * scale, y: 100 * scale }]; // prettier-ignore
  return extentOf(corners.map(project), 2);
}
