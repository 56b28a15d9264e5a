/** When a bone age is offered, and what is said when there is none; and the note on one image. */
import { describe, expect, test } from 'vitest';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { OSTEON } from '../../dicom/vocabulary/codes.ts';
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { parseAnalyses } from '../../viewer-extension/core/analysis-state.ts';
import { boneAgeAbsence, mayAskForBoneAge } from '../../viewer-extension/core/bone-age-offer.ts';
import { imageNote } from '../../viewer-extension/core/image-note.ts';
import { boneAge, MODEL, report, SOURCE } from './findings-fixture.ts';

function region(name: 'hand' | 'leg'): Finding<'body-region'> {
  return {
    kind: 'body-region',
    trackingId: 'region',
    concept: OSTEON.bodyRegion,
    source: SOURCE,
    model: MODEL,
    region: name,
    probability: 0.9,
  };
}

describe('the offer', () => {
  test('is not made from 19 years on, and is made one day before', () => {
    const aged = (PatientBirthDate: string) => dataSetOf({ PatientBirthDate, StudyDate: '20261120' });
    expect(mayAskForBoneAge(undefined, aged('20071120'))).toBe(false);
    expect(mayAskForBoneAge(undefined, aged('20071121'))).toBe(true);
    expect(mayAskForBoneAge(undefined, dataSetOf({ PatientAge: '019Y' }))).toBe(false);
    expect(mayAskForBoneAge(undefined, dataSetOf({ PatientAge: '018Y' }))).toBe(true);
    expect(mayAskForBoneAge(undefined, dataSetOf({}))).toBe(true);
  });

  test('is not made when the region is known and is no hand, nor twice', () => {
    expect(mayAskForBoneAge(report({ findings: [region('leg')] }), undefined)).toBe(false);
    expect(mayAskForBoneAge(report({ findings: [region('leg'), region('hand')] }), undefined)).toBe(true);
    expect(mayAskForBoneAge(report({ findings: [boneAge()] }), undefined)).toBe(false);
  });
});

describe('the absence', () => {
  test('is explained by the reason of the report', () => {
    const skipped = report({ boneAgeSkips: ['the patient is 19 years or older'] });
    expect(boneAgeAbsence(skipped, true)).toBe('Bone age not estimated: the patient is 19 years or older');
  });

  test('says that it was no single hand, also to one who did not ask on this page', () => {
    const refused = report({ boneAgeSkips: ['not one whole hand from the front (probability 3.0 %)'] });
    expect(boneAgeAbsence(refused, false)).toBe(
      'Bone age not estimated: not one whole hand from the front (probability 3.0 %)',
    );
  });

  test('is explained where no model ran at all, once someone has asked', () => {
    expect(boneAgeAbsence(report(), true)).toBe('Bone age not estimated: no bone-age model is enabled');
    expect(boneAgeAbsence(report(), false)).toBeUndefined();
  });

  test('needs no words while nobody asked, nor beside a bone age', () => {
    expect(boneAgeAbsence(report({ boneAgeSkips: ['not requested'] }), false)).toBeUndefined();
    expect(boneAgeAbsence(report({ findings: [boneAge()] }), true)).toBeUndefined();
  });
});

describe('the note on an image', () => {
  const told = (state: string) =>
    parseAnalyses({
      analyses: [
        {
          studyInstanceUid: '1.2.3',
          state: 'done',
          images: [{ sopInstanceUid: SOURCE.sopInstanceUid, state }],
        },
      ],
    });

  test('is absent for an image that the server calls analysed', () => {
    const [analysis] = told('analysed');
    expect(imageNote(analysis ? { analysis } : {}, SOURCE.sopInstanceUid)).toBeUndefined();
  });

  test('knows the three words of the server for an image and no other', () => {
    expect(told('rejected')[0]?.images).toHaveLength(1);
    expect(told('done')[0]?.images).toEqual([]);
  });
});
