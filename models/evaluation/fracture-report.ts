/**
 * Figures of the two fracture models: presence on the image, boxes, outlines, calibration, operating points.
 *
 * Curves are drawn over raw readings, as Python's `fracture_eval.py` does; operating points count what was published, so
 * an image that the region model refused counts as not called.
 */
import type { Certainty } from '../../dicom/vocabulary/finding.ts';
import { type Estimate, type Figure, type Measure, keyed, rounded } from './estimate.ts';
import { type Case, type LimbTruth, boxesAt, isCalledAt } from './image-reading.ts';
import { areaUnderRoc, averagePrecision, binsOf, calibrationError, meanOf } from './metrics.ts';
import { boxOverlap, maskOverlap, matchFound } from './overlap.ts';
import { limbSlices, sliced } from './slices.ts';

type LimbCase = Case<LimbTruth>;
type Overlap = typeof boxOverlap;

const STRICT_OVERLAP = 0.5;
const LOOSE_OVERLAP = 0.3;
const CALIBRATION_BINS = 10;

/** Boxes and outlines: average precision at an overlap of one half. Positives are fractured images. */
export function locationReport(cases: readonly LimbCase[], estimate: Estimate) {
  const precision =
    (overlapOf: Overlap, least = STRICT_OVERLAP) =>
    (chosen: readonly LimbCase[]) =>
      estimate(chosen.length, locationPrecision(chosen, overlapOf, least), fracturedIn(chosen));
  const fractured = cases.filter(({ truth }) => truth.isFractured);
  const slices = limbSlices(cases);
  const fractures = fractured.reduce((sum, { truth }) => sum + truth.fractures.length, 0);
  const [boxes, masks, loose] = [
    precision(boxOverlap),
    precision(maskOverlap),
    precision(boxOverlap, LOOSE_OVERLAP),
  ];
  return {
    boxes: {
      ...keyed('map50', boxes(cases)),
      fractures,
      map30: loose(cases),
      onFracturedImages: boxes(fractured),
      slices: sliced(cases, slices, boxes),
    },
    masks: {
      ...keyed('map50', masks(cases)),
      fractures,
      onFracturedImages: masks(fractured),
      slices: sliced(cases, slices, masks),
    },
  };
}

function locationPrecision(cases: readonly LimbCase[], overlapOf: Overlap, least: number): Measure {
  const answers = cases.flatMap(({ truth, reading }, image) => {
    const hits = matchFound(reading.boxes, truth.fractures, overlapOf, least);
    return reading.boxes.map(({ score }, index) => ({ image, score, isHit: hits[index] ?? false }));
  });
  return averagePrecision(
    answers,
    cases.map(({ truth }) => truth.fractures.length),
  );
}

/** Presence of a fracture on the image: discrimination, and what is published at each operating point. */
export function presenceReport(cases: readonly LimbCase[], estimate: Estimate) {
  const auc = (chosen: readonly LimbCase[]) =>
    estimate(
      chosen.length,
      areaUnderRoc(
        labelsOf(chosen),
        chosen.map(({ reading }) => reading.fracture ?? 0),
      ),
      fracturedIn(chosen),
    );
  const withoutHardware = auc(cases.filter(({ truth }) => !truth.hasHardware));
  return {
    ...keyed('auc', auc(cases)),
    aucWithoutHardware: withoutHardware.value,
    withoutHardware,
    strongestBoxAuc: estimate(
      cases.length,
      areaUnderRoc(
        labelsOf(cases),
        cases.map(({ reading }) => reading.boxes[0]?.score ?? 0),
      ),
      fracturedIn(cases),
    ),
    operatingPoints: {
      suspicious: operatingPoint(cases, ['suspicious', 'definite'], estimate),
      definite: operatingPoint(cases, ['definite'], estimate),
    },
    slices: sliced(cases, limbSlices(cases), auc),
  };
}

/** What is published when `certainties` count as a call. */
function operatingPoint(cases: readonly LimbCase[], certainties: readonly Certainty[], estimate: Estimate) {
  const isCalled = ({ reading }: LimbCase) => isCalledAt(certainties, reading);
  const boxesOn = ({ reading }: LimbCase) => boxesAt(certainties, reading);
  const fractured = cases.filter(({ truth }) => truth.isFractured);
  const sound = cases.filter(({ truth }) => !truth.isFractured);
  const mean = (chosen: readonly LimbCase[], value: (one: LimbCase) => number): Figure =>
    estimate(chosen.length, meanOf(chosen.map(value)));
  return {
    sensitivity: mean(fractured, (one) => Number(isCalled(one))),
    specificity: mean(sound, (one) => Number(!isCalled(one))),
    falseBoxesPerSoundImage: mean(sound, boxesOn),
    soundImagesWithBox: mean(sound, (one) => Number(boxesOn(one) > 0)),
  };
}

/** How far stated probabilities are off observed rates. */
export function calibrationReport(cases: readonly LimbCase[], estimate: Estimate) {
  const labels = labelsOf(cases);
  const probabilities = cases.map(({ reading }) => reading.fracture ?? 0);
  const order = cases.map((_, index) => index).toSorted((a, b) => probabilities[a]! - probabilities[b]!);
  const share = (bin: readonly number[], value: (index: number) => number) =>
    rounded(bin.reduce((sum, index) => sum + value(index), 0) / bin.length);
  return {
    ...keyed(
      'ece',
      estimate(cases.length, calibrationError(labels, probabilities, CALIBRATION_BINS), fracturedIn(cases)),
    ),
    bins: binsOf(order, CALIBRATION_BINS)
      .filter((bin) => bin.length > 0)
      .map((bin) => ({
        n: bin.length,
        meanProbability: share(bin, (index) => probabilities[index]!),
        observedRate: share(bin, (index) => Number(labels[index])),
      })),
  };
}

function labelsOf(cases: readonly LimbCase[]): readonly boolean[] {
  return cases.map(({ truth }) => truth.isFractured);
}

function fracturedIn(cases: readonly LimbCase[]): number {
  return cases.filter(({ truth }) => truth.isFractured).length;
}
