/**
 * An image task → an encoded image: decode, display values, overlays, presentation state, region, size, labels. PS3.18
 * 8.3.5, PS3.4 Annex N. Runs in an imaging thread.
 *
 * Trap: graphics in PIXEL units are drawn before the image is cut, turned and scaled, labels and DISPLAY graphics after.
 */
import { toDisplay, type DisplayImage } from '../../dicom/pixels/display.ts';
import { applyShutter, drawGraphic, drawOverlay, drawText } from '../../dicom/pixels/draw.ts';
import { readPixelModule, type PixelModule } from '../../dicom/read/pixel-module.ts';
import type { Presentation } from '../../dicom/read/presentation-state.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import { encodeGif, encodeJpeg, encodePng, reshape, type Reshape } from './image-codec.ts';
import type { ImageMediaType, ImageTask, RenderOptions, SourceRegion } from './image-task.ts';
import type { FrameInput } from './imaging-task.ts';

type Encode = (images: readonly DisplayImage[], task: ImageTask) => Promise<Uint8Array>;

const DEFAULT_QUALITY = 90;

/** One row per media type. */
const ENCODERS: Readonly<Record<ImageMediaType, Encode>> = {
  'image/jpeg': ([image], { options }) => encodeJpeg(required(image), options.quality ?? DEFAULT_QUALITY),
  'image/png': ([image]) => encodePng(required(image)),
  'image/gif': (images, { frameMs }) => encodeGif(images, frameMs),
};

/** Renders and encodes; `decode` gives the samples of a frame. */
export async function renderImage(
  task: ImageTask,
  decode: (input: FrameInput) => Promise<PixelFrame>,
): Promise<Uint8Array> {
  const images: DisplayImage[] = [];
  for (const input of task.frames) images.push(await renderFrame(task, input, await decode(input)));
  return await ENCODERS[task.mediaType](images, task);
}

async function renderFrame(task: ImageTask, input: FrameInput, frame: PixelFrame): Promise<DisplayImage> {
  const { presentation, options, labels } = task;
  const module = readPixelModule(input.header);
  const image = toDisplay(frame, withOptions(module, presentation, options), true);
  for (const plane of task.overlays) drawOverlay(image, plane);
  if (presentation) drawPresentation(image, presentation);
  const shaped = await reshape(image, shapeOf(image, options, presentation));
  if (presentation) drawOnDisplay(shaped, presentation);
  const scale = Math.max(1, Math.round(shaped.columns / LABEL_COLUMNS));
  labels.forEach((label, line) => {
    drawText(shaped, label, [scale * 2, scale * (2 + line * LINE_PITCH)], scale);
  });
  return shaped;
}

/** Width of the image, in points of letters, that labels are scaled to. */
const LABEL_COLUMNS = 400;
/** Points from one line of text to the next. */
const LINE_PITCH = 10;
/** Pixels of an image for each pixel of a line's width. */
const PIXELS_PER_LINE_WIDTH = 800;

/** A window from the request, else the presentation state, stands in the place of the image's own. PS3.4 N.2. */
function withOptions(
  module: PixelModule,
  presentation: Presentation | undefined,
  { window }: RenderOptions,
): PixelModule {
  if (window) return { ...module, voi: [window] };
  if (!presentation) return module;
  const { modality, voi, presentationLutShape } = presentation;
  // IDENTITY of a presentation state means that the lowest value is black, whatever the image is. PS3.3 C.11.6.1.
  const photometricInterpretation =
    module.photometricInterpretation === 'MONOCHROME1' && presentationLutShape
      ? 'MONOCHROME2'
      : module.photometricInterpretation;
  return {
    ...module,
    photometricInterpretation,
    modality,
    voi,
    presentationLutShape: presentationLutShape ?? 'IDENTITY',
  };
}

function drawPresentation(image: DisplayImage, { shutter, graphics, texts }: Presentation): void {
  if (shutter) applyShutter(image, shutter);
  const thickness = lineWidth(image);
  for (const graphic of graphics) {
    if (graphic.units === 'PIXEL') drawGraphic(image, graphic, thickness);
  }
  for (const { text, at, units, grey } of texts) {
    if (units === 'PIXEL') drawLines(image, text, at, thickness * 2, grey);
  }
}

function drawOnDisplay(image: DisplayImage, { graphics, texts }: Presentation): void {
  const { columns, rows } = image;
  const thickness = lineWidth(image);
  for (const graphic of graphics) {
    if (graphic.units !== 'DISPLAY') continue;
    const points = graphic.points.map((value, index) => value * (index % 2 === 0 ? columns : rows));
    drawGraphic(image, { ...graphic, points }, thickness);
  }
  for (const { text, at, units, grey } of texts) {
    if (units === 'DISPLAY') drawLines(image, text, [at[0] * columns, at[1] * rows], thickness * 2, grey);
  }
}

function drawLines(
  image: DisplayImage,
  text: string,
  [x, y]: readonly [number, number],
  scale: number,
  grey: number,
): void {
  text.split(/\r?\n/).forEach((line, index) => {
    drawText(image, line, [x, y + index * LINE_PITCH * scale], scale, grey);
  });
}

function lineWidth({ columns, rows }: DisplayImage): number {
  return Math.max(1, Math.round(Math.max(columns, rows) / PIXELS_PER_LINE_WIDTH));
}

/** What the request and the presentation state together do to the shape of the image. A region of the request is one of the source image. */
function shapeOf(
  image: DisplayImage,
  { region, viewport }: RenderOptions,
  presentation: Presentation | undefined,
): Reshape {
  const area = region ? boxOf(image, region) : displayedBox(image, presentation);
  return {
    ...(area && { area }),
    rotation: presentation?.rotation ?? 0,
    isMirrored: (presentation?.isFlipped ?? false) !== (region?.isMirrored ?? false),
    isUpsideDown: region?.isUpsideDown ?? false,
    ...(viewport && { viewport }),
  };
}

function boxOf({ columns, rows }: DisplayImage, region: SourceRegion): Reshape['area'] {
  const { x, y } = region;
  return clamped(columns, rows, x, y, x + (region.columns ?? columns), y + (region.rows ?? rows));
}

function displayedBox({ columns, rows }: DisplayImage, presentation: Presentation | undefined) {
  const area = presentation?.displayedArea;
  return area && clamped(columns, rows, area.left - 1, area.top - 1, area.right, area.bottom);
}

/** The part of a box that lies in the image; `undefined` where that is all of it, or nothing. */
function clamped(
  columns: number,
  rows: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
): Reshape['area'] {
  const left = Math.max(0, Math.floor(x1));
  const top = Math.max(0, Math.floor(y1));
  const width = Math.min(columns, Math.ceil(x2)) - left;
  const height = Math.min(rows, Math.ceil(y2)) - top;
  const isAll = width === columns && height === rows;
  return isAll || width < 1 || height < 1 ? undefined : { left, top, width, height };
}

function required(image: DisplayImage | undefined): DisplayImage {
  if (image) return image;
  throw new RangeError('an image task has no frame');
}
