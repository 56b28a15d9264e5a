/**
 * Metadata and native frame bytes → what the viewport shows, at full bit depth: stored samples stay stored samples
 * until the window is applied. PS3.3 C.7.6.3, C.11.1, C.11.2.
 *
 * Traps: MONOCHROME1 means the smallest value is white; padding may not widen the window, nor shine; Bits Stored may
 * leave garbage in the high bits.
 */
import { itemsOf, numberOf, numbersOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';

/** A lookup table as it is stored. PS3.3 C.11.1.1, C.11.2.1.1. */
export interface DisplayLut {
  readonly firstValueMapped: number;
  readonly numBitsPerEntry: number;
  readonly lut: readonly number[];
}

/** One frame ready for a viewport. Window values are in modality units. */
export interface DisplayImage {
  readonly columns: number;
  readonly rows: number;
  /** Grey: stored values. Colour: RGBA, four bytes a pixel. */
  readonly samples: Uint8Array | Int8Array | Uint16Array | Int16Array;
  readonly isColour: boolean;
  /** True for MONOCHROME1: shown inverted, so that dense is bright. */
  readonly isInverted: boolean;
  /** Smallest and largest stored value, padding left out. */
  readonly minimum: number;
  readonly maximum: number;
  readonly slope: number;
  readonly intercept: number;
  readonly windowCenter: number;
  readonly windowWidth: number;
  readonly modalityLut?: DisplayLut;
  readonly voiLut?: DisplayLut;
  /** Height and width of a pixel in relation to each other; 1 and 1 when the header says neither. */
  readonly rowSpacing: number;
  readonly columnSpacing: number;
}

/** Builds the image. Throws an `Error` that names what cannot be shown. */
export function displayImageOf(metadata: DataSet, bytes: Uint8Array): DisplayImage {
  const photometric = textOf(metadata, TAG.PhotometricInterpretation) ?? 'MONOCHROME2';
  const frame = frameShape(metadata);
  const common = { columns: frame.columns, rows: frame.rows, ...spacingOf(metadata) };
  const expected = (frame.columns * frame.rows * frame.samplesPerPixel * frame.bitsAllocated) / 8;
  if (bytes.length < expected) {
    throw new Error(`The frame holds ${bytes.length} bytes; ${expected} were expected`);
  }
  if (photometric === 'RGB' && frame.samplesPerPixel === 3 && frame.bitsAllocated === 8) {
    return { ...common, ...colourImage(metadata, frame, bytes) };
  }
  if (photometric !== 'MONOCHROME1' && photometric !== 'MONOCHROME2') {
    throw new Error(`Photometric Interpretation ${photometric} cannot be shown here`);
  }
  const samples = storedSamples(metadata, bytes, frame);
  const isInverted = photometric === 'MONOCHROME1';
  const range = hidePadding(samples, paddingRange(metadata), isInverted);
  return {
    ...common,
    ...range,
    samples,
    isColour: false,
    isInverted,
    ...greyTransform(metadata, samples, range),
  };
}

interface FrameShape {
  readonly columns: number;
  readonly rows: number;
  readonly samplesPerPixel: number;
  readonly bitsAllocated: number;
}

function frameShape(metadata: DataSet): FrameShape {
  const columns = numberOf(metadata, TAG.Columns);
  const rows = numberOf(metadata, TAG.Rows);
  const bitsAllocated = numberOf(metadata, TAG.BitsAllocated) ?? 16;
  if (!columns || !rows) throw new Error('Rows or Columns is absent');
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw new Error(`Bits Allocated ${bitsAllocated} cannot be shown here`);
  }
  return { columns, rows, bitsAllocated, samplesPerPixel: numberOf(metadata, TAG.SamplesPerPixel) ?? 1 };
}

type GreySamples = Uint8Array | Int8Array | Uint16Array | Int16Array;

/** A copy of the stored values with sign and Bits Stored resolved. PS3.5 8.1.1. */
function storedSamples(metadata: DataSet, bytes: Uint8Array, frame: FrameShape): GreySamples {
  const bitsStored = numberOf(metadata, TAG.BitsStored) ?? frame.bitsAllocated;
  const highBit = numberOf(metadata, TAG.HighBit) ?? bitsStored - 1;
  const isSigned = numberOf(metadata, TAG.PixelRepresentation) === 1;
  const count = frame.columns * frame.rows;
  const copy = bytes.slice(0, (count * frame.bitsAllocated) / 8).buffer;
  const is16 = frame.bitsAllocated === 16;
  const samples = is16
    ? isSigned
      ? new Int16Array(copy)
      : new Uint16Array(copy)
    : isSigned
      ? new Int8Array(copy)
      : new Uint8Array(copy);
  if (bitsStored === frame.bitsAllocated) return samples;
  const above = 31 - highBit;
  const unused = 32 - bitsStored;
  for (let index = 0; index < samples.length; index += 1) {
    const aligned = (samples[index] ?? 0) << above;
    samples[index] = isSigned ? aligned >> unused : aligned >>> unused;
  }
  return samples;
}

/** Pixel Padding Value, or the range up to Pixel Padding Range Limit. PS3.3 C.7.5.1.1.2. */
function paddingRange(metadata: DataSet): readonly [number, number] | undefined {
  const value = numberOf(metadata, TAG.PixelPaddingValue);
  if (value === undefined) return undefined;
  const limit = numberOf(metadata, TAG.PixelPaddingRangeLimit) ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}

