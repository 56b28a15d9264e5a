/**
 * A bone age with its score and the parts of the hand it was read from, writer beside reader. TID 1501, TID 300, TID 311
 * and TID 320 (PS3.16).
 *
 * Trap: the score stands below the measurement it scores, the reason for having none beside it: a reader that looks for a
 * score must not take a reason for one.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, isSameCode, LN, OSTEON, PRIVATE_SCHEME, SCT, UCUM } from '../vocabulary/codes.ts';
import {
  HAND_REGIONS,
  NO_SCORE_REASONS,
  type BoneAgeScore,
  type FindingBase,
  type FindingDetails,
  type HandRegion,
  type HandRegionOutline,
  type NoScoreReason,
} from '../vocabulary/finding.ts';
import type { OriginalFinding } from '../vocabulary/review.ts';
import { code, num, text, type ContentItem } from './content-items.ts';
import { valueIn, type ContentNode } from './content-tree.ts';
import { measured, wholeImage, type GroupBody, type ReadGroup } from './finding-group.ts';
import { sourceRegion, sourceRegionOf, type RegionImage } from './region-items.ts';
import { ringOnImage, roundedDifference, roundedMonths, roundedScore } from './rounding.ts';

/**
 * The group of a bone age; one that was edited is the reader's and names no algorithm. Throws `invalid-value` for months
 * that are negative.
 */
export function writeBoneAge(
  finding: FindingBase & FindingDetails['bone-age'],
  on: RegionImage,
  original?: OriginalFinding,
): GroupBody {
  const model = original ? undefined : finding.model;
  return wholeImage(finding, {
    measurements: [
      measured(LN.xrBoneAge, roundedMonths(finding.months), UCUM.month, model, [
        code('HAS CONCEPT MOD', SCT.measurementMethod, finding.method),
        ...monthsItem('HAS PROPERTIES', SCT.rangeOfMeasurementUncertainty, finding.uncertaintyMonths),
        ...scoreItems(finding.score),
        ...handRegionItems(finding.handRegions ?? [], on),
      ]),
      ...monthsItem('CONTAINS', DCM.subjectAge, finding.chronologicalMonths),
      ...differenceItems(finding),
    ],
    evaluations: [
      code('CONTAINS', OSTEON.sexGivenToModel, finding.isSexKnown ? SCT.yes : SCT.no),
      ...missingScoreItems(finding.score),
    ],
  });
}

/** What a group says of a bone age; `undefined` when it is none or not whole. */
export function readBoneAge({ node, ringOf }: ReadGroup): FindingDetails['bone-age'] | undefined {
  const age = node.childOf(LN.xrBoneAge);
  const months = age && monthsOf(age);
  const method = age?.codeOf(SCT.measurementMethod);
  const sexGiven = node.codeOf(OSTEON.sexGivenToModel);
  if (months === undefined || !method || !sexGiven) return undefined;
  const uncertaintyMonths = monthsOf(age?.childOf(SCT.rangeOfMeasurementUncertainty));
  const chronologicalMonths = monthsOf(node.childOf(DCM.subjectAge));
  node.childOf(OSTEON.ageDifference); // follows from the two ages
  const score = readScore(node, age);
  const handRegions = readHandRegions(age, ringOf);
  return {
    months,
    method,
    isSexKnown: isSameCode(sexGiven, SCT.yes),
    ...(uncertaintyMonths !== undefined && { uncertaintyMonths }),
    ...(chronologicalMonths !== undefined && { chronologicalMonths }),
    ...(score && { score }),
    ...(handRegions.length > 0 && { handRegions }),
  };
}

/** The parts of the hand below the age, as far as they lie on the image. TID 320. */
function handRegionItems(regions: readonly HandRegionOutline[], on: RegionImage): readonly ContentItem[] {
  return regions.flatMap(({ region, outline }) => {
    const ring = ringOnImage(outline, on);
    return ring ? [sourceRegion(HAND_REGION_PURPOSES[region], ring, on)] : [];
  });
}

