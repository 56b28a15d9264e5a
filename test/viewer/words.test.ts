/** States, results and numbers in words: silence is never a result. */
import { describe, expect, test } from 'vitest';
import type { BoneAgeScore } from '../../dicom/vocabulary/finding.ts';
import {
  ANALYSIS_STATES,
  analysisStatement,
  imageStatement,
  parseAnalyses,
} from '../../viewer-extension/core/analysis-state.ts';
import { boneAgeCard } from '../../viewer-extension/core/bone-age-card.ts';
import {
  inReadingOrder,
  hiddenNotice,
  nextFinding,
  findingKey,
  visibleFractures,
} from '../../viewer-extension/core/findings.ts';
import { aiNotice, nonCommercialNotice } from '../../viewer-extension/core/notices.ts';
import { fractureStatement, reportToShow, summaryOf } from '../../viewer-extension/core/study-result.ts';
import { dateText, monthsText, nameText, percentText, plainText } from '../../viewer-extension/core/text.ts';
import { boneAge, fracture, MODEL, presence, report, SOURCE } from './findings-fixture.ts';

describe('states', () => {
  test('has words for every state, and for none', () => {
    const said = [undefined, ...ANALYSIS_STATES.map((state) => ({ state }))].map(
      (one) => analysisStatement(one).text,
    );
    expect(new Set(said).size).toBe(ANALYSIS_STATES.length + 1);
    expect(said[0]).toBe('Not analysed');
  });

  test('gives the reason of a rejection and of a failure', () => {
    expect(analysisStatement({ state: 'rejected', reason: 'other modality' }).text).toBe(
      'Rejected: other modality',
    );
    expect(imageStatement('rejected', 'blank image').text).toBe('Rejected: blank image');
    expect(imageStatement('failed', 'no memory').text).toBe('Analysis failed: no memory');
    expect(imageStatement('rejected', 'blank-image').text).toBe('Rejected: The image holds no contrast');
  });

  test('leaves out entries of the answer that are no analysis', () => {
    const body = {
      analyses: [
        null,
        { state: 'done' },
        { studyInstanceUid: '1.2', state: 'odd' },
        {
          studyInstanceUid: '1.2',
          state: 'done',
          images: [3],
          report: { seriesInstanceUid: '1.3', sopInstanceUid: '1.4' },
        },
      ],
    };
    expect(parseAnalyses(body)).toEqual([
      {
        studyInstanceUid: '1.2',
        state: 'done',
        images: [],
        report: { seriesInstanceUid: '1.3', sopInstanceUid: '1.4' },
      },
    ]);
    expect(parseAnalyses('nonsense')).toEqual([]);
  });
});

describe('the sum of a report', () => {
  test('names definite fractures before suspected ones', () => {
    const findings = [
      fracture({ certainty: 'suspicious', probability: 0.5 }),
      fracture({ probability: 0.92 }),
    ];
    expect(summaryOf(report({ findings }))).toEqual({ tone: 'finding', text: 'Fracture 92 %' });
  });

  test('counts several and gives the surest', () => {
    const findings = [0.3, 0.41].map((probability) => fracture({ certainty: 'suspicious', probability }));
    expect(summaryOf(report({ findings })).text).toBe('2 suspected fractures, up to 41 %');
  });

  test('says that a fracture is present but not located', () => {
    const findings = [presence({ verdict: 'present', probability: 0.71, certainty: 'suspicious' })];
    expect(summaryOf(report({ findings })).text).toBe('Suspected fracture 71 %, not located');
  });

  test('says that no fracture was found only when a model looked for one', () => {
    expect(summaryOf(report({ findings: [presence()] })).text).toBe('No fracture found');
    expect(fractureStatement(report({ findings: [boneAge()] }))).toBeUndefined();
  });

  test('joins fracture and bone age', () => {
    expect(summaryOf(report({ findings: [presence(), boneAge()] })).text).toBe(
      'No fracture found · Bone age 9 y 4 mo',
    );
  });

  test('gives the reason when no image was analysed', () => {
    const images = [
      { sopInstanceUid: SOURCE.sopInstanceUid, status: 'rejected', reason: 'blank-image', runs: [] } as const,
    ];
    expect(summaryOf(report({ images }))).toEqual({
      tone: 'problem',
      text: 'Rejected: The image holds no contrast',
    });
  });

  test('never says that nothing was found when a model failed', () => {
    const said = summaryOf(
      report({ findings: [presence()], failures: [{ model: 'Fracture boxes 0.1.0', reason: 'no memory' }] }),
    );
    expect(said).toEqual({ tone: 'problem', text: 'No fracture found · analysis incomplete' });
  });

  test('speaks of one image when asked for one', () => {
    const findings = [fracture(), presence({ source: { ...SOURCE, sopInstanceUid: '1.9' } })];
    expect(fractureStatement(report({ findings }), '1.9')?.text).toBe('No fracture found');
  });

  test('shows a verified report before a newer unverified one, else the newest', () => {
    const old = report({ sopInstanceUid: '1', contentDateTime: '20260101000000' });
    const recent = report({ sopInstanceUid: '2', contentDateTime: '20260201000000' });
    expect(reportToShow([old, recent])?.sopInstanceUid).toBe('2');
    expect(reportToShow([recent, { ...old, isVerified: true }])?.sopInstanceUid).toBe('1');
    expect(reportToShow([])).toBeUndefined();
  });
});

