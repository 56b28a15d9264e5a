/** The figures of the audit against scikit-learn and SciPy on 500 synthetic studies, and by their own rules. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agreementOf, kappaOf, proportion, type Estimate } from '../../../server/qa/statistics/agreement.ts';
import { boneAgeAgreement } from '../../../server/qa/statistics/bone-age-agreement.ts';
import { readLabels, studiesAsCsv } from '../../../server/qa/statistics/csv.ts';
import { drawSample, sampleResult } from '../../../server/qa/statistics/sample.ts';
import {
  histogram,
  quantile,
  stabilityIndex,
  weekOf,
  weeklyTrends,
} from '../../../server/qa/statistics/trends.ts';
import { auditSummary, filtered } from '../../../server/qa/statistics/audit-summary.ts';
import type { StudyComparison } from '../../../server/qa/statistics/study-comparison.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';

const figures = z.array(z.number());
const REFERENCE = z
  .object({
    confusion: figures,
    accuracy: figures,
    sensitivity: figures,
    specificity: figures,
    ppv: figures,
    npv: figures,
    kappa: figures,
    bias: figures,
    meanAbsoluteError: figures,
    deviation: z.number(),
    limits: figures,
    biasOfFour: figures,
    quantiles: figures,
  })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'golden', 'qa-agreement.json'), 'utf8')),
  );

/** The same generator as in `agreement_reference.py`. */
function syntheticStudies(count = 500, seed = 20_261_121) {
  let state = seed;
  const draw = () => {
    state = Number((1_664_525n * BigInt(state) + 1_013_904_223n) % 2n ** 32n);
    return state / 2 ** 32;
  };
  return Array.from({ length: count }, () => {
    const truth = draw() < 0.3;
    const said = draw() < (truth ? 0.85 : 0.12);
    const age = 24 + 180 * draw();
    const modelAge = age + 4 + 30 * (draw() + draw() + draw() - 1.5);
    return { truth, said, age, modelAge };
  });
}

const STUDIES = syntheticStudies();
const PAIRS = STUDIES.map(({ said, truth }) => ({ said, reference: truth }));
const AGES = STUDIES.map(({ age, modelAge }) => ({ said: modelAge, reference: age }));

function expectEstimate(estimate: Estimate | undefined, [value, low, high]: readonly number[], digits = 6) {
  expect(estimate?.value).toBeCloseTo(value ?? NaN, digits);
  expect(estimate?.low).toBeCloseTo(low ?? NaN, digits);
  expect(estimate?.high).toBeCloseTo(high ?? NaN, digits);
}

describe('agreement on 500 synthetic studies', () => {
  const found = agreementOf(PAIRS);

  it('has the cells of scikit-learn', () => {
    const { truePositive, falsePositive, falseNegative, trueNegative } = found;
    expect([truePositive, falsePositive, falseNegative, trueNegative]).toEqual(REFERENCE.confusion);
  });

  it.each(['accuracy', 'sensitivity', 'specificity', 'ppv', 'npv', 'kappa'] as const)(
    'has the %s and its interval',
    (name) => {
      expectEstimate(found[name], REFERENCE[name]);
    },
  );

  it('has bias, error and limits of the bone age as SciPy has them', () => {
    const ages = boneAgeAgreement(AGES);
    expectEstimate(ages.bias, REFERENCE.bias);
    expectEstimate(ages.meanAbsoluteError, REFERENCE.meanAbsoluteError);
    expect(ages.deviation).toBeCloseTo(REFERENCE.deviation, 9);
    expect([ages.lowerLimit?.value, ages.upperLimit?.value].map((limit) => limit?.toFixed(6))).toEqual(
      REFERENCE.limits.map((limit) => limit.toFixed(6)),
    );
    const four = boneAgeAgreement(AGES.slice(0, 4)).bias;
    expect([four?.low.toFixed(3), four?.high.toFixed(3)]).toEqual(
      REFERENCE.biasOfFour.map((limit) => limit.toFixed(3)),
    );
  });

  it('has the quantiles of NumPy', () => {
    const differences = AGES.map(({ said, reference }) => said - reference);
    expect(quantile(differences, 0.5)).toBeCloseTo(REFERENCE.quantiles[0] ?? NaN, 9);
    expect(quantile(differences, 0.9)).toBeCloseTo(REFERENCE.quantiles[1] ?? NaN, 9);
  });
});

