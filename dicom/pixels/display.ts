/**
 * Stored values → what a screen is sent: 8 bits a sample, grey or red, green and blue. PS3.4 N.2.
 *
 * One table lookup a sample, straight to bytes. Trap: a palette gives colour, which `toGrey` reduces to luma for models.
 */
import type { LookupTable, PixelModule } from '../read/pixel-module.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { PixelFrame, SampleArray } from '../vocabulary/image.ts';
import { lookUp } from './modality-lut.ts';
import { displayTable, toGrey } from './render.ts';

/** An image to show: row by row from the top left, colour by pixel when there are 3 channels. */
export interface DisplayImage {
  readonly columns: number;
  readonly rows: number;
  readonly channels: 1 | 3;
  readonly samples: Uint8Array;
}

/** Display values of a frame; one that is given away may be overwritten with them. Throws `undecodable-pixels` for a palette that is absent. */
export function toDisplay(frame: PixelFrame, module: PixelModule, isGivenAway = false): DisplayImage {
  const { columns, rows, samplesPerPixel, samples } = frame;
  if (samplesPerPixel === 3) return { columns, rows, channels: 3, samples: bytesOf(samples) };
  if (module.photometricInterpretation === 'PALETTE COLOR') {
    return { columns, rows, channels: 3, samples: throughPalette(samples, module) };
  }
  return { columns, rows, channels: 1, samples: greyBytes(frame, module, isGivenAway) };
}

/** Colour of 16 bits is shown by its upper 8. */
function bytesOf(samples: SampleArray): Uint8Array {
  if (samples instanceof Uint8Array) return samples;
  const shift = samples.BYTES_PER_ELEMENT * 8 - 8;
  return Uint8Array.from(samples, (sample) => sample >>> shift);
}

function greyBytes(frame: PixelFrame, module: PixelModule, isGivenAway: boolean): Uint8Array {
  const { samples } = frame;
  if (samples instanceof Uint32Array || samples instanceof Int32Array) {
    return Uint8Array.from(toGrey(frame, module).samples, toByte);
  }
  const { first, values } = displayTable(samples, module);
  const table = new Uint8Array(values.length);
  for (let index = 0; index < table.length; index++) table[index] = toByte(values[index]!);
  const bytes = isGivenAway
    ? new Uint8Array(samples.buffer, samples.byteOffset, samples.length)
    : new Uint8Array(samples.length);
  // One loop a type: an array access that sees several types is several times slower.
  if (samples instanceof Uint16Array) lookUpWords(samples, table, bytes);
  else for (let index = 0; index < bytes.length; index++) bytes[index] = table[samples[index]! - first]!;
  return bytes;
}

/** Four samples at a time: a word of 32 bits is written as fast as a byte. It never overwrites what is still to be read. */
function lookUpWords(samples: Uint16Array, table: Uint8Array, bytes: Uint8Array): void {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let index = 0, at = 0; index < words.length; index++, at += 4) {
    words[index] =
      table[samples[at]!]! |
      (table[samples[at + 1]!]! << 8) |
      (table[samples[at + 2]!]! << 16) |
      (table[samples[at + 3]!]! << 24);
  }
  for (let index = words.length * 4; index < bytes.length; index++) bytes[index] = table[samples[index]!]!;
}

function toByte(value: number): number {
  return Math.round(value * 255);
}

/** PS3.3 C.7.9: the index goes through three tables. */
function throughPalette(samples: SampleArray, { palette }: PixelModule): Uint8Array {
  if (palette === undefined) {
    throw new PacsError('undecodable-pixels', 'PALETTE COLOR pixels come without a palette that can be read');
  }
  const channels = [palette.red, palette.green, palette.blue].map(byteTable);
  const bytes = new Uint8Array(samples.length * 3);
  channels.forEach((byteAt, channel) => {
    for (let index = 0; index < samples.length; index++) bytes[index * 3 + channel] = byteAt(samples[index]!);
  });
  return bytes;
}

/** Entries of 8 bits lie in 16-bit words in some files, shifted up in others; the greatest tells. */
function byteTable(lut: LookupTable): (stored: number) => number {
  const shift = lut.entries.some((entry) => entry > 0xff) ? 8 : 0;
  return (stored) => lookUp(lut, stored) >> shift;
}
