/**
 * The samples of one frame → its bytes in a transfer syntax: native, or a code stream without loss. PS3.5 8.2, Annex A.
 *
 * A transfer syntax is one row of a table. Trap: native frames of 1 bit are packed again, and begin on a byte here.
 */
import type { ImagePixel } from '../read/image-pixel.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { PixelFrame, SampleArray } from '../vocabulary/image.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import { encodeHighThroughputJpeg2000 } from './codecs/high-throughput-jpeg-2000.ts';
import { encodeJpeg2000 } from './codecs/jpeg-2000-encoder.ts';
import { encodeJpegLs } from './codecs/jpeg-ls-encoder.ts';

/** Encodes samples (little endian, colour by pixel, one byte each up to 8 bits, else two). Rejects with what its library throws. */
export type CodeStreamEncoder = (samples: Uint8Array, info: WasmFrameInfo) => Promise<Uint8Array>;

type FrameWriter = (frame: PixelFrame, pixel: ImagePixel) => Promise<Uint8Array>;

const WRITERS: Readonly<Record<string, FrameWriter>> = {
  [TRANSFER_SYNTAX.explicitVrLittleEndian]: (frame, pixel) => Promise.resolve(nativeBytes(frame, pixel)),
  [TRANSFER_SYNTAX.jpegLsLossless]: compressedWith(encodeJpegLs, withoutSign),
  [TRANSFER_SYNTAX.jpeg2000Lossless]: compressedWith(encodeJpeg2000),
  [TRANSFER_SYNTAX.htj2kLossless]: compressedWith(encodeHighThroughputJpeg2000),
};

/** Transfer syntaxes that {@link encodeFrame} writes. */
export const ENCODABLE_TRANSFER_SYNTAXES: readonly string[] = Object.keys(WRITERS);

/** Encodes a decoded frame of an instance whose layout is `pixel`. Throws `unsupported-transfer-syntax` for one that is not written, and for samples that its codec does not take. */
export async function encodeFrame(
  frame: PixelFrame,
  pixel: ImagePixel,
  transferSyntaxUid: string,
): Promise<Uint8Array> {
  const write = ENCODABLE_TRANSFER_SYNTAXES.includes(transferSyntaxUid)
    ? WRITERS[transferSyntaxUid]
    : undefined;
  if (write === undefined) {
    throw new PacsError(
      'unsupported-transfer-syntax',
      `Frames cannot be encoded in transfer syntax ${transferSyntaxUid}`,
    );
  }
  return await write(frame, pixel);
}

/** Samples as Bits Allocated says, low byte first. */
function nativeBytes({ samples }: PixelFrame, { bitsAllocated }: ImagePixel): Uint8Array {
  if (bitsAllocated === 1) return packBits(samples);
  if (bitsAllocated / 8 === samples.BYTES_PER_ELEMENT && IS_LITTLE_ENDIAN) {
    return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  }
  const bytes = Buffer.alloc((samples.length * bitsAllocated) / 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = bitsAllocated / 8;
  for (let index = 0; index < samples.length; index++) {
    const sample = samples[index]!;
    if (width === 1) view.setUint8(index, sample & 0xff);
    else if (width === 2) view.setUint16(index * 2, sample & 0xffff, true);
    else view.setUint32(index * 4, sample >>> 0, true);
  }
  return bytes;
}

/** The machine's own order, in which typed arrays lie. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** First pixel in the lowest bit. PS3.5 8.1.1. */
function packBits(samples: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(samples.length / 8));
  for (let index = 0; index < samples.length; index++) {
    if (samples[index]) bytes[index >> 3] = bytes[index >> 3]! | (1 << (index & 7));
  }
  return bytes;
}

/** A writer around a codec, which takes 8 or 16 bits. `prepare` is what is done to samples before. */
function compressedWith(
  encode: CodeStreamEncoder,
  prepare: (samples: SampleArray, bitsStored: number) => SampleArray = (samples) => samples,
): FrameWriter {
  return async (frame, { bitsAllocated, bitsStored, isSigned }) => {
    if (bitsAllocated !== 8 && bitsAllocated !== 16) {
      throw new PacsError(
        'unsupported-transfer-syntax',
        `BitsAllocated is ${bitsAllocated}; frames are compressed with 8 or 16`,
      );
    }
    const bitsPerSample = Math.max(2, bitsStored);
    const info = {
      width: frame.columns,
      height: frame.rows,
      bitsPerSample,
      componentCount: frame.samplesPerPixel,
      isUsingColorTransform: frame.samplesPerPixel === 3,
      isSigned,
    };
    return await encode(codecBytes(prepare(frame.samples, bitsPerSample), bitsPerSample), info);
  };
}

/** JPEG-LS has no sign: the bits above Bits Stored, which repeat it, are cut off. */
function withoutSign(samples: SampleArray, bitsStored: number): SampleArray {
  const mask = 2 ** bitsStored - 1;
  return samples instanceof Int8Array || samples instanceof Int16Array
    ? Uint16Array.from(samples, (sample) => sample & mask)
    : samples;
}

function codecBytes(samples: SampleArray, bitsPerSample: number): Uint8Array {
  if (bitsPerSample <= 8) return Uint8Array.from(samples);
  const words = Uint16Array.from(samples);
  return new Uint8Array(words.buffer);
}

/** True when a JPEG 2000 code stream holds its colour transformed (YBR_RCT), by its COD marker. ISO 15444-1 A.6.1. */
export function hasColourTransform(codeStream: Uint8Array): boolean {
  const at = Buffer.from(codeStream.buffer, codeStream.byteOffset, codeStream.byteLength).indexOf(
    'ff52',
    0,
    'hex',
  );
  return at >= 0 && codeStream[at + 8] === 1;
}
