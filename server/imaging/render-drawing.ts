/**
 * A drawing → the pixels of a secondary capture. Runs in an imaging thread.
 */
import { toDisplay, type DisplayImage } from '../../dicom/pixels/display.ts';
import { drawShapes } from '../../dicom/pixels/draw-shapes.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import { encodeJpeg } from './image-codec.ts';
import type { DrawingTask, FrameInput } from './imaging-task.ts';

/** Fine enough that thin lines and letters keep their edges. */
const QUALITY = 90;

/** Draws and encodes. Throws `undecodable-pixels` where the ground is no grey image of the size of the drawing. */
export async function renderDrawing(
  { drawing, ground, encoding }: DrawingTask,
  decode: (input: FrameInput) => Promise<PixelFrame>,
): Promise<Uint8Array> {
  const { rows, columns, shapes } = drawing;
  const image: DisplayImage = ground
    ? toDisplay(await decode(ground), readPixelModule(ground.header))
    : { rows, columns, channels: 1, samples: new Uint8Array(rows * columns) };
  if (image.channels !== 1 || image.rows !== rows || image.columns !== columns) {
    throw new PacsError(
      'undecodable-pixels',
      `The image to draw on has ${image.columns} × ${image.rows} pixels of ${image.channels} samples; expected ${columns} × ${rows} of 1`,
    );
  }
  drawShapes(image, shapes);
  return encoding === 'jpeg' ? await encodeJpeg(image, QUALITY) : image.samples;
}
