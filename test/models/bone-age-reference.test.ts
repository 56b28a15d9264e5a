import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BONE_AGE_REFERENCE, BRUSH_FOUNDATION } from '../../dicom/vocabulary/bone-age-reference.ts';
import { scoreBoneAge } from '../../models/bone-age-reference.ts';

const sexes = fc.constantFrom('F' as const, 'M' as const);
const tenths = (min: number, max: number) => fc.integer({ min: min * 10, max: max * 10 }).map((n) => n / 10);

function scored(months: number, sex: 'F' | 'M', ageMonths: number) {
  const score = scoreBoneAge(months, { sex, ageMonths });
  if ('missing' in score) throw new Error(`expected a score, found ${score.missing}`);
  return score;
}

describe('the standard deviation score of a bone age', () => {
  it('takes the figures of the table at its own ages', () => {
    expect(scored(120, 'F', 120)).toMatchObject({ standardDeviations: 0, standardDeviationMonths: 11.73 });
    expect(scored(120 + 9.79, 'M', 120).standardDeviations).toBeCloseTo(1, 2);
    expect(scored(3, 'M', 3).standardDeviationMonths).toBe(0.69);
    expect(scored(192, 'F', 192).standardDeviationMonths).toBe(7.31);
    expect(scored(204, 'M', 204).standardDeviationMonths).toBe(13.05);
  });

  it('interpolates halfway between two ages', () => {
    expect(scored(78, 'M', 78).standardDeviationMonths).toBeCloseTo((9.17 + 8.91) / 2, 10);
  });

  it('names the reference and whom it was made from', () => {
    expect(scored(100, 'F', 90)).toMatchObject({
      reference: BONE_AGE_REFERENCE,
      population: expect.stringMatching(/^Girls/) as unknown,
    });
    expect(scored(100, 'M', 90).population).toMatch(/^Boys/);
  });

  it('says why there is none: sex first, then age, then the table', () => {
    expect(scoreBoneAge(100, {})).toEqual({ missing: 'sex-unknown' });
    expect(scoreBoneAge(100, { sex: 'O', ageMonths: 100 })).toEqual({ missing: 'sex-unknown' });
    expect(scoreBoneAge(100, { sex: 'F' })).toEqual({ missing: 'age-unknown' });
    expect(scoreBoneAge(190, { sex: 'F', ageMonths: 192.1 })).toEqual({ missing: 'age-not-covered' });
    expect(scoreBoneAge(190, { sex: 'M', ageMonths: 204.1 })).toEqual({ missing: 'age-not-covered' });
    expect(scoreBoneAge(2, { sex: 'M', ageMonths: 2.9 })).toEqual({ missing: 'age-not-covered' });
    expect(scoreBoneAge(2, { sex: 'M', ageMonths: 0 })).toEqual({ missing: 'age-not-covered' });
  });

  it('has the sign of the difference, and grows with the bone age', () => {
    fc.assert(
      fc.property(sexes, tenths(3, 192), tenths(0, 240), tenths(0, 240), (sex, age, one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(Math.sign(scored(less, sex, age).standardDeviations)).toBe(Math.sign(less - age));
        expect(scored(more, sex, age).standardDeviations).toBeGreaterThanOrEqual(
          scored(less, sex, age).standardDeviations,
        );
      }),
    );
  });

  it('keeps the standard deviation between its neighbours in the table, without a jump', () => {
    fc.assert(
      fc.property(sexes, tenths(3, 191), (sex, age) => {
        const curve = BRUSH_FOUNDATION[sex];
        const above = curve.findIndex(([at]) => at >= age);
        const around = curve.slice(Math.max(0, above - 1), above + 1).map(([, deviation]) => deviation);
        const here = scored(age, sex, age).standardDeviationMonths;
        expect(here).toBeGreaterThanOrEqual(Math.min(...around));
        expect(here).toBeLessThanOrEqual(Math.max(...around));
        expect(Math.abs(scored(age, sex, age + 0.1).standardDeviationMonths - here)).toBeLessThan(0.05);
      }),
    );
  });

  it('covers ages in ascending order, one figure each', () => {
    for (const [sex, last, count] of [
      ['F', 192, 23],
      ['M', 204, 24],
    ] as const) {
      const ages = BRUSH_FOUNDATION[sex].map(([age]) => age);
      expect(ages).toEqual(ages.toSorted((one, other) => one - other));
      expect([ages[0], ages.at(-1), ages.length]).toEqual([3, last, count]);
    }
  });
});
