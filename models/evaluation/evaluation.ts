/**
 * The whole evaluation: readings and truths in, every figure out. `docs/models/evaluation.md` defines each.
 */
import type { Estimate } from './estimate.ts';
import { calibrationReport, locationReport, presenceReport } from './fracture-report.ts';
import { boneAgeReport, soundHandsReport } from './hand-report.ts';
import type { Case, HandTruth, LimbTruth, StrangerTruth } from './image-reading.ts';
import { outOfDomainReport, regionReport } from './region-report.ts';

/** Everything that was read. */
export interface EvaluatedCases {
  readonly limbs: readonly Case<LimbTruth>[];
  readonly hands: readonly Case<HandTruth>[];
  readonly strangers: readonly Case<StrangerTruth>[];
}

export type Evaluation = ReturnType<typeof evaluate>;

/** Every figure of the four models. */
export function evaluate({ limbs, hands, strangers }: EvaluatedCases, estimate: Estimate) {
  return {
    ...locationReport(limbs, estimate),
    image: presenceReport(limbs, estimate),
    calibration: calibrationReport(limbs, estimate),
    region: regionReport(limbs, hands, estimate),
    boneAge: boneAgeReport(hands, estimate),
    childrensHands: soundHandsReport(hands, estimate),
    outOfDomain: outOfDomainReport([...limbs, ...hands], strangers, estimate),
  };
}
