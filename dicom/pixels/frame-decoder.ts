/**
 * Stored bytes → the samples of one frame, whatever the transfer syntax. PS3.5 Chapter 8 and Annex A.
 *
 * A transfer syntax is one row of a table. Sizes are checked before anything is allocated by them. Trap: Pixel
 * Representation decides the sign, not the code stream: JPEG knows no sign, and JPEG 2000 files exist that contradict.
 */
import { inflated } from '../read/part10-reader.ts';
import { readImagePixel, type ImagePixel } from '../read/image-pixel.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { PixelFrame, SampleArray } from '../vocabulary/image.ts';
import type { InstanceHeader } from '../vocabulary/instance.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import { readCodeStreamHeader, type CodeStreamDecoder, type DecodedSamples } from './codecs/code-stream.ts';
import { decodeHighThroughputJpeg2000 } from './codecs/high-throughput-jpeg-2000.ts';
import { decodeJpeg2000 } from './codecs/jpeg-2000.ts';
import { decodeJpegLossless } from './codecs/jpeg-lossless.ts';
import { decodeJpegLs } from './codecs/jpeg-ls.ts';
import { decodeJpeg } from './codecs/jpeg.ts';
import { decodeRle } from './codecs/rle.ts';
import { rgbFromYbrFull, upsampleYbr422 } from './colour.ts';
import { encapsulatedFrame, nativeFrame } from './frame-locator.ts';
import {
  interleavePlanes,
  nativeBits,
  storedSamples,
  swapBytes,
  unpackBits,
  type SampleBits,
} from './stored-samples.ts';

/** A frame taken out of its file. */
interface FrameSource {
  /** The code stream, or the native bytes. */
  readonly frame: Uint8Array;
  /** Bit of the first byte at which a native frame begins: not 0 only where frames of 1 bit follow each other. */
  readonly firstBit: number;
  readonly pixel: ImagePixel;
  readonly isBigEndian: boolean;
  /** True when `frame` may be overwritten, and kept as what comes out. */
  readonly isGivenAway: boolean;
}

type FrameReader = (source: FrameSource) => Promise<PixelFrame>;

/** One row per transfer syntax that can be decoded. PS3.6 Table A-1. */
const READERS: Readonly<Record<string, FrameReader>> = {
  [TRANSFER_SYNTAX.implicitVrLittleEndian]: readNative,
  [TRANSFER_SYNTAX.explicitVrLittleEndian]: readNative,
  [TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian]: readNative,
  [TRANSFER_SYNTAX.explicitVrBigEndian]: readNative,
  [TRANSFER_SYNTAX.rleLossless]: readRle,
  [TRANSFER_SYNTAX.jpegBaseline]: compressedWith(decodeJpeg, isAlwaysRgb),
  [TRANSFER_SYNTAX.jpegExtended]: compressedWith(decodeJpeg, isAlwaysRgb),
  [TRANSFER_SYNTAX.jpegLossless]: compressedWith(decodeJpegLossless),
  [TRANSFER_SYNTAX.jpegLosslessFirstOrder]: compressedWith(decodeJpegLossless),
  [TRANSFER_SYNTAX.jpegLsLossless]: compressedWith(decodeJpegLs),
  [TRANSFER_SYNTAX.jpegLsNearLossless]: compressedWith(decodeJpegLs),
  [TRANSFER_SYNTAX.jpeg2000Lossless]: compressedWith(decodeJpeg2000),
  [TRANSFER_SYNTAX.jpeg2000]: compressedWith(decodeJpeg2000),
  [TRANSFER_SYNTAX.htj2kLossless]: compressedWith(decodeHighThroughputJpeg2000),
  [TRANSFER_SYNTAX.htj2kLosslessRpcl]: compressedWith(decodeHighThroughputJpeg2000),
  [TRANSFER_SYNTAX.htj2k]: compressedWith(decodeHighThroughputJpeg2000),
};

/** True for a transfer syntax whose frames {@link decodeFrame} reads (JPEG Extended: with 8 bits only). */
export function isDecodable(transferSyntaxUid: string): boolean {
  return Object.hasOwn(READERS, transferSyntaxUid);
}

/** Transfer syntaxes whose pixels lie in one value, not in fragments. PS3.5 A.1 to A.3, A.5. */
const NATIVE_TRANSFER_SYNTAXES: readonly string[] = [
  TRANSFER_SYNTAX.implicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrLittleEndian,
  TRANSFER_SYNTAX.deflatedExplicitVrLittleEndian,
  TRANSFER_SYNTAX.explicitVrBigEndian,
];

/** Transfer syntaxes that {@link decodeFrame} reads. */
export const DECODABLE_TRANSFER_SYNTAXES: readonly string[] = Object.keys(READERS);

