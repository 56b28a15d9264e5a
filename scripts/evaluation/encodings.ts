/**
 * The same radiograph as other X-ray rooms would send it: depth, photometric interpretation, window, rescale, padding,
 * borders, rotation. PS3.3 C.7.6.3, C.11.1, C.11.2, C.7.5.1.1.2.
 */
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { percentiles } from '../../models/normalise/percentile.ts';
import { rewritten, type StoredAs, wholeWindow, window } from './rewritten.ts';

const BITS = 12;
const MOST = 2 ** BITS - 1;
/** A sample that no image has, for padding. */
const BEYOND = 2;
/** Share of a side that a border takes at each end. */
const BORDER = 0.12;

/** Every encoding; the key is its name in the report. */
const ENCODINGS = {
  '10 bits': (image: GreyImage): StoredAs => ({ image, bits: 10, attributes: wholeWindow(10) }),
  '12 bits': (image: GreyImage): StoredAs => ({ image, bits: 12, attributes: wholeWindow(12) }),
  '16 bits': (image: GreyImage): StoredAs => ({ image, bits: 16, attributes: wholeWindow(16) }),
  MONOCHROME1: (image: GreyImage): StoredAs => ({
    ...plainly(image),
    store: (sample) => MOST - Math.round(sample * MOST),
    attributes: { ...wholeWindow(BITS), ...dataSetOf({ PhotometricInterpretation: 'MONOCHROME1' }) },
  }),
  'narrow window': (image: GreyImage): StoredAs => {
    const [low = 0, high = 1] = percentiles(image.samples, [1, 99]);
    return {
      ...plainly(image),
      attributes: window(((low + high) / 2) * MOST, Math.max(2, (high - low) * MOST)),
    };
  },
  'wide window': (image: GreyImage): StoredAs => ({
    ...plainly(image),
    attributes: window(2 ** (BITS - 1), 2 ** (BITS + 1)),
  }),
  'no window': (image: GreyImage): StoredAs => ({ ...plainly(image), attributes: {} }),
  'sigmoid window': (image: GreyImage): StoredAs => ({
    ...plainly(image),
    attributes: { ...wholeWindow(BITS), ...dataSetOf({ VOILUTFunction: 'SIGMOID' }) },
  }),
  rescale: (image: GreyImage): StoredAs => ({
    ...plainly(image),
    attributes: {
      ...window(0, 2048),
      ...dataSetOf({ RescaleSlope: 0.5, RescaleIntercept: -1024, RescaleType: 'US' }),
    },
  }),
  'padding around': (image: GreyImage): StoredAs => ({
    ...plainly(framed(image, BEYOND)),
    // The brightest value is the padding's; the image keeps one below.
    store: (sample) => (sample === BEYOND ? MOST : Math.round(sample * (MOST - 1))),
    attributes: { ...wholeWindow(BITS), ...dataSetOf({ PixelPaddingValue: MOST }) },
  }),
  'collimation border': (image: GreyImage): StoredAs => plainly(framed(image, 0)),
  'rotated by 90°': (image: GreyImage): StoredAs => plainly(turned(image, 1)),
  'rotated by 180°': (image: GreyImage): StoredAs => plainly(turned(image, 2)),
  'rotated by 270°': (image: GreyImage): StoredAs => plainly(turned(image, 3)),
} as const;

export type EncodingName = keyof typeof ENCODINGS;
export const ENCODING_NAMES = Object.keys(ENCODINGS) as readonly EncodingName[];

/** An imported picture in another encoding. */
export async function encoded(part10: Uint8Array, name: EncodingName): Promise<Uint8Array> {
  return await rewritten(part10, ENCODINGS[name]);
}

function plainly(image: GreyImage): StoredAs {
  return { image, bits: BITS, attributes: wholeWindow(BITS) };
}

/** The image with a border of one value on all sides. */
function framed(image: GreyImage, filling: number): GreyImage {
  const [across, down] = [Math.round(image.columns * BORDER), Math.round(image.rows * BORDER)];
  const columns = image.columns + 2 * across;
  const rows = image.rows + 2 * down;
  const samples = new Float32Array(columns * rows).fill(filling);
  for (let row = 0; row < image.rows; row++) {
    const line = image.samples.subarray(row * image.columns, (row + 1) * image.columns);
    samples.set(line, (row + down) * columns + across);
  }
  return { columns, rows, samples };
}

/** The image turned clockwise by quarter turns. */
function turned(image: GreyImage, quarters: 1 | 2 | 3): GreyImage {
  const { columns, rows, samples } = image;
  const isUpright = quarters === 2;
  const [newColumns, newRows] = isUpright ? [columns, rows] : [rows, columns];
  const result = new Float32Array(samples.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [toColumn, toRow] =
        quarters === 1
          ? [rows - 1 - row, column]
          : quarters === 2
            ? [columns - 1 - column, rows - 1 - row]
            : [row, columns - 1 - column];
      result[toRow * newColumns + toColumn] = samples[row * columns + column] ?? 0;
    }
  }
  return { columns: newColumns, rows: newRows, samples: result };
}
