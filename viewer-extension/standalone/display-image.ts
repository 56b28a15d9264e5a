/**
 * Metadata and native frame bytes → what the viewport shows, at full bit depth: stored samples stay stored samples
 * until the window is applied. PS3.3 C.7.6.3; the way to grey is in `grey-transform`.
 *
 * Traps: MONOCHROME1 means the smallest value is white; padding may not widen the window, nor shine; Bits Stored may
 * leave garbage in the high bits.
 */
import { numberOf, numbersOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { greyTransform, type GreySamples, type GreyTransform } from './grey-transform.ts';
import { Problem } from './problem.ts';

/** One frame ready for a viewport. */
export interface DisplayImage extends GreyTransform {
  readonly columns: number;
  readonly rows: number;
  /** Grey: stored values, through the Modality LUT where there is one. Colour: RGBA, four bytes a pixel. */
  readonly samples: Uint8Array | GreySamples;
  readonly isColour: boolean;
  /** True where low values mean white: shown inverted, so that dense is bright. */
  readonly isInverted: boolean;
  /** Smallest and largest sample, padding left out. */
  readonly minimum: number;
  readonly maximum: number;
  /** Height and width of a pixel in relation to each other; 1 and 1 when the header says neither. */
  readonly rowSpacing: number;
  readonly columnSpacing: number;
}

/** Builds the image. Throws a `Problem` that names what cannot be shown. */
export function displayImageOf(metadata: DataSet, bytes: Uint8Array): DisplayImage {
  const photometric = textOf(metadata, TAG.PhotometricInterpretation) ?? 'MONOCHROME2';
  const frame = frameShape(metadata);
  const common = { columns: frame.columns, rows: frame.rows, ...spacingOf(metadata) };
  if (frame.samplesPerPixel === 3) return { ...common, ...colourImage(metadata, frame, photometric, bytes) };
  if (photometric !== 'MONOCHROME1' && photometric !== 'MONOCHROME2') {
    throw new Problem('photometric', [photometric]);
  }
  requireBytes(bytes, (frame.columns * frame.rows * frame.bitsAllocated) / 8);
  const isInverted =
    photometric === 'MONOCHROME1' || textOf(metadata, TAG.PresentationLUTShape) === 'INVERSE';
  const stored = storedSamples(metadata, bytes, frame);
  const isFalling = (numberOf(metadata, TAG.RescaleSlope) ?? 1) < 0;
  const range = hidePadding(stored, paddingRange(metadata), isInverted !== isFalling);
  return { ...common, isColour: false, isInverted, ...greyTransform(metadata, stored, range) };
}

function requireBytes(bytes: Uint8Array, expected: number): void {
  if (bytes.length < expected) {
    throw new Problem('shortFrame', [bytes.length, expected]);
  }
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
  if (!columns || !rows) throw new Problem('noSize');
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw new Problem('bitsAllocated', [bitsAllocated]);
  }
  return { columns, rows, bitsAllocated, samplesPerPixel: numberOf(metadata, TAG.SamplesPerPixel) ?? 1 };
}

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
  isHighBlack: boolean,
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
    const black = isHighBlack ? maximum : minimum;
    for (let index = 0; index < samples.length; index += 1) {
      const value = samples[index] ?? 0;
      if (value >= low && value <= high) samples[index] = black;
    }
  }
  return { minimum, maximum };
}

/** Aspect of a pixel: Pixel Spacing, else Imager Pixel Spacing, else Pixel Aspect Ratio. Only the ratio is used. */
export function spacingOf(metadata: DataSet): Pick<DisplayImage, 'rowSpacing' | 'columnSpacing'> {
  for (const tag of [TAG.PixelSpacing, TAG.ImagerPixelSpacing, TAG.PixelAspectRatio]) {
    const [rowSpacing = 0, columnSpacing = 0] = numbersOf(metadata, tag);
    if (rowSpacing > 0 && columnSpacing > 0) return { rowSpacing, columnSpacing };
  }
  return { rowSpacing: 1, columnSpacing: 1 };
}

/**
 * RGB of a frame of three samples. A decoded YBR frame comes as RGB, colour by pixel; one in native YBR_FULL_422 is
 * shorter, which tells it.
 */
function colourImage(metadata: DataSet, frame: FrameShape, photometric: string, bytes: Uint8Array) {
  const count = frame.columns * frame.rows;
  if (frame.bitsAllocated !== 8) throw new Problem('deepColour');
  if (photometric === 'YBR_FULL_422' && bytes.length < count * 3) {
    throw new Problem('rawYbr422');
  }
  requireBytes(bytes, count * 3);
  const isPlanar = photometric === 'RGB' && numberOf(metadata, TAG.PlanarConfiguration) === 1;
  const samples = new Uint8Array(count * 4);
  for (let pixel = 0; pixel < count; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      samples[4 * pixel + channel] = bytes[isPlanar ? channel * count + pixel : 3 * pixel + channel] ?? 0;
    }
    samples[4 * pixel + 3] = 255;
  }
  const window = { windowCenter: 128, windowWidth: 256, windowFunction: 'LINEAR' } as const;
  const range = { minimum: 0, maximum: 255, slope: 1, intercept: 0 };
  return { samples, isColour: true, isInverted: false, ...range, ...window };
}
