/**
 * Figures of the region model: which region, and whether this is a limb radiograph at all.
 */
import { BODY_REGIONS } from '../../dicom/vocabulary/finding.ts';
import { LEAST_POSITIVES, type Estimate, type Measure, keyed } from './estimate.ts';
import type { Case, HandTruth, LimbTruth, StrangerTruth } from './image-reading.ts';
import { areaUnderRoc, labelAveragePrecision, meanOf } from './metrics.ts';

/**
 * Average precision of each region on FracAtlas, and their mean over the regions that have positives enough; beside it
 * the same of "hand" with the children's hands among the images.
 */
export function regionReport(
  limbs: readonly Case<LimbTruth>[],
  hands: readonly Case<HandTruth>[],
  estimate: Estimate,
) {
  const measures = new Map<string, { measure: Measure; positives: number }>();
  for (const region of BODY_REGIONS) {
    const labels = limbs.map(({ truth }) => truth.regions.includes(region));
    const scores = limbs.map(({ reading }) => reading.labels?.[region] ?? 0);
    const positives = labels.filter(Boolean).length;
    measures.set(region, { measure: labelAveragePrecision(labels, scores), positives });
  }
  const told = [...measures].filter(([, { positives }]) => positives >= LEAST_POSITIVES);
  const mean: Measure = (counts) =>
    told.reduce((sum, [, { measure }]) => sum + measure(counts), 0) / told.length;
  return {
    ...keyed('meanAp', told.length > 0 ? estimate(limbs.length, mean) : estimate(0, mean, 0)),
    regions: told.map(([region]) => region),
    byRegion: Object.fromEntries(
      [...measures].map(([region, { measure, positives }]) => [
        region,
        estimate(limbs.length, measure, positives),
      ]),
    ),
    handWithChildren: handAmongAll(limbs, hands, estimate),
  };
}

function handAmongAll(
  limbs: readonly Case<LimbTruth>[],
  hands: readonly Case<HandTruth>[],
  estimate: Estimate,
) {
  const labels = [...limbs.map(({ truth }) => truth.regions.includes('hand')), ...hands.map(() => true)];
  const scores = [...limbs, ...hands].map(({ reading }) => reading.labels?.['hand'] ?? 0);
  return estimate(labels.length, labelAveragePrecision(labels, scores), labels.filter(Boolean).length);
}

type Limb = Case<LimbTruth> | Case<HandTruth>;

/**
 * Limb radiographs against images that show none, by the probability of a limb radiograph; positives are the images to be
 * refused. The leading figure is over real images where there are enough of them, else over compositions; `of` says which.
 * Images that were refused before the network saw them (size, contrast, pixels) are counted apart.
 */
export function outOfDomainReport(
  limbs: readonly Limb[],
  strangers: readonly Case<StrangerTruth>[],
  estimate: Estimate,
) {
  const seen = strangers.filter(({ reading }) => reading.limb !== undefined);
  const among = (...kinds: readonly StrangerTruth['kind'][]) => {
    const chosen = seen.filter(({ truth }) => kinds.includes(truth.kind));
    return {
      ...against(limbs, chosen, estimate),
      refused: estimate(chosen.length, meanOf(chosen.map((one) => Number(isRefused(one))))),
    };
  };
  const [real, compositions] = [among('radiograph', 'other-modality'), among('composition')];
  const isRealEnough = (real.positives ?? 0) >= LEAST_POSITIVES;
  const leading = isRealEnough ? real : compositions;
  return {
    ...keyed('auc', leading),
    of: isRealEnough ? 'real images' : 'compositions',
    radiographs: among('radiograph'),
    otherModalities: among('other-modality'),
    compositions,
    refusedUnseen: strangers.length - seen.length,
    limbsRefused: estimate(limbs.length, meanOf(limbs.map((one) => Number(isRefused(one))))),
  };
}

function against(limbs: readonly Limb[], strangers: readonly Case<StrangerTruth>[], estimate: Estimate) {
  const seenLimbs = limbs.filter(({ reading }) => reading.limb !== undefined);
  const labels = [...seenLimbs.map(() => false), ...strangers.map(() => true)];
  const scores = [...seenLimbs, ...strangers].map(({ reading }) => 1 - (reading.limb ?? 0));
  return estimate(labels.length, areaUnderRoc(labels, scores), strangers.length);
}

function isRefused({ reading }: Case<unknown>): boolean {
  return reading.published.status === 'rejected';
}
