/**
 * Everything that turns stored values into display values: Modality LUT (PS3.3 C.11.1), VOI LUT (C.11.2), palette
 * (C.7.9), padding (C.7.5.1.1.2) and Presentation LUT Shape (C.11.6), next to the pixel layout.
 *
 * Trap: the first value of a LUT Descriptor is 65536 when it says 0, and only its second value may be negative.
 */
import { itemsOf, numberOf, numbersOf, textOf, type DataSet } from '../vocabulary/data-set.ts';
import { TAG, type Keyword } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { InstanceHeader } from '../vocabulary/instance.ts';
import { readImagePixel, type ImagePixel } from './image-pixel.ts';

/** A lookup table. PS3.3 C.11.1.1. */
export interface LookupTable {
  /** Input value that the first entry belongs to; lower inputs take the first entry, higher ones the last. */
  readonly firstMapped: number;
  /** Bits of an entry as declared by the third value of the descriptor. */
  readonly bits: number;
  readonly entries: Uint16Array;
}

/** Stored values → modality units: a line or a table. PS3.3 C.11.1. */
export type ModalityTransform =
  | { readonly kind: 'rescale'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'lut'; readonly lut: LookupTable };

/** VOI LUT Function. PS3.3 C.11.2.1.3. */
export type VoiFunction = 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';

/** Modality units → the range of interest: a window or a table. PS3.3 C.11.2. */
export type VoiTransform =
  | {
      readonly kind: 'window';
      readonly center: number;
      readonly width: number;
      readonly function: VoiFunction;
    }
  | { readonly kind: 'lut'; readonly lut: LookupTable };

/** Pixel layout and every transform towards the display. Absent is `undefined`. */
export interface PixelModule extends ImagePixel {
  readonly modality: ModalityTransform;
  /** The alternatives the image offers, tables before windows; a window of impossible width is left out. */
  readonly voi: readonly VoiTransform[];
  /** Stored values that are no image, both ends included. */
  readonly padding?: { readonly low: number; readonly high: number };
  readonly presentationLutShape?: 'IDENTITY' | 'INVERSE';
  readonly palette?: { readonly red: LookupTable; readonly green: LookupTable; readonly blue: LookupTable };
}

/** Reads the pixel layout and the transforms. Throws `missing-attribute`, `invalid-value`, `too-large`. */
export function readPixelModule(header: InstanceHeader): PixelModule {
  const { attributes } = header;
  const pixel = readImagePixel(header);
  const padding = paddingOf(attributes);
  const shape = textOf(attributes, TAG.PresentationLUTShape);
  const palette =
    pixel.photometricInterpretation === 'PALETTE COLOR' ? paletteOf(attributes, pixel.isSigned) : undefined;
  return {
    ...pixel,
    modality: modalityOf(attributes, pixel.isSigned),
    voi: voiTransformsOf(attributes, pixel.isSigned),
    ...(padding && { padding }),
    ...((shape === 'IDENTITY' || shape === 'INVERSE') && { presentationLutShape: shape }),
    ...(palette && { palette }),
  };
}

/** Modality LUT Sequence, else Rescale Slope and Intercept, else the identity. PS3.3 C.11.1. */
export function modalityOf(attributes: DataSet, isSigned: boolean): ModalityTransform {
  const [item] = itemsOf(attributes, TAG.ModalityLUTSequence);
  if (item) return asLut(lookupTableOf(item, isSigned));
  const slope = numberOf(attributes, TAG.RescaleSlope) ?? 1;
  return {
    kind: 'rescale',
    // A slope of 0 would make one grey of the image; files exist that mean "no rescale" by it.
    slope: slope === 0 ? 1 : slope,
    intercept: numberOf(attributes, TAG.RescaleIntercept) ?? 0,
  };
}

