/**
 * What a data set says of its pixels once they are decoded or compressed anew. PS3.3 C.7.6.3, PS3.5 8.2.
 *
 * Trap: decoded colour is RGB by pixel whatever the file held, and decoded values lie in the lowest bits.
 */
import { bitsPerFrame } from '../pixels/frame-locator.ts';
import type { ImagePixel } from '../read/image-pixel.ts';
import type { DataSet, Tag } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { TRANSFER_SYNTAX } from '../vocabulary/uids.ts';
import type { Replacement } from './element-writer.ts';
import type { PixelDescription } from './file-shell.ts';

/** Transfer syntaxes that always lose information. PS3.5 A.4. */
export const LOSSY_TRANSFER_SYNTAXES: readonly string[] = [
  TRANSFER_SYNTAX.jpegBaseline,
  TRANSFER_SYNTAX.jpegExtended,
  TRANSFER_SYNTAX.jpegLsNearLossless,
];

/** Pixels that stay as they are: native, `length` bytes. */
export function unchangedPixels({ bitsAllocated }: ImagePixel, length: number): PixelDescription {
  return { vr: vrOf(bitsAllocated), length: even(length), replaced: new Map() };
}

/** Pixels that are decoded to native ones. */
export function decodedPixels(pixel: ImagePixel, source: PixelSource): PixelDescription {
  const length = Math.ceil((bitsPerFrame(decodedLayout(pixel)) * pixel.frames) / 8);
  return { vr: vrOf(pixel.bitsAllocated), length: even(length), replaced: replacements(pixel, source) };
}

/** Pixels that are compressed without loss; colour stands transformed in the code stream where `isTransformed`. */
export function compressedPixels(
  pixel: ImagePixel,
  source: PixelSource,
  isTransformed: boolean,
): PixelDescription {
  const replaced = replacements(pixel, source, isTransformed ? 'YBR_RCT' : 'RGB');
  return { vr: 'OB', length: undefined, replaced };
}

/** Where the pixels come from. */
export interface PixelSource {
  readonly transferSyntaxUid: string;
  readonly attributes: DataSet;
}

/** The layout of decoded pixels: each has all of its samples. PS3.3 C.7.6.3.1.2. */
export function decodedLayout(pixel: ImagePixel): ImagePixel {
  return pixel.samplesPerPixel === 3
    ? { ...pixel, photometricInterpretation: 'RGB', isPlanar: false, highBit: pixel.bitsStored - 1 }
    : { ...pixel, highBit: pixel.bitsStored - 1 };
}

function replacements(
  pixel: ImagePixel,
  { transferSyntaxUid, attributes }: PixelSource,
  colour = 'RGB',
): ReadonlyMap<Tag, Replacement> {
  const isColour = pixel.samplesPerPixel === 3;
  const isLossy =
    LOSSY_TRANSFER_SYNTAXES.includes(transferSyntaxUid) &&
    attributes[TAG.LossyImageCompression] === undefined;
  return new Map<Tag, Replacement>([
    [TAG.HighBit, { vr: 'US', value: word(pixel.bitsStored - 1) }],
    [TAG.ExtendedOffsetTable, undefined],
    [TAG.ExtendedOffsetTableLengths, undefined],
    ...(isColour ? colourReplacements(colour) : []),
    ...(isLossy ? [[TAG.LossyImageCompression, { vr: 'CS', value: Buffer.from('01') }] as const] : []),
  ]);
}

function colourReplacements(colour: string): (readonly [Tag, Replacement])[] {
  return [
    [TAG.PhotometricInterpretation, { vr: 'CS', value: Buffer.from(colour) }],
    [TAG.PlanarConfiguration, { vr: 'US', value: word(0) }],
  ];
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}

function vrOf(bitsAllocated: number): 'OB' | 'OW' {
  return bitsAllocated > 8 ? 'OW' : 'OB';
}

function even(length: number): number {
  return length + (length % 2);
}
