/**
 * Four regions of an upright hand → the picture of 256 × 256 that the network sees.
 */
import { HAND_REGIONS } from '../../../dicom/vocabulary/finding.ts';
import { MONTAGE_SIDE } from '../../input-contract.ts';
import type { RegionBox, RegionBoxes } from './anatomy.ts';
import { equalise, smooth } from './contrast.ts';
import { part, place, type Plane } from './plane.ts';
import { resize } from './resize.ts';

const LONG_SIDE = 500;
/** A side of one of the four; the montage lists them as `HAND_REGIONS` does: left column, then right, top to bottom. */
const TILE_SIDE = 600;

/** One region, equalised, its longer side brought to 500 pixels, centred on black 600 × 600. */
export function tileOf(canvas: Plane, { x0, y0, x1, y1 }: RegionBox): Plane {
  const region = equalise(smooth(part(canvas, x0, y0, x1, y1)), 2, 8);
  const isWide = region.columns > region.rows;
  const columns = isWide ? LONG_SIDE : Math.trunc((region.columns * LONG_SIDE) / region.rows);
  const rows = isWide ? Math.trunc((region.rows * LONG_SIDE) / region.columns) : LONG_SIDE;
  const tile = black(TILE_SIDE, TILE_SIDE);
  place(
    tile,
    resize(region, columns, rows),
    Math.floor((TILE_SIDE - columns) / 2),
    Math.floor((TILE_SIDE - rows) / 2),
  );
  return tile;
}

/** Carpus over four joints on the left, middle finger over thumb on the right. */
export function montageOf(canvas: Plane, boxes: RegionBoxes): Plane {
  const whole = black(2 * TILE_SIDE, 2 * TILE_SIDE);
  HAND_REGIONS.forEach((name, index) => {
    place(whole, tileOf(canvas, boxes[name]), Math.floor(index / 2) * TILE_SIDE, (index % 2) * TILE_SIDE);
  });
  return resize(whole, MONTAGE_SIDE, MONTAGE_SIDE);
}

function black(columns: number, rows: number): Plane {
  return { columns, rows, samples: new Uint8Array(columns * rows) };
}
