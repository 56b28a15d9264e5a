/**
 * A whole instance in the transfer syntax that a client asks for. PS3.18 8.7.3.5, 10.4.1.1.1.
 *
 * As stored it is a stream from disk; else its header is written anew and the pixels follow, frame by frame. Trap:
 * Implicit VR Little Endian and Explicit VR Big Endian never go over the web, also not for `transfer-syntax=*`.
 */
import { isCompressed, isDecodable } from '../../dicom/pixels/frame-decoder.ts';
import { ENCODABLE_TRANSFER_SYNTAXES, hasColourTransform } from '../../dicom/pixels/frame-encoder.ts';
import { isPixelTag } from '../../dicom/read/element-parser.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { positionIn } from '../../dicom/read/part10-reader.ts';
import { parseByRanges } from '../../dicom/read/ranged-reader.ts';
import { inLittleEndian } from '../../dicom/read/value-bytes.ts';
import { END_OF_FRAGMENTS, EMPTY_OFFSET_TABLE, fragmentOf } from '../../dicom/transcode/fragments.ts';
import { piecesOf, shellOf, swapUnitOf } from '../../dicom/transcode/file-shell.ts';
import { compressedPixels, decodedPixels, unchangedPixels } from '../../dicom/transcode/pixel-description.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { headerOf, type StoredInstance, type StoredPlace } from '../storage/stored-instance.ts';
import type { ByteRange } from '../storage/object-store.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { convertFrame } from './frame-bytes.ts';

/** The bytes of an instance as they are sent. */
export interface InstanceBytes {
  readonly transferSyntaxUid: string;
  /** Absent where it is known only at the end. */
  readonly size?: number;
  /** The bytes; a range of them only where `size` is known. */
  readonly read: (range?: ByteRange) => AsyncIterable<Uint8Array>;
}

type Services = Pick<DicomWebServices, 'index' | 'objects' | 'imaging' | 'decodingPlaces'>;

const EXPLICIT = TRANSFER_SYNTAX.explicitVrLittleEndian;
/** PS3.18 8.7.3.5.2. */
const NOT_FOR_THE_WEB: readonly string[] = [
  TRANSFER_SYNTAX.implicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrBigEndian,
];

/** True when a stored instance can be sent in the transfer syntax that a client names (`*`, a UID, nothing), as far as its row tells. */
export function canSend({ transferSyntaxUid, pixelData }: StoredPlace, wanted: string | undefined): boolean {
  if (wanted === undefined || wanted === '*') return true;
  if (NOT_FOR_THE_WEB.includes(wanted)) return false;
  if (wanted === transferSyntaxUid) return true;
  const isReadable = pixelData === undefined || isDecodable(transferSyntaxUid);
  if (wanted === EXPLICIT) return isReadable;
  return isReadable && pixelData !== undefined && ENCODABLE_TRANSFER_SYNTAXES.includes(wanted);
}

/**
 * Opens an instance. Without a named transfer syntax it is Explicit VR Little Endian, or as stored where that cannot be
 * made. What cannot be made of one that is named fails here, before anything is sent: `not-acceptable`, and what decoding
 * throws.
 */
export async function openInstance(
  services: Services,
  place: StoredPlace,
  wanted: string | undefined,
): Promise<InstanceBytes> {
  const { transferSyntaxUid: stored } = place;
  const mayStay = !NOT_FOR_THE_WEB.includes(stored);
  const target = targetOf(place, wanted);
  if (target === stored) return asStored(services, place);
  if (!canSend(place, target) && wanted !== undefined) throw notAcceptable(place);
  try {
    return await converted(services, place, target);
  } catch (error) {
    if (!isOfThePixels(error)) throw error;
    if (wanted === undefined && mayStay) return asStored(services, place);
    throw notAcceptable(place, error);
  }
}

/** The transfer syntax that is tried first for what a client asks. */
function targetOf({ transferSyntaxUid: stored }: StoredPlace, wanted: string | undefined): string {
  if (wanted !== '*') return wanted ?? EXPLICIT;
  return NOT_FOR_THE_WEB.includes(stored) ? EXPLICIT : stored;
}

