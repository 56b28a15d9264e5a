/**
 * Image Pixel Module: how the stored samples of an instance are laid out. PS3.3 C.7.6.3.
 *
 * The declared size is checked here, before anyone allocates by it. Trap: Number of Frames is absent for single frames.
 */
import { numberOf, textOf } from '../vocabulary/data-set.ts';
import { TAG, type Keyword } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { InstanceHeader } from '../vocabulary/instance.ts';

/** Layout of stored samples. PS3.3 C.7.6.3.1. */
export interface ImagePixel {
  readonly rows: number;
  readonly columns: number;
  /** Number of Frames; 1 when absent. */
  readonly frames: number;
  readonly samplesPerPixel: 1 | 3;
  readonly photometricInterpretation: string;
  /** True for colour by plane (RRR…GGG…BBB…). */
  readonly isPlanar: boolean;
  readonly bitsAllocated: 1 | 8 | 16 | 32;
  readonly bitsStored: number;
  readonly highBit: number;
  /** True when stored values are two's complement. */
  readonly isSigned: boolean;
}

/** Largest frame that is decoded, in samples (pixels × samples per pixel). */
export const MAX_SAMPLES_PER_FRAME = 400_000_000;

/** Throws `too-large` for a frame of more than `most` samples by its declared size. Sizes that are no numbers are left to {@link readImagePixel}. */
export function requireFrameWithin({ attributes }: InstanceHeader, most: number): void {
  const [rows, columns] = [numberOf(attributes, TAG.Rows), numberOf(attributes, TAG.Columns)];
  const samples = (rows ?? 0) * (columns ?? 0) * (numberOf(attributes, TAG.SamplesPerPixel) ?? 1);
  if (samples <= most) return;
  throw new PacsError(
    'too-large',
    `Rows × Columns × SamplesPerPixel is ${samples}; expected at most ${most}`,
  );
}

const COLOUR = /^(RGB|YBR_)/;

/** Reads the Image Pixel Module. Throws `missing-attribute`, `invalid-value` (among them zero sizes), `too-large`. */
export function readImagePixel(header: InstanceHeader): ImagePixel {
  const rows = positive(header, 'Rows');
  const columns = positive(header, 'Columns');
  const samplesPerPixel = samplesPerPixelOf(header);
  if (rows * columns * samplesPerPixel > MAX_SAMPLES_PER_FRAME) {
    throw new PacsError('too-large', `Rows × Columns is more than ${MAX_SAMPLES_PER_FRAME} samples a frame`);
  }
  const bitsAllocated = bitsAllocatedOf(header);
  const bitsStored = within(header, 'BitsStored', bitsAllocated, 1, bitsAllocated);
  return {
    rows,
    columns,
    frames: within(header, 'NumberOfFrames', 1, 1, 0x7fffffff),
    samplesPerPixel,
    photometricInterpretation: photometricOf(header, samplesPerPixel),
    isPlanar: within(header, 'PlanarConfiguration', 0, 0, 1) === 1,
    bitsAllocated,
    bitsStored,
    highBit: within(header, 'HighBit', bitsStored - 1, bitsStored - 1, bitsAllocated - 1),
    isSigned: within(header, 'PixelRepresentation', 0, 0, 1) === 1,
  };
}

function photometricOf(header: InstanceHeader, samplesPerPixel: number): string {
  const photometric = textOf(header.attributes, TAG.PhotometricInterpretation);
  if (photometric === undefined) {
    throw new PacsError('missing-attribute', 'PhotometricInterpretation is absent or empty');
  }
  if (COLOUR.test(photometric) !== (samplesPerPixel === 3)) {
    throw new PacsError(
      'invalid-value',
      'PhotometricInterpretation and SamplesPerPixel contradict each other',
    );
  }
  return photometric;
}

function samplesPerPixelOf(header: InstanceHeader): 1 | 3 {
  const samples = within(header, 'SamplesPerPixel', 1, 1, 3);
  if (samples === 1 || samples === 3) return samples;
  throw new PacsError('invalid-value', `SamplesPerPixel is ${samples}; expected 1 or 3`);
}

function bitsAllocatedOf(header: InstanceHeader): ImagePixel['bitsAllocated'] {
  const bits = positive(header, 'BitsAllocated');
  if (bits === 1 || bits === 8 || bits === 16 || bits === 32) return bits;
  throw new PacsError('invalid-value', `BitsAllocated is ${bits}; expected 1, 8, 16 or 32`);
}

function positive({ attributes }: InstanceHeader, keyword: Keyword): number {
  const value = numberOf(attributes, TAG[keyword]);
  if (value === undefined) throw new PacsError('missing-attribute', `${keyword} is absent or empty`);
  // A value representation that lies makes fractions of these numbers.
  if (Number.isInteger(value) && value > 0) return value;
  throw new PacsError('invalid-value', `${keyword} is ${value}; expected a positive whole number`);
}

function within(
  { attributes }: InstanceHeader,
  keyword: Keyword,
  absent: number,
  least: number,
  most: number,
): number {
  const value = numberOf(attributes, TAG[keyword]) ?? absent;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new PacsError('invalid-value', `${keyword} is ${value}; expected ${least} to ${most}`);
}
