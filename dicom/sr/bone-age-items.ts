/**
 * Ages in months and the standard deviation score of a bone age, writer beside reader. TID 300, TID 311 (PS3.16).
 *
 * Trap: the score stands below the measurement it scores, the reason for having none beside it: a reader that looks for a
 * score must not take a reason for one.
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, isSameCode, OSTEON, PRIVATE_SCHEME, UCUM, wordOf } from '../vocabulary/codes.ts';
import { NO_SCORE_REASONS, type BoneAgeScore, type NoScoreReason } from '../vocabulary/finding.ts';
import { code, num, text, type ContentItem } from './content-items.ts';
import type { ContentNode } from './content-tree.ts';
import { roundedDifference, roundedMonths, roundedScore } from './rounding.ts';

/** The measurement as an item; nothing where there is none. Throws `invalid-value` for negative months. */
export function monthsItem(
  relationship: 'CONTAINS' | 'HAS PROPERTIES',
  concept: Code,
  months: number | undefined,
): readonly ContentItem[] {
  return months === undefined ? [] : [num(relationship, concept, roundedMonths(months), UCUM.month)];
}

/** Months of a measurement; `undefined` in other units or below 0. */
export function monthsOf(node: ContentNode | undefined): number | undefined {
  const measurement = node?.measurement;
  if (!measurement?.units || !isSameCode(measurement.units, UCUM.month)) return undefined;
  return measurement.value >= 0 ? measurement.value : undefined;
}

/** Bone age minus chronological age, for readers that do not subtract. */
export function differenceItems(ages: {
  readonly months: number;
  readonly chronologicalMonths?: number;
}): readonly ContentItem[] {
  if (ages.chronologicalMonths === undefined) return [];
  const difference = roundedMonths(ages.months) - roundedMonths(ages.chronologicalMonths);
  return [num('CONTAINS', OSTEON.ageDifference, roundedDifference(difference), UCUM.month)];
}

/** TID 311 below the bone age: score, standard deviation in months, population and reference. */
export function scoreItems(score: BoneAgeScore | undefined): readonly ContentItem[] {
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
export function missingScoreItems(score: BoneAgeScore | undefined): readonly ContentItem[] {
  return score && 'missing' in score
    ? [code('CONTAINS', OSTEON.noScoreReason, NO_SCORE_CODES[score.missing])]
    : [];
}

/** The score of a bone age, or the reason for none; `undefined` where the group says neither or only half. */
export function readScore(group: ContentNode, age: ContentNode | undefined): BoneAgeScore | undefined {
  const missing = wordOf(NO_SCORE_CODES, group.codeOf(OSTEON.noScoreReason));
  if (missing) return { missing };
  const standardDeviations = age?.numberOf(DCM.zScoreOfMeasurement);
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
