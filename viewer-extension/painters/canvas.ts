/**
 * Paints a display list on a 2D canvas. Surface pixels are canvas pixels, or CSS pixels where the canvas is denser: the
 * transform knows neither zoom nor rotation of the image, so lines and type keep their size.
 */
import type { DisplayList } from '../core/overlay-shape.ts';
import { HALO_COLOUR } from '../core/overlay-style.ts';
import { LABEL } from '../core/label-text.ts';
import { strokeRuns, type PaintRun, type PathItem, type TextItem } from './stroke-runs.ts';

/** Few strokes are cheap, and so are short paths: what Chromium does to close one grows with its length. */
const PATHS_A_STROKE = 64;

const LABEL_FONT = "500 {size}px 'Inter Variable', system-ui, sans-serif";

/** The part of a 2D context that is used, so that a test can record it. */
export type CanvasContext = Pick<
  CanvasRenderingContext2D,
  | 'setTransform'
  | 'clearRect'
  | 'save'
  | 'restore'
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'closePath'
  | 'stroke'
  | 'setLineDash'
  | 'fill'
  | 'roundRect'
  | 'fillText'
  | 'strokeStyle'
  | 'fillStyle'
  | 'lineWidth'
  | 'lineJoin'
  | 'lineCap'
  | 'globalAlpha'
  | 'font'
  | 'textBaseline'
>;

/** CSS font of labels at a size in canvas pixels. */
export function labelFont(size: number): string {
  return LABEL_FONT.replace('{size}', String(size));
}

/** Clears the canvas of `width` by `height` pixels and paints the list on it; `density`: canvas pixels a surface pixel. */
export function paintDisplayList(
  context: CanvasContext,
  list: DisplayList,
  size: { readonly width: number; readonly height: number },
  density = 1,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, size.width, size.height);
  if (density !== 1) context.setTransform(density, 0, 0, density, 0, 0);
  for (const run of strokeRuns(list)) {
    context.save();
    if (run.kind === 'paths') paintPaths(context, run);
    else paintText(context, run);
    context.restore();
  }
}

function paintPaths(context: CanvasContext, { stroke, paths }: Extract<PaintRun, { kind: 'paths' }>): void {
  const groups = inGroups(paths);
  context.lineJoin = 'round';
  context.lineCap = 'butt';
  context.strokeStyle = HALO_COLOUR;
  context.globalAlpha = stroke.dash.length > 0 ? 0.4 : 0.6;
  context.lineWidth = stroke.haloWidth;
  for (const group of groups) strokeAll(context, group);
  context.globalAlpha = 1;
  context.strokeStyle = stroke.colour;
  context.lineWidth = stroke.width;
  context.setLineDash([...stroke.dash]);
  for (const group of groups) strokeAll(context, group);
}

function inGroups(paths: readonly PathItem[]): readonly (readonly PathItem[])[] {
  return Array.from({ length: Math.ceil(paths.length / PATHS_A_STROKE) }, (_, index) =>
    paths.slice(index * PATHS_A_STROKE, (index + 1) * PATHS_A_STROKE),
  );
}

function strokeAll(context: CanvasContext, paths: readonly PathItem[]): void {
  context.beginPath();
  for (const path of paths) tracePath(context, path);
  context.stroke();
}

function tracePath(context: CanvasContext, { points, isClosed }: PathItem): void {
  points.forEach(({ x, y }, index) => {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  });
  if (isClosed) context.closePath();
}

function paintText(context: CanvasContext, item: TextItem): void {
  const { frame, lines, fontSize, padding } = item;
  const scale = fontSize / LABEL.fontSize;
  context.beginPath();
  context.roundRect(frame.x, frame.y, frame.width, frame.height, 3 * scale);
  context.fillStyle = item.isSelected ? item.colour : HALO_COLOUR;
  context.globalAlpha = item.isSelected ? 1 : 0.8;
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = item.isSelected ? HALO_COLOUR : item.colour;
  context.font = labelFont(fontSize);
  context.textBaseline = 'middle';
  lines.forEach((line, index) => {
    const middle = frame.y + padding / 2 + (index + 0.5) * LABEL.lineHeight * scale;
    context.fillText(line, frame.x + padding, middle);
  });
}
