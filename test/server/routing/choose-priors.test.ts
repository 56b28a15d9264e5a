/** Which studies of an archive count as priors, whatever the archive answers. */
import { describe, expect, it } from 'vitest';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import {
  candidatesAmong,
  hasWantedSeries,
  questionOf,
  studiesIdentifier,
  type PriorFacts,
} from '../../../server/routing/choose-priors.ts';

const WISH = { from: 'pacs', most: 2, years: 2, sameBodyPart: true };
const MODALITIES = ['DX', 'CR'];
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
  const among = (...matches: Attributes[]) => candidatesAmong(matches.map(match), FACTS, WISH, MODALITIES);
  const chosen = (...matches: Attributes[]) => among(...matches).map(({ studyUid }) => studyUid);

  it('are earlier studies of the patient, the newest first', () => {
    expect(
      chosen(
        { StudyInstanceUID: '1.2.2', StudyDate: '20250301' },
        { StudyInstanceUID: '1.2.3', StudyDate: '20251224', ModalitiesInStudy: ['SR', 'CR'] },
        { StudyInstanceUID: '1.2.4', StudyDate: '20240115' },
      ),
    ).toEqual(['1.2.3', '1.2.2', '1.2.4']);
  });

  it('have series to be looked at where the archive tells no modality of studies', () => {
    expect(among({ ModalitiesInStudy: ['CR'] })).toEqual([{ studyUid: '1.2.2', isModalityKnown: true }]);
    expect(among({})).toEqual([{ studyUid: '1.2.2', isModalityKnown: false }]);
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

describe('a series that makes a candidate a prior', () => {
  const isWanted = (sameBodyPart: boolean, ...series: Attributes[]) =>
    hasWantedSeries(series.map(dataSetOf), FACTS, { ...WISH, sameBodyPart }, MODALITIES);
  const part = (BodyPartExamined: string, Modality = 'CR'): Attributes => ({ BodyPartExamined, Modality });

  it('shows the body part, an unknown one being none', () => {
    expect(isWanted(true, part('WRIST'), part('Hand '))).toBe(true);
    expect(isWanted(true, part('WRIST'), part(''))).toBe(false);
    expect(isWanted(false, part('WRIST'))).toBe(true);
  });

  it('is of a modality that is analysed, where it says one', () => {
    expect(isWanted(true, part('HAND', 'MR'), part('WRIST', 'CR'))).toBe(false);
    expect(isWanted(false, part('HAND', 'MR'))).toBe(false);
    expect(isWanted(true, part('HAND', ''))).toBe(true);
  });
});
