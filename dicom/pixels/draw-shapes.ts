/**
 * A list of shapes → pixels. Everything here changes the image it is given.
 */
import type { DrawnLine, DrawnShape } from '../vocabulary/drawing.ts';
import type { ImagePoint } from '../vocabulary/geometry.ts';
import { imagePoint } from '../vocabulary/geometry.ts';
import type { DisplayImage } from './display.ts';
import { drawGraphic, drawText, fillBox } from './draw.ts';

/** Draws shapes one after the other. */
export function drawShapes(image: DisplayImage, shapes: readonly DrawnShape[]): void {
  for (const shape of shapes) drawShape(image, shape);
}

function drawShape(image: DisplayImage, shape: DrawnShape): void {
  switch (shape.kind) {
    case 'line':
      drawLineShape(image, shape);
      return;
    case 'area':
      fillBox(image, shape.box, shape.grey);
      return;
    case 'text':
      drawText(image, shape.text, [shape.at.x, shape.at.y], shape.scale, shape.grey);
  }
}

function drawLineShape(image: DisplayImage, { points, width, grey, dash }: DrawnLine): void {
  const parts = dash ? dashesOf(points, dash.on, dash.off) : [points];
  for (const part of parts) {
    const coordinates = part.flatMap(({ x, y }) => [x, y]);
    drawGraphic(image, { type: 'POLYLINE', points: coordinates, grey }, width);
  }
}

/** The parts of a line that are drawn, `on` and `off` pixels in turn along it; a dash goes round corners. */
export function dashesOf(
  points: readonly ImagePoint[],
  on: number,
  off: number,
): readonly (readonly ImagePoint[])[] {
  const dashes: ImagePoint[][] = [];
  let [isOn, left] = [true, on];
  let dash: ImagePoint[] = points.slice(0, 1);
  for (const [index, end] of points.slice(1).entries()) {
    let start = points[index] ?? end;
    let length = Math.hypot(end.x - start.x, end.y - start.y);
    while (length > left) {
      const share = left / length;
      start = imagePoint(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share);
      length -= left;
      if (isOn) dashes.push([...dash, start]);
      dash = [start];
      isOn = !isOn;
      left = isOn ? on : off;
    }
    left -= length;
    dash.push(end);
  }
  if (isOn && dash.length > 1) dashes.push(dash);
  return dashes;
}