describe('a figure of nothing', () => {
  it('is absent, not zero', () => {
    expect(proportion(0, 0)).toBeUndefined();
    const none = agreementOf([]);
    expect([none.sensitivity, none.kappa, boneAgeAgreement([]).bias]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(agreementOf([{ said: true, reference: true }]).kappa).toBeUndefined();
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it('lies within its interval, and the interval within 0 and 1, for any counts', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(2000), (hits, misses) => {
        const share = proportion(hits, hits + misses);
        if (!share) return;
        expect(share.low).toBeLessThanOrEqual(share.value + 1e-12);
        expect(share.high).toBeGreaterThanOrEqual(share.value - 1e-12);
        expect(Math.min(share.low, 1 - share.high)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('has a kappa of 1 for two that never differ, and 0 for chance', () => {
    expect(kappaOf({ truePositive: 5, trueNegative: 7, falsePositive: 0, falseNegative: 0 })?.value).toBe(1);
    const chance = kappaOf({ truePositive: 4, falsePositive: 4, falseNegative: 4, trueNegative: 4 });
    expect(chance?.value).toBeCloseTo(0, 12);
  });
});

function study(index: number, changes: Partial<StudyComparison> = {}): StudyComparison {
  const { truth, said, age, modelAge } = STUDIES[index % 500] ?? {
    truth: false,
    said: false,
    age: 1,
    modelAge: 1,
  };
  return {
    studyInstanceUid: `1.2.${index + 1}`,
    date: `202601${String((index % 28) + 1).padStart(2, '0')}`,
    machineReportUid: `1.3.${index + 1}`,
    analysedAt: '20260101000000',
    models: ['Fracture locator 0.1.0'],
    regions: ['hand'],
    score: said ? 0.8 : 0.1,
    machine: { hasFracture: said, boneAgeMonths: modelAge },
    reader: {
      hasFracture: truth,
      boneAgeMonths: age,
      reportUid: '1.4',
      names: ['Kim^Min'],
      signedAt: '20260101020000',
      turnaroundHours: 2,
    },
    decisions: { accepted: 0, rejected: 0, edited: 0, added: 0 },
    state: said === truth ? 'agree' : 'disagree',
    ...changes,
  };
}
const ALL = STUDIES.map((_one, index) => study(index));

describe('the audit', () => {
  it('sums 500 studies up as the pairs themselves do, and filters them', () => {
    const summary = auditSummary(ALL, new Map());
    expect(summary.modelsByReaders.fracture).toEqual(agreementOf(PAIRS));
    expect(summary.modelsByReaders.boneAge).toEqual(boneAgeAgreement(AGES));
    expect(summary.turnaround).toEqual({ median: 2, ninetieth: 2 });
    expect(summary.blandAltman).toHaveLength(500);
    expect(summary.modelsByLabels.fracture.count).toBe(0);
    const disagreed = filtered(ALL, { state: 'disagree' });
    expect(disagreed).toHaveLength(44 + 21);
    expect(filtered(ALL, { from: '20260105', to: '20260105' }).every(({ date }) => date === '20260105')).toBe(
      true,
    );
    expect(filtered(ALL, { model: 'Another 1' })).toEqual([]);
  });

  it('judges models and readers by labels where there are some', () => {
    const labels = new Map(
      ALL.slice(0, 100).map(({ studyInstanceUid, reader }) => [
        studyInstanceUid,
        { hasFracture: reader?.hasFracture === true },
      ]),
    );
    const summary = auditSummary(ALL, labels);
    expect(summary.labelled).toBe(100);
    expect(summary.readersByLabels.fracture.accuracy?.value).toBe(1);
    expect(summary.modelsByLabels.fracture).toEqual(agreementOf(PAIRS.slice(0, 100)));
  });

  it('goes by ISO weeks, and notices scores of another kind', () => {
    expect(['20251229', '20260104', '20260105', '20261231'].map(weekOf)).toEqual([
      '2026-W01',
      '2026-W01',
      '2026-W02',
      '2026-W53',
    ]);
    const drifted = ALL.map((one) => (one.date >= '20260119' ? { ...one, score: 0.95 } : one));
    const drifts = (studies: readonly StudyComparison[]) =>
      weeklyTrends(studies).map(({ scoreDrift }) => (scoreDrift ?? 0) > 0.25);
    expect(drifts(ALL)).toEqual([false, false, false, false, false]);
    expect(drifts(drifted)).toEqual([false, false, false, true, true]);
  });

  it('counts every score once, and finds no drift between a set and itself', () => {
    const scores = [0, 0.05, 0.1, 0.999, 1];
    expect(histogram(scores)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    const many = STUDIES.map(({ age }) => age / 300);
    expect(stabilityIndex(many, many)).toBe(0);
    expect(stabilityIndex(scores, many)).toBeUndefined();
  });
});

describe('a sample', () => {
  it('is the same for the same seed, without one study twice', () => {
    const uids = ALL.map(({ studyInstanceUid }) => studyInstanceUid);
    const drawn = drawSample(uids, 50, 'a');
    expect(drawSample(uids.toReversed(), 50, 'a')).toEqual(drawn);
    expect(new Set(drawn).size).toBe(50);
    expect(drawSample(uids, 50, 'b')).not.toEqual(drawn);
  });

  it('asks for a decision where readers differ, and judges the models by what was decided', () => {
    const studies = new Map(
      ALL.slice(0, 4).map((one, index) => [
        one.studyInstanceUid,
        {
          ...one,
          machine: { hasFracture: true },
          reader: { ...one.reader, hasFracture: index < 2 },
        } as StudyComparison,
      ]),
    );
    const uids = [...studies.keys()];
    const reads = uids.map((studyInstanceUid, index) => ({
      studyInstanceUid,
      second: { hasFracture: index < 1 },
      ...(index === 1 && { adjudicated: { hasFracture: true } }),
    }));
    const result = sampleResult([...reads, { studyInstanceUid: '1.2.99' }], studies);
    expect(result).toMatchObject({ drawn: 5, read: 4, toAdjudicate: [] });
    expect(result.firstBySecond.accuracy?.value).toBe(0.75);
    expect(result.modelsByConsensus).toMatchObject({ truePositive: 2, falsePositive: 2 });
    const open = sampleResult(
      reads.map(({ studyInstanceUid, second }) => ({ studyInstanceUid, second })),
      studies,
    );
    expect(open.toAdjudicate).toEqual([uids[1]]);
    expect(open.modelsByConsensus.count).toBe(3);
  });
});

describe('comma-separated values', () => {
  it('have a line for each study, and no formula', () => {
    const reader = {
      ...(study(0).reader ?? { reportUid: '', names: [], signedAt: '' }),
      names: ['=1+1', 'Kim, "Min"'],
    };
    const lines = studiesAsCsv([study(0, { reader, models: ['=cmd|x'] }), study(1)]).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toContain('study_instance_uid,study_date');
    expect(lines[1]).toContain(",'=cmd|x,");
    expect(lines[1]).toContain(`"'=1+1; Kim, ""Min"""`);
  });

  it('give labels back, whatever the order of columns, quotes and line ends', () => {
    const text =
      '\uFEFFbone_age_months,note,study_instance_uid,fracture\r\n,"a, ""b""\nc",1.2.3,yes\n120,,1.2.4,\n\n,,1.2.5,0';
    expect([...readLabels(text)]).toEqual([
      ['1.2.3', { hasFracture: true }],
      ['1.2.4', { boneAgeMonths: 120 }],
      ['1.2.5', { hasFracture: false }],
    ]);
  });

  it.each([
    ['no head', '1.2.3,1', /first line/],
    ['a UID that is none', 'study_instance_uid,fracture\nx,1', /Line 2: study_instance_uid/],
    ['a word', 'study_instance_uid,fracture\n1.2,maybe', /Line 2: fracture/],
    ['an age of 50 years', 'study_instance_uid,bone_age_months\n1.2,600', /Line 2: bone_age_months/],
  ])('with %s are refused and say which line', (_what, text, message) => {
    expect(() => readLabels(text)).toThrow(PacsError);
    expect(() => readLabels(text)).toThrow(message);
  });
});
