/**
 * The bytes of a frame, read from the object store: one ranged read wherever its place is known.
 *
 * Trap: the whole file is needed where the place is not known (deflated, encapsulated without an index) or where a frame
 * does not stand on its own (1-bit frames, 8-bit samples in big-endian words).
 */
import { isCompressed } from '../../dicom/pixels/frame-decoder.ts';
import { bitsPerFrame, joinedItems, requireFrame } from '../../dicom/pixels/frame-locator.ts';
import { readImagePixel, type ImagePixel } from '../../dicom/read/image-pixel.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { PixelDataLocation } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import type { ByteRange, ObjectStore } from '../storage/object-store.ts';
import { headerOf, type StoredInstance, type StoredPlace } from '../storage/stored-instance.ts';
import type { FrameInput } from './imaging-task.ts';

/** Groups whose attributes describe pixels: image, overlays, presentation, offset tables. */
const PIXEL_GROUPS = /^(0028|60|2050|7FE0)/;

/** Gives memory of so many bytes for a frame to be read into. */
export type MemoryFor = (bytes: number) => Uint8Array;

/** Reads frame `frameIndex` (from 0). Throws `not-found` for none such, `no-pixel-data`, and what `readImagePixel` throws. */
export async function readFrameInput(
  objects: ObjectStore,
  instance: StoredInstance,
  frameIndex: number,
  memoryFor?: MemoryFor,
): Promise<FrameInput> {
  const header = { ...headerOf(instance), attributes: pixelAttributes(instance.metadata) };
  const pixel = readImagePixel(header);
  requireFrame(pixel, frameIndex);
  const bytes = await readFrame(objects, instance, pixel, frameIndex, memoryFor);
  return bytes
    ? { bytes, isWholeFile: false, header, frameIndex }
    : { bytes: await objects.read(instance.objectKey), isWholeFile: true, header, frameIndex };
}

/** The stored bytes of one frame: its code stream, or its native samples; `undefined` where only the whole file will do. */
export async function readFrame(
  objects: ObjectStore,
  instance: StoredInstance,
  pixel: ImagePixel,
  frameIndex: number,
  memoryFor?: MemoryFor,
): Promise<Uint8Array | undefined> {
  const range = locateFrame(instance, pixel, frameIndex);
  if (!range) return undefined;
  const bytes = await objects.read(instance.objectKey, range, memoryFor?.(range.end - range.start));
  return instance.pixelData?.isEncapsulated === true ? joinedItems(bytes) : bytes;
}

/**
 * Where the bytes of one frame lie: its native samples, or the items of its code stream; `undefined` where they do not lie
 * apart. Throws `no-pixel-data`, and `malformed-dicom` where the file ends before them.
 */
export function locateFrame(
  { pixelData, transferSyntaxUid, sizeBytes }: StoredPlace,
  pixel: ImagePixel,
  frameIndex: number,
): ByteRange | undefined {
  if (!pixelData) throw new PacsError('no-pixel-data', 'The instance holds no Pixel Data (7FE0,0010)');
  // A file whose pixels are not laid out as its transfer syntax says is for the decoder to refuse.
  if (pixelData.isEncapsulated !== isCompressed(transferSyntaxUid)) return undefined;
  const range = pixelData.isEncapsulated
    ? encapsulatedRange(pixelData, frameIndex)
    : nativeRange(pixelData, transferSyntaxUid, pixel, frameIndex);
  if (range && range.end > sizeBytes) {
    throw new PacsError(
      'malformed-dicom',
      `Pixel Data (7FE0,0010) ends after ${Math.max(0, sizeBytes - range.start)} of the ${range.end - range.start} bytes of frame ${frameIndex + 1}`,
    );
  }
  return range;
}

function encapsulatedRange({ frameOffsets }: PixelDataLocation, frameIndex: number): ByteRange | undefined {
  const start = frameOffsets?.[frameIndex];
  const end = frameOffsets?.[frameIndex + 1];
  return start === undefined || end === undefined ? undefined : { start, end };
}

function nativeRange(
  { offset }: PixelDataLocation,
  transferSyntaxUid: string,
  pixel: ImagePixel,
  frameIndex: number,
): ByteRange | undefined {
  const bits = bitsPerFrame(pixel);
  const isBigEndian = transferSyntaxUid === TRANSFER_SYNTAX.explicitVrBigEndian;
  const isApart = bits % 8 === 0 && !(isBigEndian && pixel.bitsAllocated <= 8);
  if (!isApart || transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian) return undefined;
  const start = offset + (frameIndex * bits) / 8;
  return { start, end: start + bits / 8 };
}

function pixelAttributes(attributes: DataSet): DataSet {
  return Object.fromEntries(Object.entries(attributes).filter(([tag]) => PIXEL_GROUPS.test(tag)));
}
