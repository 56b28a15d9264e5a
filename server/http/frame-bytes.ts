/**
 * Bytes of frames, as stored or in another transfer syntax. PS3.18 8.7.3, 10.4.1.1.6.
 *
 * Trap: implicit VR changes how elements are written, not the bytes of Pixel Data, so those frames go out as they are
 * and are called Explicit VR Little Endian, which the web allows.
 */
import { extendedOffsetsOf, isCompressed, isDecodable } from '../../dicom/pixels/frame-decoder.ts';
import { ENCODABLE_TRANSFER_SYNTAXES } from '../../dicom/pixels/frame-encoder.ts';
import { encapsulatedFrame, requireFrame } from '../../dicom/pixels/frame-locator.ts';
import { readImagePixel } from '../../dicom/read/image-pixel.ts';
import { TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { locateFrame, readFrame, readFrameInput } from '../imaging/frame-input.ts';
import { headerOf } from '../storage/stored-instance.ts';
import type { StoredInstance, StoredPlace } from '../storage/stored-instance.ts';
import type { ByteRange } from '../storage/object-store.ts';
import type { DicomWebServices } from './dicom-web-services.ts';
import { rangesOf, type Ranged } from './send-parts.ts';

const NATIVE = TRANSFER_SYNTAX.explicitVrLittleEndian;
const NATIVE_LITTLE_ENDIAN: readonly string[] = [NATIVE, TRANSFER_SYNTAX.implicitVrLittleEndian];

/** Media types of compressed pixels and the transfer syntax that each means where none is named. PS3.18 Tables 8.7.3-4 and -5. */
export const PIXEL_MEDIA_TYPES: Readonly<Record<string, readonly string[]>> = {
  'image/jpeg': [
    TRANSFER_SYNTAX.jpegLosslessFirstOrder,
    TRANSFER_SYNTAX.jpegBaseline,
    TRANSFER_SYNTAX.jpegExtended,
    TRANSFER_SYNTAX.jpegLossless,
  ],
  'image/jls': [TRANSFER_SYNTAX.jpegLsLossless, TRANSFER_SYNTAX.jpegLsNearLossless],
  'image/jp2': [TRANSFER_SYNTAX.jpeg2000Lossless, TRANSFER_SYNTAX.jpeg2000],
  'image/jphc': [TRANSFER_SYNTAX.htj2kLossless, TRANSFER_SYNTAX.htj2kLosslessRpcl, TRANSFER_SYNTAX.htj2k],
  'image/dicom-rle': [TRANSFER_SYNTAX.rleLossless],
};

/**
 * The transfer syntax in which frames are sent as `mediaType`, given what the client said of it (`*`, a UID, nothing);
 * `undefined` where it cannot be. Octets without a word are native, compressed types as stored where they fit.
 */
export function frameSyntax(
  { transferSyntaxUid: stored, pixelData }: StoredPlace,
  mediaType: string,
  wanted: string | undefined,
): string | undefined {
  const ofType = PIXEL_MEDIA_TYPES[mediaType];
  const storedFits = ofType ? ofType.includes(stored) : isCompressed(stored);
  const isOpen = wanted === '*' || (wanted === undefined && ofType !== undefined);
  const target = isOpen && storedFits ? stored : isOpen ? (ofType?.[0] ?? NATIVE) : (wanted ?? NATIVE);
  if (ofType && !ofType.includes(target)) return undefined;
  if (target === stored && isCompressed(stored) && pixelData?.isEncapsulated !== false) return target;
  return isDecodable(stored) && ENCODABLE_TRANSFER_SYNTAXES.includes(target) ? target : undefined;
}

/**
 * Frame `frameIndex` (from 0) in `transferSyntaxUid`, one of {@link frameSyntax}, ready to be sent: native samples straight
 * from disk, all else made here. Throws `not-found` for none such, and what reading and decoding throw.
 */
export async function openFrame(
  services: FrameServices,
  instance: StoredInstance,
  frameIndex: number,
  transferSyntaxUid: string,
): Promise<Ranged> {
  const { transferSyntaxUid: stored } = instance;
  const isAsStored = stored === transferSyntaxUid && isCompressed(stored);
  const isNative = transferSyntaxUid === NATIVE && NATIVE_LITTLE_ENDIAN.includes(stored);
  if (isAsStored || isNative) {
    const pixel = readImagePixel(headerOf(instance));
    requireFrame(pixel, frameIndex);
    const range = isNative && locateFrame(instance, pixel, frameIndex);
    if (range) return lentFrame(services, instance, range);
    const bytes = await readFrame(services.objects, instance, pixel, frameIndex);
    if (bytes) return rangesOf(bytes);
  }
  return rangesOf(
    isAsStored
      ? await searchedFrame(services, instance, frameIndex)
      : await convertFrame(services, instance, frameIndex, transferSyntaxUid),
  );
}

type FrameServices = Pick<DicomWebServices, 'objects' | 'imaging' | 'decodingPlaces'>;

function lentFrame({ objects }: FrameServices, { objectKey }: StoredInstance, frame: ByteRange): Ranged {
  return {
    size: frame.end - frame.start,
    read: ({ start, end }) => objects.lend(objectKey, { start: frame.start + start, end: frame.start + end }),
  };
}

/** The code stream of a frame of which nobody knows where it lies: all of Pixel Data is read. */
async function searchedFrame(
  { objects, decodingPlaces }: FrameServices,
  instance: StoredInstance,
  frameIndex: number,
): Promise<Uint8Array> {
  const header = headerOf(instance);
  const { offset = 0, length = 0 } = instance.pixelData ?? {};
  return await decodingPlaces.pass(async () => {
    const pixelData = await objects.read(instance.objectKey, { start: offset, end: offset + length });
    return encapsulatedFrame(pixelData, 0, readImagePixel(header), frameIndex, extendedOffsetsOf(header));
  });
}

/** Decodes a frame and encodes it in another transfer syntax, in an imaging thread. */
export async function convertFrame(
  { objects, imaging, decodingPlaces }: FrameServices,
  instance: StoredInstance,
  frameIndex: number,
  transferSyntaxUid: string,
): Promise<Uint8Array> {
  return await decodingPlaces.pass(async () =>
    imaging({
      kind: 'frame',
      input: await readFrameInput(objects, instance, frameIndex),
      transferSyntaxUid,
    }),
  );
}