function readHandRegions(
  age: ContentNode | undefined,
  ringOf: ReadGroup['ringOf'],
): readonly HandRegionOutline[] {
  return HAND_REGIONS.flatMap((region) => {
    const node = sourceRegionOf(age, HAND_REGION_PURPOSES[region]);
    const outline = node && ringOf(node);
    return outline ? [{ region, outline }] : [];
  });
}

const HAND_REGION_PURPOSES: Readonly<Record<HandRegion, Code>> = {
  carpus: OSTEON.carpusRead,
  'four-joints': OSTEON.fourJointsRead,
  'middle-finger': OSTEON.middleFingerRead,
  thumb: OSTEON.thumbRead,
};

/** The measurement as an item; nothing where there is none. */
function monthsItem(
  relationship: 'CONTAINS' | 'HAS PROPERTIES',
  concept: Code,
  months: number | undefined,
): readonly ContentItem[] {
  return months === undefined ? [] : [num(relationship, concept, roundedMonths(months), UCUM.month)];
}

/** Months of a measurement; `undefined` in other units or below 0. */
function monthsOf(node: ContentNode | undefined): number | undefined {
  const months = node && valueIn(node, UCUM.month);
  return months !== undefined && months >= 0 ? months : undefined;
}

/** Bone age minus chronological age, for readers that do not subtract. */
function differenceItems(ages: {
  readonly months: number;
  readonly chronologicalMonths?: number;
}): readonly ContentItem[] {
  if (ages.chronologicalMonths === undefined) return [];
  const difference = roundedMonths(ages.months) - roundedMonths(ages.chronologicalMonths);
  return [num('CONTAINS', OSTEON.ageDifference, roundedDifference(difference), UCUM.month)];
}

/** TID 311 below the bone age: score, standard deviation in months, population and reference. */
function scoreItems(score: BoneAgeScore | undefined): readonly ContentItem[] {
  if (!score || 'missing' in score) return [];
  const value = roundedScore(score.standardDeviations);
  const deviation = roundedScore(score.standardDeviationMonths);
  return [
    num('HAS PROPERTIES', DCM.zScoreOfMeasurement, value, UCUM.noUnits),
    num('HAS PROPERTIES', DCM.standardDeviationOfPopulation, deviation, UCUM.month),
    text('HAS PROPERTIES', DCM.populationDescription, score.population),
    text('HAS PROPERTIES', DCM.referenceAuthority, score.reference),
  ];
}

/** Why there is no score, as a coded evaluation of the group. */
function missingScoreItems(score: BoneAgeScore | undefined): readonly ContentItem[] {
  return score && 'missing' in score
    ? [code('CONTAINS', OSTEON.noScoreReason, NO_SCORE_CODES[score.missing])]
    : [];
}

/** The score of a bone age, or the reason for none; `undefined` where the group says neither or only half. */
function readScore(group: ContentNode, age: ContentNode | undefined): BoneAgeScore | undefined {
  const missing = group.wordIn(OSTEON.noScoreReason, NO_SCORE_CODES);
  if (missing) return { missing };
  const standardDeviations = age?.numberOf(DCM.zScoreOfMeasurement, UCUM.noUnits);
  const standardDeviationMonths = monthsOf(age?.childOf(DCM.standardDeviationOfPopulation));
  const population = age?.textOf(DCM.populationDescription);
  const reference = age?.textOf(DCM.referenceAuthority);
  if (standardDeviations === undefined || !standardDeviationMonths) return undefined;
  if (population === undefined || reference === undefined) return undefined;
  return { standardDeviations, standardDeviationMonths, population, reference };
}

const NO_SCORE_CODES: Readonly<Record<NoScoreReason, Code>> = {
  'sex-unknown': noScoreCode('sex-unknown'),
  'age-unknown': noScoreCode('age-unknown'),
  'age-not-covered': noScoreCode('age-not-covered'),
};

function noScoreCode(reason: NoScoreReason): Code {
  return { value: reason, scheme: PRIVATE_SCHEME, meaning: NO_SCORE_REASONS[reason] };
}
