/** Constructors refuse what the standard forbids. PS3.3 C.17.3, C.18, A.35.13. */
import { describe, expect, it } from 'vitest';
import {
  closedPolyline,
  code,
  codeItem,
  composite,
  container,
  image,
  num,
  pname,
  rootContainer,
  text,
  uidref,
} from '../../../dicom/sr/content-items.ts';
import { DCM, SCT, UCUM } from '../../../dicom/vocabulary/codes.ts';
import { numbersOf } from '../../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { imagePoint } from '../../../dicom/vocabulary/geometry.ts';

const ON = { sopClassUid: '1.2', sopInstanceUid: '1.2.3', rows: 10, columns: 20 };
const triangle = [imagePoint(0, 0), imagePoint(20, 0), imagePoint(20, 10)];

describe('a content item is refused', () => {
  it.each([
    ['an empty container', () => container('CONTAINS', DCM.imageLibrary, [])],
    ['a root without content', () => rootContainer(DCM.imagingMeasurementReport, '1500', [])],
    ['an empty text (C.18.7)', () => text('CONTAINS', DCM.comment, ' ')],
    ['a number that is none (C.18.1)', () => num('CONTAINS', DCM.probability, NaN, UCUM.percent)],
    ['an infinite number', () => num('CONTAINS', DCM.probability, Infinity, UCUM.percent)],
    ['a reference that is no UID (C.18.2)', () => uidref('CONTAINS', DCM.deviceObserverUid, '1.02')],
    ['an image that is no UID', () => image('CONTAINS', undefined, { sopClassUid: '', sopInstanceUid: '1' })],
    ['a ring of two points', () => closedPolyline('CONTAINS', DCM.imageRegion, triangle.slice(1), ON)],
    [
      'a point left of the image',
      () => closedPolyline('CONTAINS', DCM.imageRegion, [...triangle, imagePoint(-0.01, 0)], ON),
    ],
    [
      'a point that is no number',
      () => closedPolyline('CONTAINS', DCM.imageRegion, [...triangle, imagePoint(NaN, 0)], ON),
    ],
    [
      'a region longer than FL can hold',
      () =>
        closedPolyline(
          'CONTAINS',
          DCM.imageRegion,
          Array.from({ length: 8191 }, () => imagePoint(1, 1)),
          ON,
        ),
    ],
    ['a code without a meaning (8.8)', () => codeItem({ value: '1', scheme: 'DCM', meaning: '' })],
    ['a meaning over 64 characters', () => codeItem({ value: '1', scheme: 'DCM', meaning: 'x'.repeat(65) })],
    [
      'a name without a character (PS3.5 6.2.1)',
      () => pname('HAS OBS CONTEXT', DCM.personObserverName, { Alphabetic: ' ' }),
    ],
    [
      'an object that is no UID',
      () => composite('CONTAINS', DCM.sourceImage, { sopClassUid: '1.2', sopInstanceUid: 'x' }),
    ],
    [
      'a region below an image (SELECTED FROM goes from the region to the image)',
      () =>
        image('CONTAINS', DCM.sourceImage, ON, [
          closedPolyline('INFERRED FROM', DCM.imageRegion, triangle, ON),
        ]),
    ],
    [
      'a region below a code',
      () =>
        code('CONTAINS', DCM.finding, SCT.fractureOfBone, [
          closedPolyline('CONTAINS', DCM.imageRegion, triangle, ON),
        ]),
    ],
    [
      'a number as modifier (HAS CONCEPT MOD takes TEXT and CODE)',
      () => text('CONTAINS', DCM.comment, 'x', [num('HAS CONCEPT MOD', DCM.probability, 1, UCUM.percent)]),
    ],
  ])('%s', (_what, build) => {
    expect(build).toThrow(PacsError);
  });
});

describe('a closed polyline', () => {
  it('ends where it begins, zeros kept (C.18.6.1.2)', () => {
    const region = closedPolyline('CONTAINS', DCM.imageRegion, triangle, ON);
    expect(numbersOf(region, TAG.GraphicData)).toEqual([0, 0, 20, 0, 20, 10, 0, 0]);
  });
});

describe('a code', () => {
  it('longer than 16 characters goes to Long Code Value (8.8)', () => {
    const item = codeItem({ value: 'a-value-of-19-chars', scheme: '99TEST', meaning: 'Long' });
    expect(item[TAG.CodeValue]).toBeUndefined();
    expect(item[TAG.LongCodeValue]?.Value).toEqual(['a-value-of-19-chars']);
  });
});
