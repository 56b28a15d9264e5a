/**
 * How unusual a bone age is: (bone age − chronological age) / standard deviation, against the Brush Foundation figures of
 * the Greulich and Pyle atlas. `docs/models/bone-age-reference.md` says where they come from and what they are worth.
 *
 * Trap: the standard deviation belongs to the chronological age, not to the bone age.
 */
import {
  BONE_AGE_REFERENCE,
  BRUSH_FOUNDATION,
  deviationAt,
  REFERENCE_POPULATION,
} from '../dicom/vocabulary/bone-age-reference.ts';
import type { BoneAgeScore } from '../dicom/vocabulary/finding.ts';

/**
 * The score of a bone age in months, both ages taken to 0.1 month as reports write them; between two ages of the table the
 * standard deviation is interpolated linearly. Sex other than F and M, an unknown age, and an age outside the table
 * (girls 3 months to 16 years, boys 3 months to 17 years, both ends included) give the reason instead.
 */
export function scoreBoneAge(
  months: number,
  patient: { readonly sex?: 'F' | 'M' | 'O'; readonly ageMonths?: number },
): BoneAgeScore {
  const { sex, ageMonths } = patient;
  if (sex !== 'F' && sex !== 'M') return { missing: 'sex-unknown' };
  if (ageMonths === undefined) return { missing: 'age-unknown' };
  const age = tenths(ageMonths);
  const deviation = deviationAt(BRUSH_FOUNDATION[sex], age);
  if (deviation === undefined) return { missing: 'age-not-covered' };
  return {
    standardDeviations: (tenths(months) - age) / deviation,
    standardDeviationMonths: deviation,
    population: REFERENCE_POPULATION[sex],
    reference: BONE_AGE_REFERENCE,
  };
}

function tenths(months: number): number {
  return Math.round(months * 10) / 10;
}