/** What {@link openInstance} will give, as far as the row tells: the size only of what goes as it is stored. */
export function announced(
  place: StoredPlace,
  wanted: string | undefined,
): Pick<InstanceBytes, 'transferSyntaxUid' | 'size'> {
  const target = targetOf(place, wanted);
  return { transferSyntaxUid: target, ...(target === place.transferSyntaxUid && { size: place.sizeBytes }) };
}

/** Failures that say that the pixels cannot be had, as opposed to those of the storage. */
export function isOfThePixels(error: unknown): boolean {
  return error instanceof PacsError && !['storage-unavailable', 'busy', 'internal'].includes(error.kind);
}

function notAcceptable({ sopInstanceUid, transferSyntaxUid }: StoredPlace, cause?: unknown): PacsError {
  return new PacsError(
    'not-acceptable',
    `Instance ${sopInstanceUid} is stored in transfer syntax ${transferSyntaxUid} and cannot be sent in the one asked for; transfer-syntax=* is answered always`,
    { cause },
  );
}

function asStored({ objects }: Services, place: StoredPlace): InstanceBytes {
  return {
    transferSyntaxUid: place.transferSyntaxUid,
    size: place.sizeBytes,
    read: (range) => objects.lend(place.objectKey, range),
  };
}

async function converted(services: Services, place: StoredPlace, target: string): Promise<InstanceBytes> {
  const { pixelData, transferSyntaxUid: stored } = place;
  if (stored === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian && target === EXPLICIT) {
    return await inflated(services, place);
  }
  if (!pixelData) return await withoutPixels(services, place, target);
  return target === EXPLICIT && !isCompressed(stored)
    ? await nativePixels(services, place)
    : await framePixels(services, place, target);
}

const NOTHING = new Uint8Array();

async function inflated({ objects, imaging, decodingPlaces }: Services, place: StoredPlace) {
  const bytes = await decodingPlaces.pass(async () =>
    imaging({ kind: 'inflate', file: await objects.read(place.objectKey) }),
  );
  return inOne(EXPLICIT, bytes);
}

/** Long values are copied from disk as they stream by; of a big-endian file each is turned round in memory. */
async function withoutPixels(
  { objects }: Services,
  place: StoredPlace,
  target: string,
): Promise<InstanceBytes> {
  const { objectKey, sizeBytes } = place;
  const read = (start: number, end: number): Promise<Uint8Array> => objects.read(objectKey, { start, end });
  const part10 = await parseByRanges(read, sizeBytes);
  // Pixels in floating point are not indexed; they are written with the rest.
  if (part10.elements.some(({ tag }) => isPixelTag(tag))) {
    return inOne(target, shellOf(await read(0, sizeBytes), NOTHING, target).before);
  }
  const pieces = piecesOf(part10, target);
  const atHand = pieces.filter((piece) => piece instanceof Uint8Array);
  if (atHand.length === pieces.length) return inOne(target, Buffer.concat(atHand));
  return {
    transferSyntaxUid: target,
    async *read() {
      for (const piece of pieces) {
        if (piece instanceof Uint8Array) yield piece;
        else {
          const start = positionIn(part10, piece.value.offset);
          const end = start + piece.value.length;
          if (piece.value.isLittleEndian) yield* objects.lend(objectKey, { start, end });
          else yield inLittleEndian(await read(start, end), piece.value);
        }
      }
    },
  };
}

function inOne(transferSyntaxUid: string, bytes: Uint8Array): InstanceBytes {
  return {
    transferSyntaxUid,
    size: bytes.byteLength,
    read: ({ start, end } = { start: 0, end: bytes.byteLength }) => inChunks(bytes.subarray(start, end)),
  };
}

async function* inChunks(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) if (chunk.length > 0) yield await Promise.resolve(chunk);
}

