/**
 * The parts of a set of images that figures are told apart for.
 */
import type { Case, HandTruth, LimbTruth } from './image-reading.ts';

/** A named part of a set; `has` says which images belong to it. An image may belong to several. */
export interface Slice<Truth> {
  readonly by: string;
  readonly name: string;
  readonly has: (truth: Truth) => boolean;
}

/** Long side of the original, in pixels, from which an image counts as large. */
const LARGE_SIDE = 2000;
/** Borders of the age bands, in months; the same as the training's. */
const AGE_BANDS = [0, 48, 96, 132, 168, 240];

/** By region, view, hardware and size of the original. */
export function limbSlices(cases: readonly Case<LimbTruth>[]): readonly Slice<LimbTruth>[] {
  const namesOf = (pick: (truth: LimbTruth) => readonly string[]) =>
    [...new Set(cases.flatMap(({ truth }) => pick(truth)))].toSorted();
  return [
    ...namesOf(({ regions }) => regions).map((name) => ({
      by: 'region',
      name,
      has: ({ regions }: LimbTruth) => regions.includes(name),
    })),
    ...namesOf(({ views }) => views).map((name) => ({
      by: 'view',
      name,
      has: ({ views }: LimbTruth) => views.includes(name),
    })),
    { by: 'hardware', name: 'without', has: ({ hasHardware }) => !hasHardware },
    { by: 'hardware', name: 'with', has: ({ hasHardware }) => hasHardware },
    { by: 'size', name: `long side from ${LARGE_SIDE} px`, has: ({ longSide }) => longSide >= LARGE_SIDE },
    { by: 'size', name: `long side below ${LARGE_SIDE} px`, has: ({ longSide }) => longSide < LARGE_SIDE },
  ];
}

/** By sex and true bone age. */
export function handSlices(): readonly Slice<HandTruth>[] {
  const bands = AGE_BANDS.slice(1).map((to, index) => ({ from: AGE_BANDS[index] ?? 0, to }));
  return [
    { by: 'sex', name: 'F', has: ({ sex }) => sex === 'F' },
    { by: 'sex', name: 'M', has: ({ sex }) => sex === 'M' },
    ...bands.map(({ from, to }) => ({
      by: 'age',
      name: `${from} to ${to} months`,
      has: ({ months }: HandTruth) => months >= from && months < to,
    })),
  ];
}

/** A figure for each slice, by what it is sliced and its name. */
export function sliced<Truth, Result>(
  cases: readonly Case<Truth>[],
  slices: readonly Slice<Truth>[],
  figureOf: (chosen: readonly Case<Truth>[]) => Result,
): Readonly<Record<string, Readonly<Record<string, Result>>>> {
  const result: Record<string, Record<string, Result>> = {};
  for (const { by, name, has } of slices)
    (result[by] ??= {})[name] = figureOf(cases.filter(({ truth }) => has(truth)));
  return result;
}
