/**
 * Bytes of samples → typed arrays of stored values: byte order, Bits Stored, High Bit, sign, planes. PS3.5 8.1.1, PS3.3 C.7.6.3.1.
 *
 * Trap: the bits above High Bit may hold overlays and are never part of the value.
 */
import type { ImagePixel } from '../read/image-pixel.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { SampleArray } from '../vocabulary/image.ts';

/** Where the value sits in the bits of a sample. */
export interface SampleBits {
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly isSigned: boolean;
}

/** Reads `count` little-endian samples and isolates the stored value of each. The result shares no memory with `bytes` but where they are given away. Throws `undecodable-pixels` when there are fewer. */
export function storedSamples(
  bytes: Uint8Array,
  count: number,
  bits: SampleBits,
  isGivenAway = false,
): SampleArray {
  const bytesPerSample = bits.bitsAllocated / 8;
  if (bytes.length < count * bytesPerSample) {
    throw new PacsError(
      'undecodable-pixels',
      `The frame holds ${bytes.length} bytes; expected ${count * bytesPerSample}`,
    );
  }
  const isInPlace = isGivenAway && bytes.byteOffset % bytesPerSample === 0;
  const own = isInPlace ? bytes : alignedCopy(bytes, count * bytesPerSample);
  const samples = typedArray(own, count, bits);
  isolate(samples, bits);
  return samples;
}

/** `slice` of a Buffer would be no copy. */
function alignedCopy(bytes: Uint8Array, length: number): Uint8Array {
  const copy = new Uint8Array(length);
  copy.set(bytes.subarray(0, length));
  return copy;
}

/** Unpacks 1-bit samples, first pixel in the lowest bit. PS3.5 8.1.1. */
export function unpackBits(bytes: Uint8Array, firstBit: number, count: number): Uint8Array {
  const samples = new Uint8Array(count);
  for (let index = 0; index < count; index++) {
    const bit = firstBit + index;
    samples[index] = ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;
  }
  return samples;
}

/** Swaps the bytes of every sample of 2 or 4 bytes; a copy. */
export function swapBytes(bytes: Uint8Array, unit: 2 | 4): Uint8Array {
  const swapped = Buffer.from(bytes);
  if (unit === 2) swapped.swap16();
  else swapped.swap32();
  return swapped;
}

/** RRR…GGG…BBB… → RGBRGB…. PS3.3 C.7.6.3.1.3. */
export function interleavePlanes<T extends SampleArray>(planar: T): T {
  const interleaved = planar.slice();
  const plane = planar.length / 3;
  for (let from = 0, to = 0; from < plane; from++) {
    for (let component = 0; component < 3; component++, to++) {
      interleaved[to] = planar[from + component * plane] ?? 0;
    }
  }
  return interleaved as T;
}

function typedArray(
  { buffer, byteOffset }: Uint8Array,
  count: number,
  { bitsAllocated, isSigned }: SampleBits,
): SampleArray {
  switch (bitsAllocated) {
    case 8:
      return isSigned ? new Int8Array(buffer, byteOffset, count) : new Uint8Array(buffer, byteOffset, count);
    case 16:
      return isSigned
        ? new Int16Array(buffer, byteOffset, count)
        : new Uint16Array(buffer, byteOffset, count);
    case 32:
      return isSigned
        ? new Int32Array(buffer, byteOffset, count)
        : new Uint32Array(buffer, byteOffset, count);
  }
}

/** Shifts each value to the top to lose the bits above it, and down again to lose those below; the sign follows. */
function isolate(samples: SampleArray, { bitsStored, highBit, isSigned, bitsAllocated }: SampleBits): void {
  if (bitsStored === bitsAllocated) return;
  if (!isSigned && highBit === bitsStored - 1 && bitsAllocated !== 32) {
    maskLow(samples, bitsStored, bitsAllocated);
    return;
  }
  const up = 31 - highBit;
  const down = 32 - bitsStored;
  if (isSigned) {
    for (let index = 0; index < samples.length; index++)
      samples[index] = ((samples[index] ?? 0) << up) >> down;
  } else {
    for (let index = 0; index < samples.length; index++)
      samples[index] = ((samples[index] ?? 0) << up) >>> down;
  }
}

/** Clears the bits above Bits Stored, as many samples at once as a word of 32 bits holds. */
function maskLow(samples: SampleArray, bitsStored: number, bitsAllocated: 8 | 16): void {
  const mask = 2 ** bitsStored - 1;
  const wide = bitsAllocated === 16 ? mask | (mask << 16) : mask * 0x01010101;
  const size = samples.BYTES_PER_ELEMENT;
  // Words begin at a multiple of their size; a few samples hold none.
  const first = samples.byteLength < 8 ? samples.length : (-samples.byteOffset & 3) / size;
  const rest = first + (((samples.length - first) * size) >> 2) * (4 / size);
  for (let index = 0; index < first; index++) samples[index] = samples[index]! & mask;
  for (let index = rest; index < samples.length; index++) samples[index] = samples[index]! & mask;
  if (rest === first) return;
  const words = new Uint32Array(
    samples.buffer,
    samples.byteOffset + first * size,
    ((rest - first) * size) / 4,
  );
  for (let index = 0; index < words.length; index++) words[index] = words[index]! & wide;
}

/** The bits of native samples of an instance. */
export function nativeBits(pixel: ImagePixel): SampleBits {
  const { bitsAllocated, bitsStored, highBit, isSigned } = pixel;
  if (bitsAllocated === 1)
    throw new PacsError(
      'unsupported-transfer-syntax',
      'BitsAllocated is 1; this transfer syntax is read with 8, 16 or 32',
    );
  return { bitsAllocated, bitsStored, highBit, isSigned };
}
