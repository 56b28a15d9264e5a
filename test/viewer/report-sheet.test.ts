/** The rows of the report sheet: nothing of the report is lost, nothing is made up. */
import { describe, expect, test } from 'vitest';
import { SCT } from '../../dicom/vocabulary/codes.ts';
import type { ModelRun } from '../../dicom/vocabulary/finding.ts';
import { findingRows, modelRows } from '../../viewer-extension/core/report-sheet.ts';
import { cssString, marginStyles } from '../../viewer-extension/standalone/printed-margins.ts';
import { wordsOf } from '../../viewer-extension/standalone/words.ts';
import { fracture, MODEL, report, SOURCE } from './findings-fixture.ts';

const ENGLISH = wordsOf('en');
const DECIDED = { reviewer: { name: { Alphabetic: 'Reader^Anna' } }, decidedAt: '20261121120000' } as const;

describe('the table of findings', () => {
  test('says certainty, probability, site, side and decision, the surest first', () => {
    const findings = [
      fracture({ trackingId: 'a', certainty: 'suspicious', probability: 0.3 }),
      {
        ...fracture({ trackingId: 'b', site: SCT.upperLimb, laterality: 'L' }),
        review: { ...DECIDED, decision: 'rejected', reason: 'growth-plate', comment: 'distal' } as const,
      },
    ];
    const rows = findingRows(report({ findings }), SOURCE.sopInstanceUid, ENGLISH);
    expect(rows).toMatchObject([
      {
        line: 'dotted',
        isRejected: true,
        certainty: 'Definite',
        probability: '92 %',
        site: 'Upper limb',
        side: 'left',
        reader: 'rejected by the reader · Reader, Anna · Growth plate · distal',
      },
      {
        line: 'dashed',
        isRejected: false,
        certainty: 'Suspicious',
        probability: '30 %',
        site: '',
        side: '',
        reader: '',
      },
    ]);
  });

  test('gives a reader’s own finding no certainty and no probability, and says whose it is', () => {
    const statement = {
      ...DECIDED,
      kind: 'added-fracture',
      trackingId: 'reader-1',
      trackingUid: '2.25.9',
      source: SOURCE,
      box: { left: 1, top: 1, right: 5, bottom: 6 },
    } as const;
    const [row] = findingRows(report({ statements: [statement] }), SOURCE.sopInstanceUid, wordsOf('ko'));
    expect(row).toMatchObject({ certainty: '', probability: '', reader: '판독자 추가 · Reader, Anna' });
  });

  test('holds only findings of its image', () => {
    const elsewhere = fracture({ source: { ...SOURCE, sopInstanceUid: '1.9' } });
    expect(findingRows(report({ findings: [elsewhere] }), SOURCE.sopInstanceUid, ENGLISH)).toEqual([]);
  });
});

describe('the table of models', () => {
  const image = (runs: readonly ModelRun[]) => ({ sopInstanceUid: '1', status: 'analysed', runs }) as const;
  const detector = { ...MODEL, parameters: ['suspicious=0.1901', 'definite=0.434', 'settings=ab'] };

  test('says operating points, on how many images it ran, and why it did not on others', () => {
    const boneAge = { ...MODEL, name: 'Bone age', parameters: ['suspicious=0', 'definite=0'] };
    const images = [
      image([
        { model: detector, status: 'succeeded' },
        { model: boneAge, status: 'skipped', reason: 'not requested' },
      ]),
      image([{ model: detector, status: 'failed', reason: 'no memory' }]),
    ];
    const rows = modelRows(report({ images, models: [detector] }), ENGLISH);
    expect(rows.map(({ name, thresholds, outcome }) => [name, thresholds, outcome])).toEqual([
      ['Fracture boxes', 'suspicious from 19 %, definite from 43 %', 'ran on 1 image; failed: no memory'],
      ['Bone age', '', 'not run: not requested'],
    ]);
  });

  test('names one threshold where both operating points are the same, none for what is no share', () => {
    const thresholds = (parameters: readonly string[]) =>
      modelRows(report({ models: [{ ...MODEL, parameters }] }), ENGLISH)[0]?.thresholds;
    expect(thresholds(['suspicious=0.5', 'definite=0.5'])).toBe('from 50 %');
    expect(thresholds(['suspicious=x', 'definite=7'])).toBe('');
  });
});

describe('the margins of a print', () => {
  test('hold a hostile name as text: nothing of it can end the string', () => {
    const hostile = '"; } body { display: none } @page { content: url(//x) "\\22\n\u2028';
    const inside = cssString(hostile).slice(1, -1);
    expect(inside.replaceAll(/\\[0-9a-f]+ /g, '')).toMatch(/^[\p{L}\p{N} ]*$/u);
    const back = inside.replaceAll(/\\([0-9a-f]+) /g, (_, code: string) =>
      String.fromCodePoint(Number.parseInt(code, 16)),
    );
    expect(back).toBe(hostile);
  });

  test('say whose report it is on every page', () => {
    expect(marginStyles({ left: 'Lindqvist', top: 'AI', page: 'Page' })).toContain(
      '@bottom-left { content: "Lindqvist";',
    );
  });
});
