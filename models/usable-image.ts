/**
 * Whether an image can be a radiograph at all, before any network looks at it.
 */
import type { RejectionReason } from '../dicom/vocabulary/finding.ts';
import type { GreyImage, PixelFrame, SampleArray } from '../dicom/vocabulary/image.ts';
import { percentiles } from './normalise/percentile.ts';

/** Sides in pixels that a radiograph of a limb can have. */
const SHORTEST_SIDE = 64;
const LONGEST_SIDE = 12_000;
const GREATEST_ASPECT = 8;
/** Contrast is judged on about this many pixels, taken evenly. */
const CONTRAST_SAMPLES = 50_000;
/** Least spread of grey, between the 1st and the 99th percentile, on the 0–1 scale. */
const LEAST_CONTRAST = 0.02;
/** A pixel is coloured when its channels lie this far apart, as a share of full scale; JPEG alone stays far below. */
const COLOUR_SPREAD = 0.125;
/** Radiographs may carry coloured marks, but not on more than this share of their pixels. */
const MOST_COLOURED = 0.1;

/** Why an image is refused. */
export interface Refusal {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** Why an image of this size, in pixels, is refused; `undefined` when it may be one. Asks for no pixel, so that a header can be judged before anything is allocated by it. */
export function sizeRefusalOf({ columns, rows }: Pick<GreyImage, 'columns' | 'rows'>): Refusal | undefined {
  const shortest = Math.min(columns, rows);
  const longest = Math.max(columns, rows);
  const isPlausible =
    shortest >= SHORTEST_SIDE && longest <= LONGEST_SIDE && longest / shortest <= GREATEST_ASPECT;
  if (isPlausible) return undefined;
  return {
    reason: 'bad-dimensions',
    detail: `${columns}×${rows} pixels; expected sides of ${SHORTEST_SIDE} to ${LONGEST_SIDE} and at most 1:${GREATEST_ASPECT}`,
  };
}

/** Why the image is refused, by its size or its contrast; `undefined` when it may be analysed. */
export function refusalOf(image: GreyImage): Refusal | undefined {
  const bySize = sizeRefusalOf(image);
  if (bySize) return bySize;
  const [low = 0, high = 0] = percentiles(thinned(image.samples), [1, 99]);
  if (high - low < LEAST_CONTRAST) {
    return {
      reason: 'blank-image',
      detail: `98 % of the pixels lie within ${((high - low) * 100).toFixed(1)} % of the grey scale`,
    };
  }
  return undefined;
}

/** Why a frame is refused for its colours; `undefined` when it is grey, or grey with coloured marks. */
export function colourRefusalOf({ samplesPerPixel, samples }: PixelFrame): Refusal | undefined {
  if (samplesPerPixel === 1) return undefined;
  const share = colouredShareOf(samples);
  if (share <= MOST_COLOURED) return undefined;
  return { reason: 'colour-image', detail: `${(share * 100).toFixed(0)} % of the pixels are coloured` };
}

/** The share of coloured pixels, 0–1, of red, green and blue by pixel; full scale is what the array's type can hold. */
function colouredShareOf(samples: SampleArray): number {
  const least = COLOUR_SPREAD * (2 ** (samples.BYTES_PER_ELEMENT * 8) - 1);
  let coloured = 0;
  for (let at = 0; at < samples.length; at += 3) {
    const [red, green, blue] = [samples[at] ?? 0, samples[at + 1] ?? 0, samples[at + 2] ?? 0];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > least) coloured += 1;
  }
  return coloured / Math.max(1, samples.length / 3);
}

/** Every n-th sample, n odd so that it does not walk along columns of an even width. */
function thinned(samples: Float32Array): Float32Array {
  const step = Math.max(1, Math.floor(samples.length / CONTRAST_SAMPLES)) | 1;
  return Float32Array.from(
    { length: Math.ceil(samples.length / step) },
    (_, index) => samples[index * step] ?? 0,
  );
}
