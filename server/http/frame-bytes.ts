/**
 * Bytes of frames, as stored or as native Explicit VR Little Endian samples. PS3.18 8.7.3.5, 10.4.1.1.6.
 *
 * A native little-endian frame is one ranged read. Trap: implicit VR changes how elements are written, not the bytes
 * of Pixel Data, so those frames go out as they are and are called Explicit VR Little Endian, which the web allows.
 */
import { bitsPerFrame, encapsulatedFrame, requireFrame } from '../../dicom/pixels/frame-locator.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import type { ImagePixel } from '../../dicom/read/image-pixel.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { PixelFrame } from '../../dicom/vocabulary/image.ts';
import type { PixelDataLocation } from '../../dicom/vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { headerOf } from '../storage/stored-instance.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import type { DicomWebServices } from './dicom-web-services.ts';

/** One frame as it is sent. */
export interface FrameBytes {
  readonly transferSyntaxUid: string;
  readonly bytes: Uint8Array;
}

/** Sends frame `frameIndex` (from 0) of an instance. */
export type FrameSource = (frameIndex: number) => Promise<FrameBytes>;

const NATIVE = TRANSFER_SYNTAX.explicitVrLittleEndian;
const NATIVE_LITTLE_ENDIAN: readonly string[] = [NATIVE, TRANSFER_SYNTAX.implicitVrLittleEndian];

/**
 * How the frames of an instance are read, given the transfer syntax that the client named (absent: the default, Explicit
 * VR Little Endian). Throws `no-pixel-data`, `not-acceptable`, and what `readImagePixel` throws.
 */
export function frameSource(
  services: DicomWebServices,
  instance: StoredInstance,
  wanted: string | undefined,
): FrameSource {
  const { pixelData, transferSyntaxUid: stored } = instance;
  if (!pixelData) throw new PacsError('no-pixel-data', 'The instance holds no Pixel Data (7FE0,0010)');
  const pixel = readImagePixel(headerOf(instance));
  const isAsStored = pixelData.isEncapsulated && (wanted === '*' || wanted === stored);
  if (isAsStored) return encapsulatedSource(services, instance, pixelData, pixel);
  if (wanted !== undefined && wanted !== '*' && wanted !== NATIVE) {
    throw new PacsError(
      'not-acceptable',
      `Frames are sent in transfer syntax ${NATIVE}${pixelData.isEncapsulated ? ` or ${stored}` : ''}`,
    );
  }
  const isPlain = NATIVE_LITTLE_ENDIAN.includes(stored) && bitsPerFrame(pixel) % 8 === 0;
  return isPlain
    ? nativeSource(services, instance, pixelData, pixel)
    : decodedSource(services, instance, pixel);
}

/** Number of frames of an instance; throws what `readImagePixel` throws. */
export function frameCountOf(instance: StoredInstance): number {
  return readImagePixel(headerOf(instance)).frames;
}

function nativeSource(
  { objects }: DicomWebServices,
  instance: StoredInstance,
  { offset }: PixelDataLocation,
  pixel: ImagePixel,
): FrameSource {
  const length = bitsPerFrame(pixel) / 8;
  return async (frameIndex) => {
    requireFrame(pixel, frameIndex);
    const start = offset + frameIndex * length;
    const bytes = await objects.read(instance.objectKey, { start, end: start + length });
    if (bytes.byteLength < length) {
      throw new PacsError(
        'malformed-dicom',
        `Pixel Data (7FE0,0010) ends after ${bytes.byteLength} of the ${length} bytes of frame ${frameIndex + 1}`,
      );
    }
    return { transferSyntaxUid: NATIVE, bytes };
  };
}

function encapsulatedSource(
  { objects }: DicomWebServices,
  instance: StoredInstance,
  { offset, length }: PixelDataLocation,
  pixel: ImagePixel,
): FrameSource {
  const pixelData = once(() => objects.read(instance.objectKey, { start: offset, end: offset + length }));
  return async (frameIndex) => ({
    transferSyntaxUid: instance.transferSyntaxUid,
    bytes: encapsulatedFrame(await pixelData(), 0, pixel, frameIndex),
  });
}

function decodedSource(
  { objects, decode, decodingPlaces }: DicomWebServices,
  instance: StoredInstance,
  pixel: ImagePixel,
): FrameSource {
  const file = once(() => objects.read(instance.objectKey));
  const header = headerOf(instance);
  return async (frameIndex) => {
    requireFrame(pixel, frameIndex);
    const frame = await decodingPlaces.pass(async () => decode(await file(), header, frameIndex));
    return { transferSyntaxUid: NATIVE, bytes: littleEndianBytes(frame, pixel) };
  };
}

/** Samples as Bits Allocated says, low byte first. */
function littleEndianBytes({ samples }: PixelFrame, { bitsAllocated }: ImagePixel): Uint8Array {
  const width = Math.max(1, bitsAllocated / 8);
  const bytes = new Uint8Array(samples.length * width);
  const view = new DataView(bytes.buffer);
  if (width === 1) bytes.set(samples);
  else if (width === 2) samples.forEach((sample, index) => { view.setUint16(index * 2, sample, true); }); // prettier-ignore
  else samples.forEach((sample, index) => { view.setUint32(index * 4, sample, true); }); // prettier-ignore
  return bytes;
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
