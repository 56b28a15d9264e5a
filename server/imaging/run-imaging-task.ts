/**
 * The imaging tasks as functions: one row per kind. Runs in the imaging threads; it has no state but the codecs'.
 */
import { decodeFrame, decodeFrameBytes } from '../../dicom/pixels/frame-decoder.ts';
import { encodeFrame } from '../../dicom/pixels/frame-encoder.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { inflated, readHeader } from '../../dicom/read/part10-reader.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { shellOf } from '../../dicom/transcode/file-shell.ts';
import { unchangedPixels } from '../../dicom/transcode/pixel-description.ts';
import { renderDrawing } from './render-drawing.ts';
import { renderImage } from './render-image.ts';
import type { FrameInput, FrameTask, ImagingTask, InflateTask } from './imaging-task.ts';

/** Runs a task. Throws `PacsError`s of the rooms that do the work. */
export async function runImagingTask(task: ImagingTask): Promise<Uint8Array> {
  switch (task.kind) {
    case 'frame':
      return await transcodedFrame(task);
    case 'inflate':
      return inflatedFile(task);
    case 'image':
      return await renderImage(task, decodeInput);
    case 'drawing':
      return await renderDrawing(task, decodeInput);
  }
}

/** Decodes the frame of an input. */
export async function decodeInput(input: FrameInput): Promise<PixelFrame> {
  const { bytes, header, frameIndex, isWholeFile } = input;
  return isWholeFile
    ? await decodeFrame(bytes, header, frameIndex)
    : await decodeFrameBytes(bytes, header, frameIndex, true);
}

async function transcodedFrame({ input, transferSyntaxUid }: FrameTask): Promise<Uint8Array> {
  const frame = await decodeInput(input);
  return await encodeFrame(frame, readImagePixel(input.header), transferSyntaxUid);
}

/** The pixels of a deflated file are native ones: they are copied. PS3.5 A.5. */
function inflatedFile({ file }: InflateTask): Uint8Array {
  const header = readHeader(file);
  const whole = inflated(file, header.transferSyntaxUid);
  const target = TRANSFER_SYNTAX.explicitVrLittleEndian;
  if (!header.pixelData) return shellOf(file, new Uint8Array(), target).before;
  const { offset, length } = header.pixelData;
  const pixels = whole.subarray(offset, offset + length);
  const description = unchangedPixels(readImagePixel(header), pixels.length);
  const { before, after } = shellOf(file, whole.subarray(offset + pixels.length), target, description);
  const padding = new Uint8Array(pixels.length % 2);
  return Buffer.concat([before, pixels, padding, after]);
}
