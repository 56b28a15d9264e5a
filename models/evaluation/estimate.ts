/**
 * A figure of merit with its 95 % interval, or the statement that there are too few images for one.
 *
 * The interval is the percentile bootstrap over images (Efron, 1979): whole images are drawn, so that boxes of one image
 * stay together. Trap: a measure is asked how often each image was drawn, never for a copy of the images, so that it can
 * sort them once.
 */
import { percentiles } from '../normalise/percentile.ts';

/** The measure when image `i` counts `counts[i]` times; NaN when it is not defined for them (a class is missing). */
export type Measure = (counts: Uint32Array) => number;

/** What was measured; `null` where it cannot be said, and `note` says why. */
export interface Figure {
  readonly value: number | null;
  /** 95 % bootstrap interval over images. */
  readonly interval: readonly [number, number] | null;
  /** Images. */
  readonly n: number;
  /** Images of the class in question, where there is one. */
  readonly positives?: number;
  readonly note?: string;
}

/** Uniform numbers in 0 ≤ x < 1. */
export interface Uniform {
  next(): number;
}

/** Turns a measure over `count` images, `positives` of them of the class in question, into a figure. */
export type Estimate = (count: number, measure: Measure, positives?: number) => Figure;

/** Fewer positives than this and nothing is said. */
export const LEAST_POSITIVES = 20;
const RESAMPLES = 1000;

/** An estimate that draws from a new `seeded` source for each figure, so that no figure depends on the ones before. */
export function createEstimate(seeded: () => Uniform): Estimate {
  return (count, measure, positives) => {
    const sizes = { n: count, ...(positives !== undefined && { positives }) };
    const relevant = positives ?? count;
    if (relevant < LEAST_POSITIVES) {
      const what = positives === undefined ? 'images' : 'positives';
      return { value: null, interval: null, ...sizes, note: `insufficient data (${relevant} ${what})` };
    }
    const value = measure(new Uint32Array(count).fill(1));
    if (Number.isNaN(value)) return { value: null, interval: null, ...sizes, note: 'a class is missing' };
    const [low = NaN, high = NaN] = percentiles(drawn(count, measure, seeded()), [2.5, 97.5]);
    return { value: rounded(value), interval: [rounded(low), rounded(high)], ...sizes };
  };
}

/** The measure over resamples; one that lacks a class is left out. */
function drawn(count: number, measure: Measure, random: Uniform): Float32Array {
  const values = Array.from({ length: RESAMPLES }, () => {
    const counts = new Uint32Array(count);
    for (let draw = 0; draw < count; draw++) counts[Math.floor(random.next() * count)]! += 1;
    return measure(counts);
  });
  return Float32Array.from(values.filter((value) => !Number.isNaN(value)));
}

/** A figure whose value goes by a name of its own. */
export function keyed<K extends string>(key: K, { value, ...rest }: Figure) {
  return { [key]: value, ...rest } as Record<K, number | null> & Omit<Figure, 'value'>;
}

/** Four decimals: more would claim an exactness that no sample has. */
export function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
