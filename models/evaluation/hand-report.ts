/**
 * Figures on children's hands: bone age, and how often sound hands are called fractured.
 */
import type { Certainty } from '../../dicom/vocabulary/finding.ts';
import { type Estimate, keyed } from './estimate.ts';
import {
  type AgeReading,
  type Case,
  type HandTruth,
  type ImageReading,
  boxesAt,
  isCalledAt,
} from './image-reading.ts';
import { meanOf, medianOf } from './metrics.ts';
import { handSlices, sliced } from './slices.ts';

/** Hands that are taken as sound, the first of them by name. */
const SOUND_HANDS = 200;

type HandCase = Case<HandTruth>;
type Pick = (reading: ImageReading) => AgeReading | undefined;

const withSex: Pick = ({ boneAge }) => boneAge;
const withoutSex: Pick = ({ boneAgeSexWithheld }) => boneAgeSexWithheld;

/** Errors in months over every hand whose pixels could be read; `published` is the share that the server would have told. */
export function boneAgeReport(cases: readonly HandCase[], estimate: Estimate) {
  const absolute = (pick: Pick) => (chosen: readonly HandCase[]) =>
    estimateOf(chosen, pick, estimate, ({ months }, truth) => Math.abs(months - truth));
  const errors = errorsOf(cases, withSex);
  return {
    ...keyed('maeMonths', absolute(withSex)(cases)),
    medianMonths: estimate(errors.length, medianOf(errors.map(Math.abs))),
    rootMeanSquareMonths: estimate(errors.length, (counts) =>
      Math.sqrt(meanOf(errors.map((error) => error ** 2))(counts)),
    ),
    biasMonths: estimate(errors.length, meanOf(errors)),
    maeMonthsSexWithheld: absolute(withoutSex)(cases),
    coverage: estimateOf(cases, withSex, estimate, ({ months, uncertaintyMonths = NaN }, truth) =>
      Number(Math.abs(months - truth) <= uncertaintyMonths),
    ),
    coverageSexWithheld: estimateOf(
      cases,
      withoutSex,
      estimate,
      ({ months, uncertaintyMonths = NaN }, truth) => Number(Math.abs(months - truth) <= uncertaintyMonths),
    ),
    published: estimate(
      cases.length,
      meanOf(cases.map(({ reading }) => Number(reading.published.hasBoneAge))),
    ),
    slices: sliced(cases, handSlices(), absolute(withSex)),
    slicesSexWithheld: sliced(
      cases,
      handSlices().filter(({ by }) => by === 'sex'),
      absolute(withoutSex),
    ),
  };
}

function errorsOf(cases: readonly HandCase[], pick: Pick): readonly number[] {
  return cases.flatMap(({ truth, reading }) => {
    const age = pick(reading);
    return age ? [age.months - truth.months] : [];
  });
}

function estimateOf(
  cases: readonly HandCase[],
  pick: Pick,
  estimate: Estimate,
  valueOf: (age: AgeReading, trueMonths: number) => number,
) {
  const values = cases.flatMap(({ truth, reading }) => {
    const age = pick(reading);
    return age ? [valueOf(age, truth.months)] : [];
  });
  return estimate(values.length, meanOf(values));
}

/** False alarms on children's hands, which have growth plates and, as far as known, no fracture. As published. */
export function soundHandsReport(cases: readonly HandCase[], estimate: Estimate) {
  const chosen = cases
    .toSorted((one, other) => (one.truth.file < other.truth.file ? -1 : 1))
    .slice(0, SOUND_HANDS);
  const point = (certainties: readonly Certainty[]) => {
    const boxesOn = ({ reading }: HandCase) => boxesAt(certainties, reading);
    const isCalled = ({ reading }: HandCase) => isCalledAt(certainties, reading);
    return {
      falseAlarmRate: estimate(chosen.length, meanOf(chosen.map((one) => Number(isCalled(one))))),
      falseBoxesPerHand: estimate(chosen.length, meanOf(chosen.map(boxesOn))),
      handsWithBox: estimate(chosen.length, meanOf(chosen.map((one) => Number(boxesOn(one) > 0)))),
    };
  };
  return { n: chosen.length, suspicious: point(['suspicious', 'definite']), definite: point(['definite']) };
}