/** Decodes one frame of a file. `bytes` is the whole file of `header`, `frameIndex` counts from 0; of a file that is given away the frame may become the samples. YBR comes back as RGB, colour by pixel. Throws `no-pixel-data`, `unsupported-transfer-syntax`, `undecodable-pixels`, `malformed-dicom`, `invalid-value`, `missing-attribute`, `too-large`, `not-found`. */
export async function decodeFrame(
  bytes: Uint8Array,
  header: InstanceHeader,
  frameIndex: number,
  isGivenAway = false,
): Promise<PixelFrame> {
  const read = readerFor(header);
  const pixel = readImagePixel(header);
  const file = inflated(bytes, header.transferSyntaxUid);
  return await guarded(frameIndex, () => read({ ...locate(file, header, pixel, frameIndex), isGivenAway }));
}

/**
 * Decodes a frame that was read alone: its code stream, or its native bytes, which begin on a byte. `frameIndex` only
 * names the frame in errors. Bytes that are given away may become the samples. Throws like {@link decodeFrame}.
 */
export async function decodeFrameBytes(
  frame: Uint8Array,
  header: InstanceHeader,
  frameIndex: number,
  isGivenAway = false,
): Promise<PixelFrame> {
  const read = readerFor(header);
  const pixel = readImagePixel(header);
  const isBigEndian = header.transferSyntaxUid === TRANSFER_SYNTAX.explicitVrBigEndian;
  return await guarded(frameIndex, () => read({ frame, firstBit: 0, pixel, isBigEndian, isGivenAway }));
}

function readerFor({ pixelData, transferSyntaxUid }: InstanceHeader): FrameReader {
  if (pixelData === undefined)
    throw new PacsError('no-pixel-data', 'The instance holds no PixelData (7FE0,0010)');
  const read = isDecodable(transferSyntaxUid) ? READERS[transferSyntaxUid] : undefined;
  if (read) return read;
  throw new PacsError(
    'unsupported-transfer-syntax',
    `Frames of transfer syntax ${transferSyntaxUid} cannot be decoded`,
  );
}

async function guarded(frameIndex: number, work: () => Promise<PixelFrame>): Promise<PixelFrame> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PacsError) throw cause;
    throw new PacsError('undecodable-pixels', `The codec could not read frame ${frameIndex + 1}`, { cause });
  }
}

/** Finds a frame in the bytes of its file. */
function locate(
  bytes: Uint8Array,
  header: InstanceHeader,
  pixel: ImagePixel,
  frameIndex: number,
): Omit<FrameSource, 'isGivenAway'> {
  const { offset = 0, isEncapsulated = false } = header.pixelData ?? {};
  const isBigEndian = header.transferSyntaxUid === TRANSFER_SYNTAX.explicitVrBigEndian;
  if (isEncapsulated !== isCompressed(header.transferSyntaxUid)) {
    throw new PacsError(
      'malformed-dicom',
      isEncapsulated
        ? 'PixelData has undefined length in a transfer syntax without fragments'
        : 'PixelData has a defined length; a compressed transfer syntax has fragments',
    );
  }
  if (isEncapsulated) {
    const frame = encapsulatedFrame(bytes, offset, pixel, frameIndex, extendedOffsetsOf(header));
    return { frame, firstBit: 0, pixel, isBigEndian };
  }
  const { frame, firstBit } = nativeFrame(bytes, offset, pixel, frameIndex);
  const isInWords = isBigEndian && pixel.bitsAllocated <= 8 && isWord(bytes, offset);
  return {
    frame: isInWords ? outOfWords(frame, bytes, offset) : frame,
    firstBit,
    pixel,
    isBigEndian,
  };
}

/** True for a transfer syntax whose pixels lie in fragments. PS3.5 A.4. */
export function isCompressed(transferSyntaxUid: string): boolean {
  return !NATIVE_TRANSFER_SYNTAXES.includes(transferSyntaxUid);
}

/** Samples of 8 bits are swapped when they lie in words (VR OW, named in the element header). PS3.5 A.3, 8.2. */
function isWord(bytes: Uint8Array, offset: number): boolean {
  return String.fromCharCode(bytes[offset - 8] ?? 0, bytes[offset - 7] ?? 0) === 'OW';
}

/** A frame may begin within a word. */
function outOfWords(frame: Uint8Array, bytes: Uint8Array, offset: number): Uint8Array {
  const start = frame.byteOffset - bytes.byteOffset - offset;
  return frame.map((_, index) => bytes[offset + ((start + index) ^ 1)] ?? 0);
}

/** Native samples, interleaved or by plane, little or big endian. PS3.5 8.2, A.3. */
function readNative({ frame, firstBit, pixel, isBigEndian, isGivenAway }: FrameSource): Promise<PixelFrame> {
  const count = pixel.rows * pixel.columns;
  if (pixel.bitsAllocated === 1) {
    return Promise.resolve(
      frameOf(pixel, unpackBits(frame, firstBit, count), pixel.photometricInterpretation),
    );
  }
  const little = isBigEndian ? littleEndian(frame, pixel) : frame;
  const is422 = pixel.photometricInterpretation === 'YBR_FULL_422';
  const samplesPerPixel = is422 ? 2 : pixel.samplesPerPixel;
  const samples = storedSamples(little, count * samplesPerPixel, nativeBits(pixel), isGivenAway);
  const full = is422 ? upsampleYbr422(samples, count) : samples;
  return Promise.resolve(colourFrame(pixel, full, pixel.isPlanar && !is422, false));
}

