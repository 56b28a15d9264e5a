/**
 * Turns bodies into maps over the image: millimetres of bone and of soft tissue that each pixel's ray passes.
 *
 * Trap: pixel (column, row) is sampled at its centre, half a pixel from its corner.
 */
import { apply } from '../vocabulary/geometry.ts';
import { massAt, type Bone } from './bone.ts';
import { fracturedMassAt, type Fracture } from './fracture.ts';
import type { Layout } from './layout.ts';
import { tileAt, type NoiseTile } from './noise.ts';
import { extentOf, fieldAt } from './shapes.ts';
import type { SoftTissue } from './soft-tissue.ts';

/** A map over the image, row by row from the top left. */
export interface Raster {
  readonly columns: number;
  readonly rows: number;
  readonly values: Float32Array;
}

/** Adds one bone's mass (mm of solid cortical bone) to a raster; only its own window is visited. */
export function addBone(
  raster: Raster,
  bone: Bone,
  fracture: Fracture | undefined,
  layout: Layout,
  tile: NoiseTile,
): void {
  const { left, top, right, bottom } = bone.extent;
  const { toImage, toPlane } = layout;
  const window = extentOf([apply(toImage, left, top), apply(toImage, right, top), apply(toImage, right, bottom), apply(toImage, left, bottom)]); // prettier-ignore
  const [firstRow, lastRow] = [
    Math.max(0, Math.floor(window.top)),
    Math.min(raster.rows, Math.ceil(window.bottom)),
  ];
  const [first, last] = [
    Math.max(0, Math.floor(window.left)),
    Math.min(raster.columns, Math.ceil(window.right)),
  ];
  const { base, direction, lengthMm } = bone.axis;
  for (let row = firstRow; row < lastRow; row++) {
    for (let column = first; column < last; column++) {
      const x = toPlane.a * (column + 0.5) + toPlane.c * (row + 0.5) + toPlane.e - base.x;
      const y = toPlane.b * (column + 0.5) + toPlane.d * (row + 0.5) + toPlane.f - base.y;
      const s = x * direction.x + y * direction.y;
      if (s < -8 || s > lengthMm + 8) continue;
      const u = y * direction.x - x * direction.y;
      const mass = fracture ? fracturedMassAt(bone, fracture, s, u, tile) : massAt(bone, s, u, tile);
      if (mass > 0)
        raster.values[row * raster.columns + column] =
          (raster.values[row * raster.columns + column] ?? 0) + mass;
    }
  }
}

/** Adds the thickness of soft tissue (mm of water that would absorb as much) to a raster. */
export function addSoftTissue(raster: Raster, tissue: SoftTissue, layout: Layout, tile: NoiseTile): void {
  const { toPlane } = layout;
  for (let row = 0; row < raster.rows; row++) {
    for (let column = 0; column < raster.columns; column++) {
      const x = toPlane.a * (column + 0.5) + toPlane.c * (row + 0.5) + toPlane.e;
      const y = toPlane.b * (column + 0.5) + toPlane.d * (row + 0.5) + toPlane.f;
      const depth = fieldAt(tissue.skin, x, y, -1);
      if (depth > 0) raster.values[row * raster.columns + column] = softThickness(tissue, depth, x, y, tile);
    }
  }
}

/** Fat under the skin absorbs less than muscle; muscle is uneven in a broad way. */
function softThickness(tissue: SoftTissue, depth: number, x: number, y: number, tile: NoiseTile): number {
  const half = fieldAt(tissue.halfThickness, x, y, 8);
  const inward = depth / (half * 1.15);
  const round = inward >= 1 ? 1 : Math.sqrt(inward * (2 - inward));
  const muscle =
    1 +
    0.018 * tileAt(tile, x * 0.13, y * 0.06) +
    0.012 * tileAt(tile, x * 0.33 + 50, y * 0.2) +
    0.006 * tileAt(tile, x, y * 0.6);
  const core = Math.min(1, Math.max(0, (depth - 1.2) / 3));
  return 2 * half * round * muscle * (0.86 + 0.14 * core);
}