/** Native pixels are copied from disk as they stream by, turned round where they are big endian. */
async function nativePixels({ index, objects }: Services, place: StoredPlace): Promise<InstanceBytes> {
  const { offset, length } = pixelRangeOf(place);
  const instance = await wholeInstance(index, place);
  const head = await objects.read(place.objectKey, { start: 0, end: offset });
  const tail = await objects.read(place.objectKey, { start: offset + length, end: place.sizeBytes });
  const description = unchangedPixels(readImagePixel(headerOf(instance)), length);
  const { before, after } = shellOf(head, tail, EXPLICIT, description);
  const unit = swapUnitOf(head);
  const padding = new Uint8Array(length % 2);
  return {
    transferSyntaxUid: EXPLICIT,
    async *read() {
      yield before;
      const pixels = objects.lend(place.objectKey, { start: offset, end: offset + length });
      if (unit === undefined) yield* pixels;
      else yield* turnedRound(pixels, unit);
      yield* inChunks(padding, after);
    },
  };
}

async function* turnedRound(chunks: AsyncIterable<Uint8Array>, unit: 2 | 4): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = NOTHING;
  const order = { vr: 'OW', isLittleEndian: false };
  for await (const chunk of chunks) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % unit);
    rest = Uint8Array.from(bytes.subarray(whole));
    yield inLittleEndian(bytes.subarray(0, whole), order, unit);
  }
  if (rest.length > 0) yield rest;
}

/** Compressed pixels are decoded, native ones compressed, frame by frame. The first is made before anything is sent. */
async function framePixels(services: Services, place: StoredPlace, target: string): Promise<InstanceBytes> {
  const { index, objects } = services;
  const { offset } = pixelRangeOf(place);
  const instance = await wholeInstance(index, place);
  const pixel = readImagePixel(headerOf(instance));
  const source = { transferSyntaxUid: place.transferSyntaxUid, attributes: instance.metadata };
  const first = await convertFrame(services, instance, 0, target);
  const isNative = target === EXPLICIT;
  const description = isNative
    ? decodedPixels(pixel, source)
    : compressedPixels(pixel, source, target !== TRANSFER_SYNTAX.jpegLsLossless && hasColourTransform(first));
  const head = await objects.read(place.objectKey, { start: 0, end: offset });
  const { before, after } = shellOf(head, await tailOf(services, place), target, description);
  return {
    transferSyntaxUid: target,
    async *read() {
      yield before;
      if (!isNative) yield EMPTY_OFFSET_TABLE;
      let sent = 0;
      for (let frame = 0; frame < pixel.frames; frame++) {
        const bytes = frame === 0 ? first : await convertFrame(services, instance, frame, target);
        sent += bytes.byteLength;
        yield isNative ? bytes : fragmentOf(bytes);
      }
      yield* isNative ? inChunks(new Uint8Array(sent % 2)) : inChunks(END_OF_FRAGMENTS);
      yield* inChunks(after);
    },
  };
}

/** What follows encapsulated pixels, where their end is known; a deflated file's is not looked for. */
async function tailOf(
  { objects }: Services,
  { objectKey, sizeBytes, pixelData, transferSyntaxUid }: StoredPlace,
) {
  if (transferSyntaxUid === TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian || !pixelData) return NOTHING;
  const end = pixelData.isEncapsulated ? pixelData.frameOffsets?.at(-1) : pixelData.offset + pixelData.length;
  if (end === undefined) return NOTHING;
  const start = end + (pixelData.isEncapsulated ? END_OF_FRAGMENTS.length : 0);
  return await objects.read(objectKey, { start, end: Math.max(start, sizeBytes) });
}

function pixelRangeOf({ pixelData }: StoredPlace): { readonly offset: number; readonly length: number } {
  if (!pixelData) throw new PacsError('no-pixel-data', 'The instance holds no Pixel Data (7FE0,0010)');
  return pixelData;
}

async function wholeInstance(index: Services['index'], place: StoredPlace): Promise<StoredInstance> {
  const instance = await index.findInstance(place.sopInstanceUid);
  if (!instance) throw new PacsError('not-found', 'No such instance is stored');
  return instance;
}
