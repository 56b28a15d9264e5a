/**
 * The reference that a bone age was scored against, as curves to draw. No DOM: points in months.
 *
 * Trap: the report names its reference. Curves are drawn only for the one whose figures are known here; another
 * reference, or another population, leaves the numbers of the report and no picture.
 */
import {
  BONE_AGE_REFERENCE,
  BRUSH_FOUNDATION,
  deviationAt,
  REFERENCE_POPULATION,
} from '../../dicom/vocabulary/bone-age-reference.ts';
import type { Finding } from '../../dicom/vocabulary/finding.ts';

/** Where the reference lies at one chronological age, in months. */
export interface ReferencePoint {
  readonly ageMonths: number;
  readonly deviationMonths: number;
}

export interface BoneAgeCurve {
  /** Ascending; the mean of the reference is the age itself. */
  readonly reference: readonly ReferencePoint[];
  readonly chronologicalMonths: number;
  readonly boneAgeMonths: number;
  readonly uncertaintyMonths?: number;
  /** What is drawn: from, to, in months. The same for both axes. */
  readonly range: readonly [number, number];
}

/** Months drawn on either side of what must be seen. */
const MARGIN = 36;

/** The curve around a bone age; `undefined` without a score, or for a reference that is not known here. */
export function boneAgeCurve(finding: Finding<'bone-age'>): BoneAgeCurve | undefined {
  const { score, chronologicalMonths, months, uncertaintyMonths } = finding;
  if (!score || 'missing' in score || chronologicalMonths === undefined) return undefined;
  if (score.reference !== BONE_AGE_REFERENCE || !Number.isFinite(months)) return undefined;
  const sex = (['F', 'M'] as const).find((one) => REFERENCE_POPULATION[one] === score.population);
  if (!sex) return undefined;
  const curve = BRUSH_FOUNDATION[sex];
  const from = Math.max(0, Math.min(months, chronologicalMonths) - MARGIN);
  const to = Math.min(20 * 12, Math.max(months, chronologicalMonths) + MARGIN);
  const ages = [from, to, chronologicalMonths, ...curve.map(([age]) => age)]
    .filter((age) => age >= from && age <= to)
    .toSorted((one, other) => one - other);
  const reference = [...new Set(ages)].flatMap((ageMonths): readonly ReferencePoint[] => {
    const deviationMonths = deviationAt(curve, ageMonths);
    return deviationMonths === undefined ? [] : [{ ageMonths, deviationMonths }];
  });
  return {
    reference,
    chronologicalMonths,
    boneAgeMonths: months,
    ...(uncertaintyMonths === undefined ? {} : { uncertaintyMonths }),
    range: [from, to],
  };
}

/** The ring of a band of so many standard deviations to either side, as points (age, bone age) in months. */
export function bandOf(
  reference: readonly ReferencePoint[],
  deviations: number,
): readonly (readonly [number, number])[] {
  const side = (sign: 1 | -1) =>
    reference.map(
      ({ ageMonths, deviationMonths }) =>
        [ageMonths, ageMonths + sign * deviations * deviationMonths] as const,
    );
  return [...side(1), ...side(-1).toReversed()];
}
