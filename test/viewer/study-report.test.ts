/** From a stored SR, written by the server's own writer, to the report that is shown. */
import { describe, expect, test } from 'vitest';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import { studyReportOf } from '../../viewer-extension/core/study-report.ts';
import { PAGE_WORDS } from '../../viewer-extension/standalone/page-messages.ts';
import { studyOf, subtitleOf, titleOf } from '../../viewer-extension/standalone/study.ts';
import {
  analysed,
  boneAgeOf,
  BOX,
  fractureAt,
  model,
  radiograph,
  regionOf,
  reportOf,
  sourceOf,
} from '../support/reading-room-studies.ts';

const UID = '1.2.1';
const SOURCE = sourceOf(UID, 1);
const IMAGE = radiograph(UID, 1);

function stored(outcome: Parameters<typeof analysed>[1]) {
  return reportOf([{ outcome: analysed(SOURCE, outcome), metadata: IMAGE.metadata }]).metadata;
}

describe('a stored report', () => {
  test('gives back box, outline, certainty and bone age', () => {
    const polygon = [imagePoint(95, 155), imagePoint(165, 155), imagePoint(130, 240)];
    const report = studyReportOf(stored([fractureAt(SOURCE, 'fracture-1', { polygon }), boneAgeOf(SOURCE)]));
    expect(report?.findings.find(({ kind }) => kind === 'fracture')).toMatchObject({
      box: BOX,
      polygon,
      certainty: 'definite',
      probability: 0.92,
    });
    expect(report?.findings.find(({ kind }) => kind === 'bone-age')).toMatchObject({
      months: 112,
      chronologicalMonths: 98,
    });
    expect(report?.isVerified).toBe(false);
  });

  test('says why an image was rejected', () => {
    const outcome = {
      status: 'rejected',
      source: SOURCE,
      reason: 'blank-image',
      findings: [],
      runs: [],
    } as const;
    const report = studyReportOf(reportOf([{ outcome, metadata: IMAGE.metadata }]).metadata);
    expect(report?.images).toEqual([
      { sopInstanceUid: SOURCE.sopInstanceUid, status: 'rejected', reason: 'blank-image', runs: [] },
    ]);
  });

  test('names models that ran, not those that were skipped', () => {
    const skipped = { model: model('Bone age', true), status: 'skipped', reason: 'not asked for' } as const;
    const outcome = analysed(SOURCE, [regionOf(SOURCE)]);
    const report = studyReportOf(
      reportOf([{ outcome: { ...outcome, runs: [...outcome.runs, skipped] }, metadata: IMAGE.metadata }])
        .metadata,
    );
    expect(report?.models.map(({ name }) => name)).toEqual(['Body region']);
  });

  test('is not made of a report of another kind, nor of something broken', () => {
    const report = stored([regionOf(SOURCE)]);
    const otherTitle = JSON.stringify(report).replaceAll('"126000"', '"113701"');
    const parsed: unknown = JSON.parse(otherTitle);
    expect(studyReportOf(parsed as typeof report)).toBeUndefined();
    expect(studyReportOf({ ...report, [TAG.ValueType]: { vr: 'CS', Value: ['TEXT'] } })).toBeUndefined();
    expect(studyReportOf(IMAGE.metadata)).toBeUndefined();
  });
});

describe('a study', () => {
  test('keeps images in stored order and takes reports apart', () => {
    const later = radiograph(UID, 2);
    const study = studyOf(UID, [later.metadata, stored([regionOf(SOURCE)]), IMAGE.metadata]);
    expect(study.images.map(({ address }) => address.sopInstanceUid)).toEqual([`${UID}.1.1`, `${UID}.1.2`]);
    expect(study.reports).toHaveLength(1);
    expect(study.heading).toMatchObject({
      patientName: 'Lindqvist, Maja',
      patientSex: 'F',
      modalities: 'DX',
    });
  });

  test('shows each frame of a multi-frame image, numbered from 1', () => {
    const { metadata } = radiograph(UID, 1, { NumberOfFrames: 3 });
    expect(studyOf(UID, [metadata]).images.map(({ frameNumber }) => frameNumber)).toEqual([1, 2, 3]);
  });
});

describe('the name of a study', () => {
  test('is the description where the patient has none, as in an imported picture', () => {
    const { metadata } = radiograph(UID, 1, {
      PatientName: undefined,
      PatientID: undefined,
      PatientSex: undefined,
      StudyDescription: 'hand.png',
    });
    const { heading } = studyOf(UID, [metadata]);
    expect([titleOf(heading, PAGE_WORDS.en), subtitleOf(heading, PAGE_WORDS.ko)]).toEqual([
      'hand.png',
      '환자 이름 없음',
    ]);
    const { heading: named } = studyOf(UID, [IMAGE.metadata]);
    expect([titleOf(named, PAGE_WORDS.en), subtitleOf(named, PAGE_WORDS.en)]).toEqual([
      'Lindqvist, Maja',
      'OST-1 · Female',
    ]);
  });
});

describe('the images of a study', () => {
  test('are its radiographs, without the summary images that results repeat for others', () => {
    const summary = radiograph(UID, 9, {
      SOPClassUID: SOP_CLASS.secondaryCapture,
      Modality: 'OT',
      Manufacturer: 'Osteon',
      BurnedInAnnotation: 'YES',
    });
    const { images } = studyOf(UID, [IMAGE.metadata, summary.metadata]);
    expect(images.map(({ metadata }) => metadata)).toEqual([IMAGE.metadata]);
  });
});
