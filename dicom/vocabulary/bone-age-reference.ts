/**
 * The published reference of bone ages: standard deviations of skeletal age by sex and chronological age. Its mean is the
 * chronological age itself. `docs/models/bone-age-reference.md` says where the figures come from and what they are worth.
 */

/** Name and source, as they stand in every report. */
export const BONE_AGE_REFERENCE =
  'Greulich WW, Pyle SI. Radiographic Atlas of Skeletal Development of the Hand and Wrist, 2nd ed., 1959: ' +
  'standard deviations of skeletal age, Brush Foundation study';

/** Whom the figures were made from, by sex, as it stands in every report. */
export const REFERENCE_POPULATION = {
  F: 'Girls of the same age, Cleveland, Ohio, 1931 to 1942',
  M: 'Boys of the same age, Cleveland, Ohio, 1931 to 1942',
} as const;

const YEAR = 12;
const INFANT_AGES = [3, 6, 9, 12, 18, 24, 30, 36, 42, 48, 54, 60];

/** Chronological age and standard deviation of skeletal age, both in months, ascending. */
export type DeviationCurve = readonly (readonly [ageMonths: number, deviationMonths: number])[];

/** The published figures by sex. */
export const BRUSH_FOUNDATION: Readonly<Record<'F' | 'M', DeviationCurve>> = {
  F: curveOf([
    0.72, 1.16, 1.36, 1.77, 3.49, 4.64, 5.37, 5.97, 7.48, 8.98, 10.73, 11.65, 10.23, 9.64, 10.23, 10.74,
    11.73, 11.94, 10.24, 10.67, 11.3, 9.23, 7.31,
  ]),
  M: curveOf([
    0.69, 1.13, 1.43, 1.97, 3.52, 3.92, 4.52, 5.08, 5.4, 6.66, 8.36, 8.79, 9.17, 8.91, 9.1, 9, 9.79, 10.09,
    10.38, 10.44, 10.72, 11.32, 12.86, 13.05,
  ]),
};

/** The ages of the table: half-yearly to five years, yearly from there. */
function curveOf(deviations: readonly number[]): DeviationCurve {
  return deviations.map((deviation, index) => [INFANT_AGES[index] ?? (index - 6) * YEAR, deviation]);
}

/** The standard deviation at an age; `undefined` outside the curve. */
export function deviationAt(curve: DeviationCurve, age: number): number | undefined {
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
