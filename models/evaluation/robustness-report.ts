/**
 * How far the figures move when the same radiographs come in another encoding.
 */
import { rounded } from './estimate.ts';
import type { Case, HandTruth, LimbTruth } from './image-reading.ts';
import { areaUnderRoc, meanOf } from './metrics.ts';

/** One encoding and what was read of the sample in it; the sample and its order are the same for all. */
export interface EncodedSample {
  readonly encoding: string;
  readonly limbs: readonly Case<LimbTruth>[];
  readonly hands: readonly Case<HandTruth>[];
}

/** Most that a figure may move. */
export const ROBUSTNESS_TARGETS = { auc: 0.01, maeMonths: 0.3 };

/** Each encoding against `plain`; changes are absolute. The steps are how far one image moved, on the mean. */
export function robustnessReport(plain: EncodedSample, others: readonly EncodedSample[]) {
  const before = figuresOf(plain);
  const encodings = others.map((sample) => {
    const after = figuresOf(sample);
    return {
      encoding: sample.encoding,
      ...after,
      aucChange: change(after.auc, before.auc),
      maeChangeMonths: change(after.maeMonths, before.maeMonths),
      meanProbabilityStep: meanStep(plain.limbs, sample.limbs, ({ reading }) => reading.fracture),
      meanAgeStepMonths: meanStep(plain.hands, sample.hands, ({ reading }) => reading.boneAge?.months),
    };
  });
  const worst = (changes: readonly (number | null)[]) => Math.max(0, ...changes.map((one) => one ?? 0));
  return {
    n: plain.limbs.length,
    fractured: plain.limbs.filter(({ truth }) => truth.isFractured).length,
    hands: plain.hands.length,
    targets: ROBUSTNESS_TARGETS,
    plain: before,
    encodings,
    largestAucChange: worst(encodings.map(({ aucChange }) => aucChange)),
    largestMaeChangeMonths: worst(encodings.map(({ maeChangeMonths }) => maeChangeMonths)),
  };
}

function figuresOf({ limbs, hands }: EncodedSample) {
  const once = (count: number) => new Uint32Array(count).fill(1);
  const auc = areaUnderRoc(
    limbs.map(({ truth }) => truth.isFractured),
    limbs.map(({ reading }) => reading.fracture ?? 0),
  )(once(limbs.length));
  const errors = hands.flatMap(({ truth, reading }) =>
    reading.boneAge ? [Math.abs(reading.boneAge.months - truth.months)] : [],
  );
  return {
    auc: orNull(auc),
    maeMonths: orNull(meanOf(errors)(once(errors.length))),
    limbsRefused: limbs.filter(({ reading }) => reading.published.status !== 'analysed').length,
    handsWithoutAge: hands.filter(({ reading }) => !reading.published.hasBoneAge).length,
  };
}

function meanStep<T extends Case<unknown>>(
  before: readonly T[],
  after: readonly T[],
  valueOf: (one: T) => number | undefined,
): number | null {
  const steps = before.flatMap((one, index) => {
    const other = after[index];
    const [from, to] = [valueOf(one), other && valueOf(other)];
    return from === undefined || to === undefined ? [] : [Math.abs(to - from)];
  });
  return orNull(steps.reduce((sum, step) => sum + step, 0) / steps.length);
}

function change(after: number | null, before: number | null): number | null {
  return after === null || before === null ? null : rounded(Math.abs(after - before));
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : rounded(value);
}
