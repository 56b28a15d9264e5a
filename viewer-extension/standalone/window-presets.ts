/**
 * Windows to choose from: those of the header, and three made from the values of the image. PS3.3 C.11.2.1.2.
 */
import { numbersOf, textsOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { plainText } from '../core/text.ts';
import type { DisplayImage } from './display-image.ts';

/** A window with its name: words of the header, or the name of a rule. Centre and width in the image's units. */
export interface WindowPreset {
  readonly name: { readonly header: string } | { readonly rule: 'full' | 'auto' | 'contrast' };
  readonly windowCenter: number;
  readonly windowWidth: number;
}

const BINS = 1024;

/** The header's windows first; a colour image has none. */
export function windowPresets(metadata: DataSet, image: DisplayImage): readonly WindowPreset[] {
  if (image.isColour) return [];
  const centers = numbersOf(metadata, TAG.WindowCenter);
  const widths = numbersOf(metadata, TAG.WindowWidth);
  const names = textsOf(metadata, TAG.WindowCenterWidthExplanation);
  const stored = centers.flatMap((windowCenter, index): readonly WindowPreset[] => {
    const windowWidth = widths[index] ?? 0;
    const header = plainText(names[index] ?? '', 24);
    return windowWidth >= 1 ? [{ name: { header }, windowCenter, windowWidth }] : [];
  });
  const of = (rule: 'full' | 'auto' | 'contrast', low: number, high: number): WindowPreset => ({
    name: { rule },
    windowCenter: (low + high) / 2,
    windowWidth: Math.max(1, Math.abs(high - low)),
  });
  const [low, high] = [valueOf(image, image.minimum), valueOf(image, image.maximum)];
  return [
    ...stored,
    of('full', low, high),
    of('auto', ...percentiles(image, 0.01, 0.995)),
    of('contrast', ...percentiles(image, 0.4, 0.99)),
  ];
}

/** Values below which these shares of the samples lie; from a histogram, so to a thousandth of the range. */
function percentiles(image: DisplayImage, lower: number, upper: number): readonly [number, number] {
  const { samples, minimum, maximum } = image;
  const scale = (BINS - 1) / Math.max(1, maximum - minimum);
  const counts = new Uint32Array(BINS);
  const step = Math.max(1, Math.floor(samples.length / 500_000));
  let total = 0;
  for (let index = 0; index < samples.length; index += step) {
    const bin = Math.round(((samples[index] ?? 0) - minimum) * scale);
    counts[bin] = (counts[bin] ?? 0) + 1;
    total += 1;
  }
  const at = (share: number) => {
    let sum = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      sum += counts[bin] ?? 0;
      if (sum >= share * total) return valueOf(image, minimum + bin / scale);
    }
    return valueOf(image, maximum);
  };
  return [at(lower), at(upper)];
}

function valueOf({ slope, intercept }: DisplayImage, sample: number): number {
  return sample * slope + intercept;
}
