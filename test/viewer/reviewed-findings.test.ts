/** What a reader decided is drawn and summed up; the reference is drawn where it is known. */
import { describe, expect, test } from 'vitest';
import { BONE_AGE_REFERENCE, REFERENCE_POPULATION } from '../../dicom/vocabulary/bone-age-reference.ts';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import type { ReaderStatement, Review } from '../../dicom/vocabulary/review.ts';
import { boneAgeCurve } from '../../viewer-extension/core/bone-age-curve.ts';
import { findingsToDraw } from '../../viewer-extension/core/findings.ts';
import { layOut, overlayShapes, regionShapes } from '../../viewer-extension/core/overlay-model.ts';
import { CERTAINTY_COLOURS, REVIEW_COLOURS } from '../../viewer-extension/core/overlay-style.ts';
import { summaryOf } from '../../viewer-extension/core/study-result.ts';
import { boneAge, fracture, report, SOURCE } from './findings-fixture.ts';

const DECIDED = { reviewer: { name: { Alphabetic: 'Reader^A' } }, decidedAt: '20261121120000' } as const;
const SURFACE = {
  width: 800,
  height: 800,
  pixelRatio: 1,
  project: ({ x, y }: { x: number; y: number }) => ({ x, y }),
  measure: (text: string) => 7 * text.length,
};
const added: ReaderStatement = {
  ...DECIDED,
  kind: 'added-fracture',
  trackingId: 'reader-1',
  trackingUid: '2.25.9',
  source: SOURCE,
  box: { left: 10, top: 10, right: 50, bottom: 60 },
};

describe('a decision of the reader', () => {
  const drawn = (review: Review | undefined, statements: readonly ReaderStatement[] = []) => {
    const findings = review === undefined ? [] : [{ ...fracture(), review }];
    const all = findingsToDraw({ findings, statements });
    const list = layOut(overlayShapes(all, { showBoxes: true, showPolygons: true }), SURFACE);
    const path = list.find((item) => item.kind === 'path');
    const text = list.find((item) => item.kind === 'text');
    return [path?.stroke.colour, path?.stroke.dash.length, text?.lines.join('')];
  };

  test('is drawn by colour, line and word', () => {
    expect(drawn({ ...DECIDED, decision: 'accepted' })).toEqual([
      CERTAINTY_COLOURS.definite,
      0,
      'Fracture 92 % · accepted',
    ]);
    expect(drawn({ ...DECIDED, decision: 'rejected', reason: 'growth-plate' })).toEqual([
      REVIEW_COLOURS.rejected,
      2,
      'Fracture 92 % · rejected by the reader',
    ]);
    expect(drawn(undefined, [added])).toEqual([REVIEW_COLOURS.added, 0, 'Fracture · added by the reader']);
  });

  test('counts in the sum', () => {
    const rejected = {
      ...fracture(),
      review: { ...DECIDED, decision: 'rejected', reason: 'overlap' } as const,
    };
    const images = [{ sopInstanceUid: SOURCE.sopInstanceUid, status: 'analysed', runs: [] }] as const;
    expect(summaryOf(report({ findings: [rejected], images })).tone).toBe('clear');
    expect(summaryOf(report({ findings: [rejected], statements: [added], images }))).toEqual({
      tone: 'finding',
      text: 'Fracture, added by the reader',
    });
  });
});

describe('the reference of a bone age', () => {
  const score = {
    standardDeviations: 1.3,
    standardDeviationMonths: 10.7,
    population: REFERENCE_POPULATION.F,
    reference: BONE_AGE_REFERENCE,
  };

  test('is drawn with the deviation that the report states at the patient’s age', () => {
    const curve = boneAgeCurve(boneAge({ chronologicalMonths: 96, score }));
    const here = curve?.reference.find(({ ageMonths }) => ageMonths === 96);
    expect(here?.deviationMonths).toBe(10.23);
    expect(curve?.range[0]).toBeLessThan(96);
    expect(curve?.range[1]).toBeGreaterThan(112);
  });

  test('is not drawn where the report names another, or none', () => {
    const other = { ...score, reference: 'Another atlas' };
    expect(boneAgeCurve(boneAge({ chronologicalMonths: 96, score: other }))).toBeUndefined();
    expect(boneAgeCurve(boneAge({ chronologicalMonths: 96 }))).toBeUndefined();
  });
});

test('the parts of the hand that an age was read from are outlined, but for those that cannot be', () => {
  const outline = [imagePoint(0, 0), imagePoint(40, 5), imagePoint(35, 50)];
  const broken = [imagePoint(Number.NaN, 0), imagePoint(1, 1), imagePoint(2, 0)];
  const handRegions = [
    { region: 'carpus', outline },
    { region: 'thumb', outline: broken },
  ] as const;
  const shapes = regionShapes([boneAge({ handRegions })]);
  expect(layOut(shapes, SURFACE)).toMatchObject([{ kind: 'path', points: outline, isClosed: true }]);
});
