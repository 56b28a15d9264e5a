/**
 * How verdicts and scores go over time: by week and by model version, with a figure for the drift of the scores.
 *
 * Weeks: ISO 8601. Drift: the population stability index over ten equal bins, Σ (p − q) ln (p / q); above 0.25 the scores
 * come from another population than they did (S. Siddiqi, *Credit Risk Scorecards*, 2006).
 */
import { proportion, type Estimate } from './agreement.ts';
import { timeOf, type StudyComparison } from './study-comparison.ts';

/** One group of studies. */
export interface Trend {
  /** `2026-W03`, or a model's name and version. */
  readonly name: string;
  readonly studies: number;
  readonly read: number;
  /** Share of the studies in which the models said fracture. */
  readonly positiveByModels: Estimate | undefined;
  readonly positiveByReaders: Estimate | undefined;
  /** Share of the read studies in which both say the same about a fracture. */
  readonly agreement: Estimate | undefined;
  /** Against all studies before (weeks) or all others (versions); absent where either has no score. */
  readonly scoreDrift?: number;
}

const BINS = 10;
/** A group with fewer scores says nothing of drift. */
const FEWEST_SCORES = 20;

/** Counts of scores in ten equal bins from 0 to 1. */
export function histogram(scores: readonly number[]): readonly number[] {
  const counts = Array.from({ length: BINS }, () => 0);
  for (const score of scores) {
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(score * BINS)));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** The population stability index of one set of scores against another; `undefined` for too few. Half a score is added to each bin. */
export function stabilityIndex(scores: readonly number[], before: readonly number[]): number | undefined {
  if (scores.length < FEWEST_SCORES || before.length < FEWEST_SCORES) return undefined;
  const shares = (values: readonly number[]) =>
    histogram(values).map((count) => (count + 0.5) / (values.length + BINS / 2));
  const [now, then] = [shares(scores), shares(before)];
  return now.reduce((sum, share, index) => {
    const other = then[index] ?? share;
    return sum + (share - other) * Math.log(share / other);
  }, 0);
}

/** By week of the study, in their order; each week's drift is against all before it. */
export function weeklyTrends(studies: readonly StudyComparison[]): readonly Trend[] {
  const groups = groupedBy(studies, ({ date }) => weekOf(date));
  const weeks = [...groups.keys()].sort();
  return weeks.map((week, index) =>
    trendOf(
      week,
      groups.get(week) ?? [],
      weeks.slice(0, index).flatMap((one) => groups.get(one) ?? []),
    ),
  );
}

/** By model version; each version's drift is against all studies without it. */
export function modelTrends(studies: readonly StudyComparison[]): readonly Trend[] {
  const names = [...new Set(studies.flatMap(({ models }) => models))].sort();
  return names.map((name) =>
    trendOf(
      name,
      studies.filter(({ models }) => models.includes(name)),
      studies.filter(({ models }) => !models.includes(name)),
    ),
  );
}

/** ISO 8601 week of a DICOM date; the date itself where it is none. */
export function weekOf(date: string): string {
  const time = timeOf(date);
  if (Number.isNaN(time)) return date;
  const day = new Date(time);
  // The week belongs to the year of its Thursday.
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  const first = Date.UTC(day.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((day.getTime() - first) / 86_400_000 + 1) / 7);
  return `${day.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
}

/** The value that a share of the sorted values does not exceed, interpolated (R's type 7); `undefined` of none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return low === undefined || high === undefined ? undefined : low + (high - low) * (at - Math.floor(at));
}

function trendOf(
  name: string,
  studies: readonly StudyComparison[],
  others: readonly StudyComparison[],
): Trend {
  const looked = studies.filter(({ machine }) => machine.hasFracture !== undefined);
  const read = studies.filter(({ reader }) => reader?.hasFracture !== undefined);
  const both = read.filter(({ machine }) => machine.hasFracture !== undefined);
  const drift = stabilityIndex(scoresOf(studies), scoresOf(others));
  return {
    name,
    studies: studies.length,
    read: studies.filter(({ reader }) => reader).length,
    positiveByModels: share(looked, ({ machine }) => machine.hasFracture === true),
    positiveByReaders: share(read, ({ reader }) => reader?.hasFracture === true),
    agreement: share(both, ({ machine, reader }) => machine.hasFracture === reader?.hasFracture),
    ...(drift !== undefined && { scoreDrift: drift }),
  };
}

function share(
  studies: readonly StudyComparison[],
  isCounted: (study: StudyComparison) => boolean,
): Estimate | undefined {
  return proportion(studies.filter(isCounted).length, studies.length);
}

function scoresOf(studies: readonly StudyComparison[]): readonly number[] {
  return studies.flatMap(({ score }) => (score === undefined ? [] : [score]));
}

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
