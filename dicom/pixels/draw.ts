/**
 * Lines, shapes, text, overlays and shutters burnt into a display image. PS3.3 C.10.5 (graphics), C.9.2, C.7.6.11.
 *
 * Everything here changes the image it is given. Trap: image points have their origin at the outer corner of the first
 * pixel, so point 0.5\0.5 is the centre of pixel 0.
 */
import type { OverlayPlane } from '../read/overlay-planes.ts';
import type { Graphic } from '../read/presentation-state.ts';
import { isShown, type Shutter } from '../read/shutter.ts';
import type { BoundingBox } from '../vocabulary/geometry.ts';
import type { DisplayImage } from './display.ts';
import { LETTER } from '../vocabulary/drawing.ts';
import { pointsOfText } from './glyphs.ts';

/** Steps in which a circle or ellipse is drawn. */
const CURVE_STEPS = 180;

/** Draws a graphic whose points are image points (PIXEL units). `grey` 0–1, lines `thickness` pixels wide. */
export function drawGraphic(
  image: DisplayImage,
  { type, points, grey }: Omit<Graphic, 'units'>,
  thickness: number,
): void {
  const outline = outlineOf(type, points);
  const value = byteOf(grey);
  if (outline.length === 2) drawLine(image, outline.concat(outline), value, thickness * 3);
  for (let at = 0; at + 3 < outline.length; at += 2) {
    drawLine(image, outline.slice(at, at + 4), value, thickness);
  }
}

/** Writes one line of text whose top left corner is at an image point, each point of a letter `scale` pixels wide, on a dark ground. */
export function drawText(
  image: DisplayImage,
  text: string,
  [x, y]: readonly [number, number],
  scale: number,
  grey = 1,
): void {
  const { columns, isSet } = pointsOfText(text);
  const value = byteOf(grey);
  for (let row = -1; row <= LETTER.rows; row++) {
    for (let column = -1; column <= columns; column++) {
      const isLetter = row >= 0 && row < LETTER.rows && column >= 0 && isSet(column, row);
      fillSquare(image, x + column * scale, y + row * scale, scale, isLetter ? value : 0);
    }
  }
}

/** Fills a box of image points; its edges are taken to the nearest pixel border. */
export function fillBox(image: DisplayImage, box: BoundingBox, grey: number): void {
  const value = byteOf(grey);
  for (let row = Math.round(box.top); row < Math.round(box.bottom); row++) {
    for (let column = Math.round(box.left); column < Math.round(box.right); column++) {
      setPixel(image, column, row, value);
    }
  }
}

/** Draws the bits of an overlay plane in white. */
export function drawOverlay(image: DisplayImage, { columns, rows, left, top, bits }: OverlayPlane): void {
  for (let index = 0; index < columns * rows; index++) {
    if (((bits[index >> 3]! >> (index & 7)) & 1) === 0) continue;
    setPixel(image, left + (index % columns), top + Math.floor(index / columns), 255);
  }
}

/** Covers what a shutter does not show. */
export function applyShutter(image: DisplayImage, shutter: Shutter): void {
  const value = byteOf(shutter.grey);
  for (let row = 0; row < image.rows; row++) {
    for (let column = 0; column < image.columns; column++) {
      if (!isShown(shutter, column + 1, row + 1)) setPixel(image, column, row, value);
    }
  }
}

/** The polyline of a graphic: CIRCLE is centre and a point on it, ELLIPSE the ends of its major, then of its minor axis. PS3.3 C.10.5.1.2. */
function outlineOf(type: Graphic['type'], points: readonly number[]): readonly number[] {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0, x4 = 0, y4 = 0] = points;
  if (type === 'CIRCLE') {
    const radius = Math.hypot(x2 - x1, y2 - y1);
    return curve((angle) => [x1 + radius * Math.cos(angle), y1 + radius * Math.sin(angle)]);
  }
  if (type === 'ELLIPSE') {
    const [centreX, centreY] = [(x1 + x2) / 2, (y1 + y2) / 2];
    const [major, minor] = [
      [(x2 - x1) / 2, (y2 - y1) / 2],
      [(x4 - x3) / 2, (y4 - y3) / 2],
    ] as const;
    return curve((angle) => [
      centreX + major[0] * Math.cos(angle) + minor[0] * Math.sin(angle),
      centreY + major[1] * Math.cos(angle) + minor[1] * Math.sin(angle),
    ]);
  }
  return type === 'POINT' ? points.slice(0, 2) : points;
}

function curve(at: (angle: number) => readonly [number, number]): readonly number[] {
  return Array.from({ length: CURVE_STEPS + 1 }, (_, step) => at((step * 2 * Math.PI) / CURVE_STEPS)).flat();
}

/** A line between two points; the part far outside the image is cut off first, so that no length is too long to draw. */
function drawLine(image: DisplayImage, line: readonly number[], value: number, thickness: number): void {
  const clipped = clip(line, image, thickness);
  if (!clipped) return;
  const [x1, y1, x2, y2] = clipped;
  const steps = Math.max(1, Math.ceil(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1))));
  for (let step = 0; step <= steps; step++) {
    const x = x1 + ((x2 - x1) * step) / steps - thickness / 2;
    const y = y1 + ((y2 - y1) * step) / steps - thickness / 2;
    fillSquare(image, Math.round(x), Math.round(y), thickness, value);
  }
}

/** The part of a line within the image and a margin; `undefined` for none. Liang–Barsky. */
function clip(
  [x1 = NaN, y1 = NaN, x2 = NaN, y2 = NaN]: readonly number[],
  { columns, rows }: DisplayImage,
  margin: number,
): readonly [number, number, number, number] | undefined {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const edges = [
    [-dx, x1 + margin],
    [dx, columns + margin - x1],
    [-dy, y1 + margin],
    [dy, rows + margin - y1],
  ] as const;
  let [enter, leave] = [0, 1];
  for (const [direction, distance] of edges) {
    if (direction === 0 && !(distance >= 0)) return undefined;
    if (direction < 0) enter = Math.max(enter, distance / direction);
    if (direction > 0) leave = Math.min(leave, distance / direction);
  }
  if (!(enter <= leave)) return undefined;
  return [x1 + enter * dx, y1 + enter * dy, x1 + leave * dx, y1 + leave * dy];
}

function fillSquare(image: DisplayImage, left: number, top: number, size: number, value: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      setPixel(image, Math.floor(left) + column, Math.floor(top) + row, value);
    }
  }
}

function setPixel(
  { columns, rows, channels, samples }: DisplayImage,
  column: number,
  row: number,
  value: number,
): void {
  if (column < 0 || row < 0 || column >= columns || row >= rows) return;
  const at = (row * columns + column) * channels;
  samples.fill(value, at, at + channels);
}

function byteOf(grey: number): number {
  return Math.round(Math.min(1, Math.max(0, grey)) * 255);
}