function littleEndian(frame: Uint8Array, { bitsAllocated }: ImagePixel): Uint8Array {
  return bitsAllocated > 8 ? swapBytes(frame, bitsAllocated === 32 ? 4 : 2) : frame;
}

function readRle({ frame, pixel }: FrameSource): Promise<PixelFrame> {
  const bits = nativeBits(pixel);
  const count = pixel.rows * pixel.columns;
  const bytes = decodeRle(frame, count, bits.bitsAllocated / 8, pixel.samplesPerPixel);
  const samples = storedSamples(bytes, count * pixel.samplesPerPixel, bits, true);
  return Promise.resolve(colourFrame(pixel, samples, true, false));
}

/** A reader around a codec. `turnsToRgb` says whether the codec's colour is RGB whatever the file declares. */
function compressedWith(
  decode: CodeStreamDecoder,
  turnsToRgb: (pixel: ImagePixel) => boolean = isTransformed,
): FrameReader {
  return async ({ frame: codeStream, pixel }) => {
    checkSize(pixel, readCodeStreamHeader(codeStream));
    const decoded = await decode(codeStream, pixel);
    checkSize(pixel, decoded);
    return colourFrame(pixel, samplesOf(pixel, decoded), decoded.isPlanar, turnsToRgb(pixel));
  };
}

/** Colour transforms inside JPEG 2000 are undone by the codec. PS3.3 C.7.6.3.1.2. */
function isTransformed({ photometricInterpretation }: ImagePixel): boolean {
  return photometricInterpretation === 'YBR_RCT' || photometricInterpretation === 'YBR_ICT';
}

function isAlwaysRgb(): boolean {
  return true;
}

/** Extended Offset Table (7FE0,0001), when short enough to be kept in the header; one fragment a frame is found without it. PS3.3 C.7.6.3.1.8. */
export function extendedOffsetsOf({ attributes }: Pick<InstanceHeader, 'attributes'>): number[] {
  const base64 = attributes[TAG.ExtendedOffsetTable]?.InlineBinary;
  if (base64 === undefined) return [];
  const table = Buffer.from(base64, 'base64');
  return Array.from({ length: Math.floor(table.length / 8) }, (_, index) =>
    Number(table.readBigUInt64LE(index * 8)),
  );
}

function checkSize(
  pixel: ImagePixel,
  size: Pick<DecodedSamples, 'rows' | 'columns' | 'components' | 'bitsPerSample'>,
): void {
  if (
    size.rows !== pixel.rows ||
    size.columns !== pixel.columns ||
    size.components !== pixel.samplesPerPixel
  ) {
    throw new PacsError(
      'undecodable-pixels',
      `The code stream holds ${size.columns} × ${size.rows} × ${size.components} samples; the header says ${pixel.columns} × ${pixel.rows} × ${pixel.samplesPerPixel}`,
    );
  }
  if (size.bitsPerSample < 1 || size.bitsPerSample > Math.min(16, Math.max(8, pixel.bitsAllocated))) {
    throw new PacsError(
      'undecodable-pixels',
      `The code stream holds ${size.bitsPerSample} bits a sample; BitsAllocated is ${pixel.bitsAllocated}`,
    );
  }
}

/** The precision of the code stream is where its sign bit is, even when Bits Stored differs. */
function samplesOf(pixel: ImagePixel, { bytes, bitsPerSample }: DecodedSamples): SampleArray {
  const bits: SampleBits = {
    bitsAllocated: bitsPerSample <= 8 ? 8 : 16,
    bitsStored: bitsPerSample,
    highBit: bitsPerSample - 1,
    isSigned: pixel.isSigned,
  };
  // What a codec made is nobody else's.
  return storedSamples(bytes, pixel.rows * pixel.columns * pixel.samplesPerPixel, bits, true);
}

function colourFrame(
  pixel: ImagePixel,
  samples: SampleArray,
  isPlanar: boolean,
  isRgbAlready: boolean,
): PixelFrame {
  if (pixel.samplesPerPixel === 1) return frameOf(pixel, samples, pixel.photometricInterpretation);
  const byPixel = isPlanar ? interleavePlanes(samples) : samples;
  if (isRgbAlready || pixel.photometricInterpretation === 'RGB') return frameOf(pixel, byPixel, 'RGB');
  if (!/^YBR_FULL(_422)?$/.test(pixel.photometricInterpretation) || pixel.bitsAllocated !== 8) {
    throw new PacsError(
      'undecodable-pixels',
      `Colour of PhotometricInterpretation ${pixel.photometricInterpretation} with ${pixel.bitsAllocated} bits cannot be turned into RGB`,
    );
  }
  return frameOf(pixel, new Uint8Array(rgbFromYbrFull(byPixel).buffer), 'RGB');
}

function frameOf(
  { columns, rows, samplesPerPixel }: ImagePixel,
  samples: SampleArray,
  photometricInterpretation: string,
): PixelFrame {
  return { columns, rows, samplesPerPixel, photometricInterpretation, samples };
}
