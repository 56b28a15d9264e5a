/** Which studies of an archive count as priors, whatever the archive answers. */
import { describe, expect, it } from 'vitest';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import {
  candidatesAmong,
  questionOf,
  showsSameBodyPart,
  studiesIdentifier,
  type PriorFacts,
} from '../../../server/routing/choose-priors.ts';

const WISH = { from: 'pacs', most: 2, years: 2, sameBodyPart: true };
const FACTS: PriorFacts = {
  studyInstanceUid: '1.2.1',
  patientId: 'P1',
  issuer: 'NORTH',
  birthDate: '19700101',
  studyDate: '20260115',
  bodyParts: ['HAND'],
};
type Attributes = Parameters<typeof dataSetOf>[0];
const HAND: Attributes = {
  StudyInstanceUID: '1.2.1',
  PatientID: 'P1 ',
  IssuerOfPatientID: 'NORTH',
  PatientBirthDate: '19700101',
  StudyDate: '20260115',
  BodyPartExamined: 'hand',
};

describe('the question to an archive', () => {
  it('holds what the images say, and asks for patient and span', () => {
    const question = questionOf('1.2.1', [dataSetOf(HAND)], WISH);
    expect(question).toEqual({ facts: FACTS });
    expect(studiesIdentifier(FACTS, WISH)).toMatchObject(
      dataSetOf({ QueryRetrieveLevel: 'STUDY', PatientID: 'P1', StudyDate: '20240115-20260115' }),
    );
  });

  it.each([
    ['no Patient ID', { PatientID: '' }],
    ['a wildcard as Patient ID', { PatientID: '*' }],
    ['several Patient IDs in one', { PatientID: 'P?' }],
    ['no date', { StudyDate: '' }],
    ['no body part', { BodyPartExamined: '' }],
  ])('is not asked with %s', (_what, attributes) => {
    expect(questionOf('1.2.1', [dataSetOf({ ...HAND, ...attributes })], WISH)).toHaveProperty('reason');
  });

  it('needs no body part where that need not agree', () => {
    const image = dataSetOf({ ...HAND, BodyPartExamined: '' });
    expect(questionOf('1.2.1', [image], { ...WISH, sameBodyPart: false })).toHaveProperty('facts');
  });
});

describe('candidates', () => {
  const match = (attributes: Attributes) =>
    dataSetOf({ StudyInstanceUID: '1.2.2', PatientID: 'P1', StudyDate: '20250301', ...attributes });
  const chosen = (...matches: Attributes[]) => candidatesAmong(matches.map(match), FACTS, WISH, ['DX', 'CR']);

  it('are earlier studies of the patient, the newest first', () => {
    expect(
      chosen(
        { StudyInstanceUID: '1.2.2', StudyDate: '20250301' },
        { StudyInstanceUID: '1.2.3', StudyDate: '20251224', ModalitiesInStudy: ['SR', 'CR'] },
        { StudyInstanceUID: '1.2.4', StudyDate: '20240115' },
      ),
    ).toEqual(['1.2.3', '1.2.2', '1.2.4']);
  });

  it.each([
    ['of another patient', { PatientID: 'P10' }],
    ['of nobody', { PatientID: '' }],
    ['of a patient of that ID elsewhere', { IssuerOfPatientID: 'SOUTH' }],
    ['of somebody born on another day', { PatientBirthDate: '19710101' }],
    ['of the same day', { StudyDate: '20260115' }],
    ['of a later day', { StudyDate: '20260116' }],
    ['of longer ago', { StudyDate: '20240114' }],
    ['of no day', { StudyDate: '' }],
    ['of another modality', { ModalitiesInStudy: ['CT'] }],
    ['that is the study itself', { StudyInstanceUID: '1.2.1' }],
    ['whose UID is none', { StudyInstanceUID: '../1' }],
  ])('are never a study %s', (_what, attributes) => {
    expect(chosen(attributes)).toEqual([]);
  });
});

it('tells the body part by any series, and takes an unknown one for none', () => {
  const series = (...parts: string[]) => parts.map((BodyPartExamined) => dataSetOf({ BodyPartExamined }));
  expect(showsSameBodyPart(series('WRIST', 'Hand '), FACTS)).toBe(true);
  expect(showsSameBodyPart(series('WRIST', ''), FACTS)).toBe(false);
});
