/** Everything is said in Korean too: every message, every concept a report names, every sentence the server writes. */
import { describe, expect, test } from 'vitest';
import { BODY_PARTS } from '../../dicom/vocabulary/body-part-codes.ts';
import { BODY_REGION_CODES } from '../../dicom/vocabulary/body-region-codes.ts';
import { BONE_AGE_REFERENCE, REFERENCE_POPULATION } from '../../dicom/vocabulary/bone-age-reference.ts';
import { OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import { NO_SCORE_REASONS, REJECTION_REASONS } from '../../dicom/vocabulary/finding.ts';
import { LICENCE_NOTICE } from '../../dicom/sr/image-statements.ts';
import { sizeRefusalOf } from '../../models/usable-image.ts';
import { koreanConcept, koreanSentence } from '../../viewer-extension/core/korean.ts';
import { FINDING_WORDS } from '../../viewer-extension/core/messages.ts';
import { SHEET_WORDS } from '../../viewer-extension/core/sheet-messages.ts';
import { summaryOf } from '../../viewer-extension/core/study-result.ts';
import { hostWordsOf } from '../../viewer-extension/ohif/words.ts';
import { PAGE_WORDS } from '../../viewer-extension/standalone/page-messages.ts';
import { PROBLEM_WORDS } from '../../viewer-extension/standalone/problem.ts';
import { wordsOf } from '../../viewer-extension/standalone/words.ts';
import { fracture, report } from './findings-fixture.ts';
import { latinWords } from './latin-words.ts';

/** Of the messages that take more than numbers or texts. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  concept: [SCT.upperLimb],
  sentence: ['not requested'],
  ageIn: [7, 'Y'],
};

/** All texts of a table, with where they stand; what makes a text is called. */
function textsOf(value: unknown, path: string): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const given = ARGUMENTS[path.split('.').at(-1) ?? ''] ?? Array<number>(value.length).fill(7);
    return textsOf((value as (...values: readonly unknown[]) => unknown)(...given), path);
  }
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is no message`);
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`));
}

describe('the tables of messages', () => {
  const tables = { finding: FINDING_WORDS, page: PAGE_WORDS, problem: PROBLEM_WORDS, sheet: SHEET_WORDS };

  test.each(Object.entries(tables))('%s: every Korean text is Korean', (name, { en, ko }) => {
    const korean = new Map(textsOf(ko, name));
    const english = textsOf(en, name);
    expect(english.length).toBeGreaterThan(10);
    expect([...korean.keys()]).toEqual(english.map(([path]) => path));
    for (const [path] of english) {
      const said = korean.get(path) ?? '';
      expect(`${path}: ${said}`).toMatch(/[가-힣]/);
      expect(latinWords(said), path).toEqual([]);
    }
  });

  test('what is said inside OHIF is Korean', () => {
    const own = Object.entries(hostWordsOf('ko')).filter(([key]) => !(key in wordsOf('ko')));
    expect(own.length).toBeGreaterThan(3);
    for (const [key, value] of own)
      for (const [, text] of textsOf(value, key)) expect(text).toMatch(/[가-힣]/);
  });

  test('a sum of findings is Korean', () => {
    expect(summaryOf(report({ findings: [fracture()] }), FINDING_WORDS.ko).text).toBe('골절 92 %');
  });
});

describe('what a report says', () => {
  test('every site, and every method of bone age, has a Korean name', () => {
    const codes = [
      ...BODY_PARTS.map(({ code }) => code),
      ...Object.values(BODY_REGION_CODES),
      OSTEON.wholeHandRegression,
      OSTEON.handRegionsRegression,
    ];
    for (const code of codes) expect(koreanConcept(code), code.meaning).toMatch(/^[가-힣 ]+$/);
    const names = BODY_PARTS.map(({ code }) => koreanConcept(code));
    expect(new Set(names).size).toBe(names.length);
  });

  test('a concept that nobody has translated keeps its meaning', () => {
    expect(koreanConcept({ value: '1', scheme: '99X', meaning: 'Left ulna' })).toBe('Left ulna');
    expect(koreanConcept({ ...SCT.upperLimb, scheme: '99X' })).toBe('Upper limb');
  });

  test.each([
    ...Object.values(REJECTION_REASONS),
    ...Object.values(NO_SCORE_REASONS),
    ...Object.values(REFERENCE_POPULATION),
    LICENCE_NOTICE,
    sizeRefusalOf({ columns: 20, rows: 9000 })?.detail ?? '',
    'the patient is 19 years or older',
    'not one whole hand from the front (probability 3.0 %)',
    'not meant for hip, shoulder',
    'regions not found: the outline has fewer than six hollows',
    'The image holds no contrast. The modality is not one that is analysed',
    'Measurement Group 3: a region of fewer than three points was left aside',
    'The image holds no contrast; 98 % of the pixels lie within 0.3 % of the grey scale',
  ])('“%s” is said in Korean', (sentence) => {
    expect(koreanSentence(sentence)).toMatch(/[가-힣]/);
    expect(latinWords(koreanSentence(sentence))).toEqual([]);
  });

  test('keeps the work that a reference cites', () => {
    expect(koreanSentence(BONE_AGE_REFERENCE)).toContain('Greulich WW, Pyle SI. Radiographic Atlas');
  });

  test('a sentence of somebody else stays as it was written', () => {
    const foreign = 'Ossification centres fused. See page 3; ask <b>Bob</b>: later';
    expect(koreanSentence(foreign)).toBe(foreign);
  });
});