/** The VOI tables and windows of a data set (an image, or an item of a presentation state), tables first. PS3.3 C.11.2. */
export function voiTransformsOf(attributes: DataSet, isSigned: boolean): readonly VoiTransform[] {
  const tables = itemsOf(attributes, TAG.VOILUTSequence).map((item) => asLut(lookupTableOf(item, isSigned)));
  return [...tables, ...windowsOf(attributes)];
}

function asLut(lut: LookupTable): { readonly kind: 'lut'; readonly lut: LookupTable } {
  return { kind: 'lut', lut };
}

/** Window Center and Width pairs. LINEAR needs a width of at least 1, the others more than 0. PS3.3 C.11.2.1.2. */
function windowsOf(attributes: DataSet): VoiTransform[] {
  const widths = numbersOf(attributes, TAG.WindowWidth);
  const name = textOf(attributes, TAG.VOILUTFunction);
  const voiFunction = name === 'SIGMOID' || name === 'LINEAR_EXACT' ? name : 'LINEAR';
  return numbersOf(attributes, TAG.WindowCenter).flatMap((center, index) => {
    const width = widths[index];
    const isPossible = width !== undefined && (voiFunction === 'LINEAR' ? width >= 1 : width > 0);
    return isPossible ? [{ kind: 'window', center, width, function: voiFunction }] : [];
  });
}

/** Pixel Padding Value, or the range up to Pixel Padding Range Limit in either order. PS3.3 C.7.5.1.1.2. */
function paddingOf(attributes: DataSet): { low: number; high: number } | undefined {
  const value = numberOf(attributes, TAG.PixelPaddingValue);
  if (value === undefined) return undefined;
  const limit = numberOf(attributes, TAG.PixelPaddingRangeLimit) ?? value;
  return { low: Math.min(value, limit), high: Math.max(value, limit) };
}

function paletteOf(attributes: DataSet, isSigned: boolean): NonNullable<PixelModule['palette']> {
  const colour = (name: 'Red' | 'Green' | 'Blue'): LookupTable =>
    table(
      attributes,
      `${name}PaletteColorLookupTableDescriptor`,
      `${name}PaletteColorLookupTableData`,
      isSigned,
    );
  return { red: colour('Red'), green: colour('Green'), blue: colour('Blue') };
}

/** The table of an item of a LUT sequence. PS3.3 C.11.1.1. Throws `invalid-value`. */
export function lookupTableOf(item: DataSet, isSigned: boolean): LookupTable {
  return table(item, 'LUTDescriptor', 'LUTData', isSigned);
}

function table(dataSet: DataSet, descriptor: Keyword, data: Keyword, isSigned: boolean): LookupTable {
  const described = numbersOf(dataSet, TAG[descriptor]);
  const [declared, first, bits] = described;
  if (declared === undefined || first === undefined || bits === undefined) {
    throw new PacsError(
      'invalid-value',
      `The descriptor of ${data} holds ${described.length} values; expected 3`,
    );
  }
  const length = declared === 0 ? 0x10000 : declared & 0xffff;
  // The second value is signed when pixels are; files exist that encode it as US all the same.
  const firstMapped = isSigned && first > 0x7fff ? first - 0x10000 : first;
  return { firstMapped, bits: clampBits(bits), entries: entriesOf(dataSet, data, length) };
}

/** Entries of 16 bits, or of 8 when there are only that many bytes. PS3.3 C.7.6.3.1.6. */
function entriesOf(dataSet: DataSet, keyword: Keyword, length: number): Uint16Array {
  const data = Buffer.from(dataSet[TAG[keyword]]?.InlineBinary ?? '', 'base64');
  if (data.length < length || data.length === 0) {
    throw new PacsError('invalid-value', `${keyword} holds ${data.length} bytes; expected ${length} entries`);
  }
  if (data.length < length * 2) return Uint16Array.from(data.subarray(0, length));
  return Uint16Array.from({ length }, (_, index) => data.readUInt16LE(index * 2));
}

function clampBits(bits: number): number {
  return Math.min(16, Math.max(1, bits & 0xff));
}
