/**
 * The measures, as `models/training/osteon_training/metrics.py` defines them. Each takes how often an image counts, so
 * that one definition serves the figure and its bootstrap interval; counting all images once gives the plain figure.
 */
import type { Measure } from './estimate.ts';

/** Area under the ROC curve; ties count a half. NaN when one class is missing. One label and score an image. */
export function areaUnderRoc(labels: readonly boolean[], scores: readonly number[]): Measure {
  const order = ascending(scores);
  return (counts) => {
    let concordant = 0;
    let positives = 0;
    let negatives = 0;
    for (let from = 0; from < order.length;) {
      let [tiedPositives, tiedNegatives, to] = [0, 0, from];
      for (; to < order.length && scores[order[to]!] === scores[order[from]!]; to++) {
        const image = order[to]!;
        if (labels[image] === true) tiedPositives += counts[image]!;
        else tiedNegatives += counts[image]!;
      }
      concordant += tiedPositives * (negatives + tiedNegatives / 2);
      positives += tiedPositives;
      negatives += tiedNegatives;
      from = to;
    }
    return positives === 0 || negatives === 0 ? NaN : concordant / (positives * negatives);
  };
}

/** One scored answer and whether it is right. */
export interface ScoredAnswer {
  /** Index of the image it was given on. */
  readonly image: number;
  readonly score: number;
  readonly isHit: boolean;
}

/**
 * Average precision with all points: the area under the highest precision at or beyond each recall (Everingham et al.,
 * 2010, as revised). `truths[i]` is how many there are to find on image `i`. NaN when there is nothing to find.
 */
export function averagePrecision(answers: readonly ScoredAnswer[], truths: readonly number[]): Measure {
  const ranked = answers.toSorted((one, other) => other.score - one.score);
  const precision = new Float64Array(ranked.length);
  return (counts) => {
    const all = truths.reduce((sum, found, image) => sum + found * counts[image]!, 0);
    if (all === 0) return NaN;
    let hits = 0;
    let given = 0;
    ranked.forEach(({ image, isHit }, rank) => {
      given += counts[image]!;
      if (isHit) hits += counts[image]!;
      precision[rank] = given === 0 ? 0 : hits / given;
    });
    let area = 0;
    let highest = 0;
    for (let rank = ranked.length - 1; rank >= 0; rank--) {
      highest = Math.max(highest, precision[rank]!);
      const { image, isHit } = ranked[rank]!;
      if (isHit) area += highest * counts[image]!;
    }
    return area / all;
  };
}

/** Average precision of one label an image. */
export function labelAveragePrecision(labels: readonly boolean[], scores: readonly number[]): Measure {
  const answers = labels.map((isHit, image) => ({ image, score: scores[image] ?? 0, isHit }));
  return averagePrecision(answers, labels.map(Number));
}

/**
 * Expected calibration error: mean |observed rate − mean probability| over bins of equal counts (Nguyen and O'Connor,
 * 2015). As `numpy.array_split` cuts, the first bins take one more.
 */
export function calibrationError(
  labels: readonly boolean[],
  probabilities: readonly number[],
  bins = 10,
): Measure {
  const order = ascending(probabilities);
  return (counts) => {
    const expanded = order.flatMap((image) => Array.from({ length: counts[image]! }, () => image));
    const gaps = binsOf(expanded, bins).map((bin) =>
      Math.abs(bin.reduce((sum, image) => sum + Number(labels[image]) - probabilities[image]!, 0)),
    );
    return gaps.reduce((sum, gap) => sum + gap, 0) / expanded.length;
  };
}

/** Cuts a list into `bins` runs of as nearly equal length as can be, the longer ones first. */
export function binsOf<T>(items: readonly T[], bins: number): readonly (readonly T[])[] {
  const [least, longer] = [Math.floor(items.length / bins), items.length % bins];
  return Array.from({ length: bins }, (_, bin) => {
    const from = bin * least + Math.min(bin, longer);
    return items.slice(from, from + least + (bin < longer ? 1 : 0));
  });
}

/** Mean of one value an image. */
export function meanOf(values: readonly number[]): Measure {
  return (counts) => {
    let [sum, count] = [0, 0];
    values.forEach((value, image) => {
      sum += value * counts[image]!;
      count += counts[image]!;
    });
    return count === 0 ? NaN : sum / count;
  };
}

/** Median of one value an image; between the two middle ones where their number is even. */
export function medianOf(values: readonly number[]): Measure {
  const order = ascending(values);
  return (counts) => {
    const expanded = order.flatMap((image) => Array.from({ length: counts[image]! }, () => values[image]!));
    const middle = (expanded.length - 1) / 2;
    return ((expanded[Math.floor(middle)] ?? NaN) + (expanded[Math.ceil(middle)] ?? NaN)) / 2;
  };
}

/** Indices of the values from the least to the greatest; of equal ones the first comes first. */
function ascending(values: readonly number[]): readonly number[] {
  return values.map((_, index) => index).toSorted((one, other) => values[one]! - values[other]!);
}