/** Range of the values that are not padding; padding itself is set to the value that shows black. */
function hidePadding(
  samples: GreySamples,
  padding: readonly [number, number] | undefined,
  isInverted: boolean,
): { readonly minimum: number; readonly maximum: number } {
  let [minimum, maximum] = [Infinity, -Infinity];
  const [low, high] = padding ?? [1, 0];
  for (const value of samples) {
    if (value >= low && value <= high) continue;
    if (value < minimum) minimum = value;
    if (value > maximum) maximum = value;
  }
  if (minimum > maximum) return { minimum: Math.min(low, 0), maximum: Math.max(high, 0) };
  if (padding) {
    const black = isInverted ? maximum : minimum;
    for (let index = 0; index < samples.length; index += 1) {
      const value = samples[index] ?? 0;
      if (value >= low && value <= high) samples[index] = black;
    }
  }
  return { minimum, maximum };
}

/** Modality and VOI transforms; without either in the header the window spans 99 % of the values. */
function greyTransform(
  metadata: DataSet,
  samples: GreySamples,
  range: { readonly minimum: number; readonly maximum: number },
) {
  const modalityLut = lutOf(itemsOf(metadata, TAG.ModalityLUTSequence)[0]);
  const voiLut = lutOf(itemsOf(metadata, TAG.VOILUTSequence)[0]);
  const slope = modalityLut ? 1 : numberOf(metadata, TAG.RescaleSlope) || 1;
  const intercept = modalityLut ? 0 : (numberOf(metadata, TAG.RescaleIntercept) ?? 0);
  const [center, width] = [numberOf(metadata, TAG.WindowCenter), numberOf(metadata, TAG.WindowWidth)];
  const window =
    center !== undefined && width !== undefined && width >= 1
      ? { windowCenter: center, windowWidth: width }
      : modalityLut
        ? spanOf(Math.min(...modalityLut.lut), Math.max(...modalityLut.lut))
        : automaticWindow(samples, range, slope, intercept);
  return {
    slope,
    intercept,
    ...window,
    ...(modalityLut ? { modalityLut } : {}),
    ...(voiLut && center === undefined ? { voiLut } : {}),
  };
}

function automaticWindow(
  samples: GreySamples,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  slope: number,
  intercept: number,
) {
  const histogram = new Uint32Array(maximum - minimum + 1);
  for (const value of samples) histogram[value - minimum] = (histogram[value - minimum] ?? 0) + 1;
  const valueAt = (share: number) => {
    let left = share * samples.length;
    const index = histogram.findIndex((count) => (left -= count) < 0);
    return (index < 0 ? maximum : minimum + index) * slope + intercept;
  };
  return spanOf(valueAt(0.005), valueAt(0.995));
}

function spanOf(one: number, other: number) {
  return { windowCenter: (one + other) / 2, windowWidth: Math.max(1, Math.abs(other - one)) };
}

/** A LUT whose data are inline; one held as bulk data elsewhere is not fetched and counts as absent. */
function lutOf(item: DataSet | undefined): DisplayLut | undefined {
  if (!item) return undefined;
  const [entries = 0, first = 0, bits = 16] = numbersOf(item, TAG.LUTDescriptor);
  const lut = lutValues(item, entries === 0 ? 65536 : entries);
  return lut.length > 0 ? { firstValueMapped: first, numBitsPerEntry: bits, lut } : undefined;
}

function lutValues(item: DataSet, entries: number): readonly number[] {
  const values = numbersOf(item, TAG.LUTData);
  if (values.length > 0) return values;
  const inline = item[TAG.LUTData]?.InlineBinary;
  if (inline === undefined) return [];
  const bytes = Uint8Array.from(atob(inline), (character) => character.charCodeAt(0));
  if (bytes.length < 2 * entries) return [...bytes];
  return [...new Uint16Array(bytes.buffer, 0, entries)];
}

/** Aspect of a pixel: Pixel Spacing, else Imager Pixel Spacing, else Pixel Aspect Ratio. Only the ratio is used. */
function spacingOf(metadata: DataSet): Pick<DisplayImage, 'rowSpacing' | 'columnSpacing'> {
  for (const tag of [TAG.PixelSpacing, TAG.ImagerPixelSpacing, TAG.PixelAspectRatio]) {
    const [rowSpacing = 0, columnSpacing = 0] = numbersOf(metadata, tag);
    if (rowSpacing > 0 && columnSpacing > 0) return { rowSpacing, columnSpacing };
  }
  return { rowSpacing: 1, columnSpacing: 1 };
}

function colourImage(metadata: DataSet, frame: FrameShape, bytes: Uint8Array) {
  const count = frame.columns * frame.rows;
  const isPlanar = numberOf(metadata, TAG.PlanarConfiguration) === 1;
  const samples = new Uint8Array(count * 4);
  for (let pixel = 0; pixel < count; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      samples[4 * pixel + channel] = bytes[isPlanar ? channel * count + pixel : 3 * pixel + channel] ?? 0;
    }
    samples[4 * pixel + 3] = 255;
  }
  const range = { minimum: 0, maximum: 255, slope: 1, intercept: 0, windowCenter: 128, windowWidth: 256 };
  return { samples, isColour: true, isInverted: false, ...range };
}
