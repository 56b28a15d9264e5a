/**
 * Rotation about the centre, bilinear, at positions rounded to 1/32 pixel, as OpenCV's warpAffine does it; what comes in
 * from outside is white.
 */
import { type Plane, roundHalfEven } from './plane.ts';

const WHITE = 255;
/** Fixed point of the position: 10 bits below the point, of which 5 are kept. */
const POSITION = 1024;
const KEPT = 32;
const HALF_KEPT = POSITION / KEPT / 2;

/** Turned by `degrees` counter-clockwise on the screen; the size stays. */
export function rotate(plane: Plane, degrees: number): Plane {
  const { columns, rows, samples } = plane;
  const { xx, xy, x0, yx, yy, y0 } = sourceMap(columns / 2, rows / 2, degrees);
  const stepX = Int32Array.from({ length: columns }, (_, x) => roundHalfEven(xx * x * POSITION));
  const stepY = Int32Array.from({ length: columns }, (_, x) => roundHalfEven(yx * x * POSITION));
  const level = (x: number, y: number) =>
    x < 0 || y < 0 || x >= columns || y >= rows ? WHITE : samples[y * columns + x]!;
  const result = new Uint8Array(samples.length);
  for (let y = 0; y < rows; y++) {
    const fromX = roundHalfEven((xy * y + x0) * POSITION) + HALF_KEPT;
    const fromY = roundHalfEven((yy * y + y0) * POSITION) + HALF_KEPT;
    for (let x = 0; x < columns; x++) {
      const sourceX = (fromX + stepX[x]!) >> 5;
      const sourceY = (fromY + stepY[x]!) >> 5;
      const left = sourceX >> 5;
      const top = sourceY >> 5;
      const across = sourceX & 31;
      const down = sourceY & 31;
      const upper = level(left, top) * (KEPT - across) + level(left + 1, top) * across;
      const lower = level(left, top + 1) * (KEPT - across) + level(left + 1, top + 1) * across;
      result[y * columns + x] = (upper * (KEPT - down) + lower * down + 512) >> 10;
    }
  }
  return { columns, rows, samples: result };
}

/** Turned pixel → pixel before: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0. The order of operations is OpenCV's. */
function sourceMap(centreX: number, centreY: number, degrees: number) {
  const radians = degrees * (Math.PI / 180);
  const cos = Math.cos(radians);
  const sin = Math.sin(radians);
  const shiftX = (1 - cos) * centreX - sin * centreY;
  const shiftY = sin * centreX + (1 - cos) * centreY;
  const perArea = 1 / (cos * cos + sin * sin);
  const xx = cos * perArea;
  const xy = -sin * perArea;
  const yx = sin * perArea;
  return { xx, xy, x0: -xx * shiftX - xy * shiftY, yx, yy: xx, y0: -yx * shiftX - xx * shiftY };
}
