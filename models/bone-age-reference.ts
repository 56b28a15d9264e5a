/**
 * How unusual a bone age is: (bone age − chronological age) / standard deviation, against the Brush Foundation figures of
 * the Greulich and Pyle atlas. `docs/models/bone-age-reference.md` says where they come from and what they are worth.
 *
 * Trap: the standard deviation belongs to the chronological age, not to the bone age.
 */
import type { BoneAgeScore } from '../dicom/vocabulary/finding.ts';

/** Name and source, as they stand in every report. */
export const BONE_AGE_REFERENCE =
  'Greulich WW, Pyle SI. Radiographic Atlas of Skeletal Development of the Hand and Wrist, 2nd ed., 1959: ' +
  'standard deviations of skeletal age, Brush Foundation study';

const YEAR = 12;
const INFANT_AGES = [3, 6, 9, 12, 18, 24, 30, 36, 42, 48, 54, 60];

/** Chronological age and standard deviation of skeletal age, both in months, ascending. */
type Curve = readonly (readonly [ageMonths: number, deviationMonths: number])[];

/** The published figures by sex. */
export const BRUSH_FOUNDATION: Readonly<Record<'F' | 'M', Curve>> = {
  F: curveOf([
    0.72, 1.16, 1.36, 1.77, 3.49, 4.64, 5.37, 5.97, 7.48, 8.98, 10.73, 11.65, 10.23, 9.64, 10.23, 10.74,
    11.73, 11.94, 10.24, 10.67, 11.3, 9.23, 7.31,
  ]),
  M: curveOf([
    0.69, 1.13, 1.43, 1.97, 3.52, 3.92, 4.52, 5.08, 5.4, 6.66, 8.36, 8.79, 9.17, 8.91, 9.1, 9, 9.79, 10.09,
    10.38, 10.44, 10.72, 11.32, 12.86, 13.05,
  ]),
};

const POPULATION = { F: 'Girls', M: 'Boys' } as const;

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
    population: `${POPULATION[sex]} of the same age, Cleveland, Ohio, 1931 to 1942`,
    reference: BONE_AGE_REFERENCE,
  };
}

/** The standard deviation at an age; `undefined` outside the curve. */
function deviationAt(curve: Curve, age: number): number | undefined {
  for (const [index, [upper, atUpper]] of curve.entries()) {
    if (age > upper) continue;
    if (age === upper) return atUpper;
    const below = curve[index - 1];
    if (!below) return undefined;
    const [lower, atLower] = below;
    return atLower + ((atUpper - atLower) * (age - lower)) / (upper - lower);
  }
  return undefined;
}

/** The ages of the table: half-yearly to five years, yearly from there. */
function curveOf(deviations: readonly number[]): Curve {
  return deviations.map((deviation, index) => [INFANT_AGES[index] ?? (index - 6) * YEAR, deviation]);
}

function tenths(months: number): number {
  return Math.round(months * 10) / 10;
}
