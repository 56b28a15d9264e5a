/**
 * Everything that turns stored values into display values: Modality LUT (PS3.3 C.11.1), VOI LUT (C.11.2), palette
 * (C.7.9), padding (C.7.5.1.1.2) and Presentation LUT Shape (C.11.6), next to the pixel layout.
 *
 * Trap: the first value of a LUT Descriptor is 65536 when it says 0, and only its second value may be negative.
 */
import { itemsOf, numberOf, numbersOf, textOf, type DataSet, type Tag } from '../vocabulary/data-set.ts';
import { TAG, type Keyword } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { InstanceHeader } from '../vocabulary/instance.ts';
import type { RawElement } from './element-parser.ts';
import { readImagePixel, type ImagePixel } from './image-pixel.ts';
import { parsePart10, type Part10 } from './part10-reader.ts';

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

/** Reads the pixel layout and the transforms. `bytes` is the file of `header`; it is parsed again only when tables are there. Throws `missing-attribute`, `invalid-value`, `too-large`. */
export function readPixelModule(header: InstanceHeader, bytes: Uint8Array): PixelModule {
  const { attributes } = header;
  const pixel = readImagePixel(header);
  const tables = new Tables(bytes, pixel.isSigned);
  const padding = paddingOf(attributes);
  const shape = textOf(attributes, TAG.PresentationLUTShape);
  const palette =
    pixel.photometricInterpretation === 'PALETTE COLOR' ? tables.palette(attributes) : undefined;
  return {
    ...pixel,
    modality: modalityOf(attributes, tables),
    voi: [...tables.inSequence(attributes, 'VOILUTSequence').map(asLut), ...windowsOf(attributes)],
    ...(padding && { padding }),
    ...((shape === 'IDENTITY' || shape === 'INVERSE') && { presentationLutShape: shape }),
    ...(palette && { palette }),
  };
}

/** Modality LUT Sequence, else Rescale Slope and Intercept, else the identity. PS3.3 C.11.1. */
function modalityOf(attributes: DataSet, tables: Tables): ModalityTransform {
  const [lut] = tables.inSequence(attributes, 'ModalityLUTSequence');
  if (lut) return asLut(lut);
  const slope = numberOf(attributes, TAG.RescaleSlope) ?? 1;
  return {
    kind: 'rescale',
    // A slope of 0 would make one grey of the image; files exist that mean "no rescale" by it.
    slope: slope === 0 ? 1 : slope,
    intercept: numberOf(attributes, TAG.RescaleIntercept) ?? 0,
  };
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

/** Finds the bytes of tables, which a data set leaves out, in the file. */
class Tables {
  private readonly file: Uint8Array;
  private readonly isSigned: boolean;
  private parsed: Part10 | undefined;

  constructor(file: Uint8Array, isSigned: boolean) {
    this.file = file;
    this.isSigned = isSigned;
  }

  /** The tables of the items of a sequence. */
  inSequence(attributes: DataSet, keyword: 'ModalityLUTSequence' | 'VOILUTSequence'): LookupTable[] {
    const items = itemsOf(attributes, TAG[keyword]);
    if (items.length === 0) return [];
    const rawItems = this.elements().find(({ tag }) => tag === TAG[keyword])?.items ?? [];
    return items.map((item, index) =>
      this.table(numbersOf(item, TAG.LUTDescriptor), rawItems[index] ?? [], 'LUTData'),
    );
  }

  palette(attributes: DataSet): NonNullable<PixelModule['palette']> {
    const colour = (name: 'Red' | 'Green' | 'Blue'): LookupTable =>
      this.table(
        numbersOf(attributes, TAG[`${name}PaletteColorLookupTableDescriptor`]),
        this.elements(),
        `${name}PaletteColorLookupTableData`,
      );
    return { red: colour('Red'), green: colour('Green'), blue: colour('Blue') };
  }

  private elements(): readonly RawElement[] {
    this.parsed ??= parsePart10(this.file);
    return this.parsed.elements;
  }

  private table(
    descriptor: readonly number[],
    elements: readonly RawElement[],
    keyword: Keyword,
  ): LookupTable {
    const [declared, first, bits] = descriptor;
    if (declared === undefined || first === undefined || bits === undefined) {
      throw new PacsError(
        'invalid-value',
        `The descriptor of ${keyword} holds ${descriptor.length} values; expected 3`,
      );
    }
    const length = declared === 0 ? 0x10000 : declared & 0xffff;
    const entries = this.entries(find(elements, TAG[keyword]), length, keyword);
    // The second value is signed when pixels are; files exist that encode it as US all the same.
    const firstMapped = this.isSigned && first > 0x7fff ? first - 0x10000 : first;
    return { firstMapped, bits: clampBits(bits), entries };
  }

  /** Entries of 16 bits, or of 8 when there are only that many bytes. PS3.3 C.7.6.3.1.6. */
  private entries(element: RawElement | undefined, length: number, keyword: Keyword): Uint16Array {
    const { bytes } = this.parsed ?? parsePart10(this.file);
    const data = bytes.subarray(element?.offset ?? 0, (element?.offset ?? 0) + (element?.length ?? 0));
    if (data.length < length || data.length === 0) {
      throw new PacsError(
        'invalid-value',
        `${keyword} holds ${data.length} bytes; expected ${length} entries`,
      );
    }
    if (data.length < length * 2) return Uint16Array.from(data.subarray(0, length));
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    return Uint16Array.from({ length }, (_, index) =>
      view.getUint16(index * 2, element?.isLittleEndian ?? true),
    );
  }
}

function find(elements: readonly RawElement[], tag: Tag): RawElement | undefined {
  return elements.find((element) => element.tag === tag);
}

function clampBits(bits: number): number {
  return Math.min(16, Math.max(1, bits & 0xff));
}
