/**
 * Stored values → the grey a person would see: Modality LUT, VOI LUT, Photometric Interpretation, in this order. PS3.4 N.2.
 *
 * One table lookup a sample for up to 16 bits. Trap: padding takes no part in the automatic window and stays black even
 * where the image is inverted.
 */
import { lookUp, modalityFunction } from './modality-lut.ts';
import { isInverted, luma } from './photometric.ts';
import { voiFunction, windowBetween } from './voi-lut.ts';
import type { LookupTable, PixelModule } from '../read/pixel-module.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { GreyImage, PixelFrame, SampleArray } from '../vocabulary/image.ts';

/** Display values of a frame: 0–1, bright is dense; padding is 0. The first VOI table or window counts; without any the range of the samples is the window. Colour becomes luma. Throws `undecodable-pixels` for a palette that is absent. */
export function toGrey(frame: PixelFrame, module: PixelModule): GreyImage {
  const { columns, rows } = frame;
  const samples =
    frame.samplesPerPixel === 3 ? greyFromColour(frame) : greyFromSamples(frame.samples, module);
  return { columns, rows, samples };
}

function greyFromColour({ samples }: PixelFrame): Float32Array {
  const scale = 1 / (2 ** (samples.BYTES_PER_ELEMENT * 8) - 1);
  const grey = new Float32Array(samples.length / 3);
  for (let pixel = 0, at = 0; pixel < grey.length; pixel++, at += 3) {
    grey[pixel] = luma(samples[at] ?? 0, samples[at + 1] ?? 0, samples[at + 2] ?? 0) * scale;
  }
  return grey;
}

function greyFromSamples(samples: SampleArray, module: PixelModule): Float32Array {
  if (samples instanceof Uint32Array || samples instanceof Int32Array) {
    const display = displayFunction(module, () => extremesOf(samples, module));
    return Float32Array.from(samples, display);
  }
  const { first, values } = displayTable(samples, module);
  const grey = new Float32Array(samples.length);
  // One loop a type: an array access that sees several types is several times slower.
  if (samples instanceof Uint16Array) lookUpWords(samples, values, grey);
  else for (let index = 0; index < grey.length; index++) grey[index] = values[samples[index]! - first]!;
  return grey;
}

function lookUpWords(samples: Uint16Array, values: Float32Array, grey: Float32Array): void {
  for (let index = 0; index < grey.length; index++) grey[index] = values[samples[index]!]!;
}

/** The display value (0–1) of every value that samples of 8 or 16 bits can take: entry `i` is that of `first + i`. Throws like {@link toGrey}. */
export function displayTable(
  samples: Uint8Array | Int8Array | Uint16Array | Int16Array,
  module: PixelModule,
): { readonly first: number; readonly values: Float32Array } {
  const { first, count } = domainOf(samples);
  const display = displayFunction(module, () => extremesOf(usedValues(samples, first, count), module));
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = display(first + index);
  return { first, values };
}

/** Stored value → display value. `extremes` gives the least and greatest modality value of the image, where no window is named. */
function displayFunction(
  module: PixelModule,
  extremes: () => readonly [number, number],
): (stored: number) => number {
  if (module.photometricInterpretation === 'PALETTE COLOR') return paletteFunction(module);
  const toModality = modalityFunction(module.modality);
  const [voi] = module.voi;
  const toDisplay = voi ? voiFunction(voi) : windowBetween(...extremes());
  const isPadding = paddingTest(module);
  return isInverted(module)
    ? (stored) => (isPadding(stored) ? 0 : 1 - toDisplay(toModality(stored)))
    : (stored) => (isPadding(stored) ? 0 : toDisplay(toModality(stored)));
}

/** PS3.3 C.7.9: the index goes through three tables. */
function paletteFunction({ palette }: PixelModule): (stored: number) => number {
  if (palette === undefined) {
    throw new PacsError('undecodable-pixels', 'PALETTE COLOR pixels come without a palette that can be read');
  }
  const scaled = (lut: LookupTable): ((stored: number) => number) => {
    // Entries of 8 bits lie in 16-bit words in some files, shifted up in others; the greatest tells.
    const full = lut.entries.some((entry) => entry > 0xff) ? 0xffff : 0xff;
    return (stored) => lookUp(lut, stored) / full;
  };
  const [red, green, blue] = [scaled(palette.red), scaled(palette.green), scaled(palette.blue)];
  return (stored) => luma(red(stored), green(stored), blue(stored));
}

function paddingTest({ padding }: PixelModule): (stored: number) => boolean {
  if (padding === undefined) return () => false;
  const { low, high } = padding;
  return (stored) => stored >= low && stored <= high;
}

/** Every value that samples of 8 or 16 bits can take. */
function domainOf(samples: Uint8Array | Int8Array | Uint16Array | Int16Array): {
  first: number;
  count: number;
} {
  const count = 2 ** (samples.BYTES_PER_ELEMENT * 8);
  const isSigned = samples instanceof Int8Array || samples instanceof Int16Array;
  return { first: isSigned ? -count / 2 : 0, count };
}

/** The values that occur, each once. */
function usedValues(samples: SampleArray, first: number, count: number): number[] {
  const isUsed = new Uint8Array(count);
  for (let index = 0; index < samples.length; index++) isUsed[(samples[index] ?? 0) - first] = 1;
  const used: number[] = [];
  for (let index = 0; index < count; index++) if (isUsed[index] === 1) used.push(first + index);
  return used;
}

function extremesOf(stored: Iterable<number>, module: PixelModule): readonly [number, number] {
  const toModality = modalityFunction(module.modality);
  const isPadding = paddingTest(module);
  let low = Infinity;
  let high = -Infinity;
  for (const value of stored) {
    if (isPadding(value)) continue;
    const modality = toModality(value);
    if (modality < low) low = modality;
    if (modality > high) high = modality;
  }
  return [low, high];
}