describe('the list of findings', () => {
  const [first, second, third] = [
    fracture({ trackingId: 'a', probability: 0.3 }),
    fracture({ trackingId: 'b', probability: 0.9 }),
    fracture({ trackingId: 'c', probability: 0.99, source: { ...SOURCE, sopInstanceUid: '1.9' } }),
  ] as const;

  test('follows the order of the images, the surest first on each', () => {
    const ordered = inReadingOrder([third, first, second], [SOURCE.sopInstanceUid, '1.9']);
    expect(ordered.map(({ trackingId }) => trackingId)).toEqual(['b', 'a', 'c']);
  });

  test('says "1 of 2 shown" while the threshold hides some, and keeps what is exactly at it', () => {
    const shown = visibleFractures([first, second], { threshold: 0.9 });
    expect(shown).toEqual([second]);
    expect(hiddenNotice(shown.length, 2)).toBe('1 of 2 shown');
    expect(hiddenNotice(2, 2)).toBeUndefined();
  });

  test('goes round in both directions', () => {
    const all = [first, second, third];
    expect(nextFinding(all, undefined, 1)).toBe(first);
    expect(nextFinding(all, undefined, -1)).toBe(third);
    expect(nextFinding(all, findingKey(third), 1)).toBe(first);
    expect(nextFinding(all, findingKey(first), -1)).toBe(third);
    expect(nextFinding(all.slice(3), undefined, 1)).toBeUndefined();
  });
});

describe('the bone-age card', () => {
  test('gives value, interval, chronological age, difference, method and model', () => {
    const card = boneAgeCard(boneAge({ uncertaintyMonths: 19, chronologicalMonths: 98 }));
    expect(card.value).toBe('9 y 4 mo');
    expect(card.interval).toBe('± 19 mo');
    expect(Object.fromEntries(card.rows.map(({ name, value }) => [name, value]))).toMatchObject({
      'Chronological age': '8 y 2 mo',
      Difference: '14 mo ahead',
      Model: 'Bone age 0.1.0',
    });
  });

  test('says nothing of an age, a difference or an interval that the report does not hold', () => {
    const card = boneAgeCard(boneAge());
    expect(card.interval).toBeUndefined();
    expect(card.rows.map(({ name }) => name)).toEqual(['Sex', 'Method', 'Model']);
  });
});

describe('the standard deviation score on the card', () => {
  const rowsOf = (score: BoneAgeScore) => {
    const { rows } = boneAgeCard(boneAge({ chronologicalMonths: 98, score }));
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  };
  const scored = { standardDeviationMonths: 9.42, population: 'Girls', reference: 'An atlas, 1959' };

  test('has a sign, the size of one standard deviation, and the reference by name', () => {
    expect(rowsOf({ ...scored, standardDeviations: 1.486 })).toMatchObject({
      'SD score': '+1.5 (1 SD = 9.4 mo)',
      Reference: 'Girls. An atlas, 1959',
    });
    expect(rowsOf({ ...scored, standardDeviations: -2.31 })['SD score']).toMatch(/^−2\.3 /);
    expect(rowsOf({ ...scored, standardDeviations: -0.02 })['SD score']).toMatch(/^0\.0 /);
  });

  test('says why there is none, and then names no reference', () => {
    const rows = rowsOf({ missing: 'sex-unknown' });
    expect(rows['SD score']).toBe("none: The patient's sex is not known as female or male");
    expect(rows).not.toHaveProperty('Reference');
  });
});

describe('notices', () => {
  test('says intended use before and after a model has spoken, then with its version', () => {
    expect(aiNotice(undefined)).toBe('AI · Research use only. Not a medical device.');
    expect(aiNotice(report())).toBe('AI · Research use only. Not a medical device. · Fracture boxes 0.1.0');
  });

  test('does not repeat the maker in the name of each model', () => {
    const models = [{ ...MODEL, name: 'Osteon Bone Age', version: '1' }];
    expect(aiNotice(report({ models }))).toMatch(/· Bone Age 1$/);
  });

  test('names the models whose licence forbids commercial use', () => {
    const models = [{ ...MODEL, name: 'Bone age', isResearchOnly: true }];
    expect(nonCommercialNotice(report({ models }))).toMatch(/^Bone age\. Non-commercial/);
    expect(nonCommercialNotice(report())).toBeUndefined();
  });
});

describe('numbers and texts', () => {
  test('claims certainty only where there is', () => {
    expect([0, 0.001, 0.5, 0.999, 1, NaN].map(percentText)).toEqual([
      '0 %',
      '< 1 %',
      '50 %',
      '> 99 %',
      '100 %',
      '– %',
    ]);
  });

  test('says months as years and months', () => {
    expect([0, 18, 24, 112, 120.4].map((months) => monthsText(months))).toEqual([
      '0 mo',
      '18 mo',
      '2 y',
      '9 y 4 mo',
      '10 y',
    ]);
  });

  test('reads dates and names as DICOM writes them (PS3.5 6.2)', () => {
    expect(dateText('20261120')).toBe('2026-11-20');
    expect(dateText('odd')).toBe('odd');
    expect(nameText({ Alphabetic: 'Lindqvist^Maja^E' })).toBe('Lindqvist, Maja E');
    expect(nameText({ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' })).toBe(
      'Yamada, Tarou · 山田 太郎',
    );
    expect(nameText(undefined)).toBe('');
  });

  test('takes control and direction characters out of foreign text, and bounds it', () => {
    expect(plainText('a\u0000b\u202Ec')).toBe('a b c');
    expect(plainText('x'.repeat(500), 10)).toHaveLength(10);
  });
});
