import { describe, expect, it } from 'vitest';
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import { asksForBoneAge, patientFactsOf } from '../../../server/analysis/patient-facts.ts';
import { performedAtOf } from '../../../server/analysis/result-time.ts';

describe('age at the study', () => {
  it('comes from birth date and study date before Patient Age', () => {
    const facts = patientFactsOf(
      dataSetOf({ PatientBirthDate: '20101121', StudyDate: '20201121', PatientAge: '099Y' }),
    );
    expect(facts.ageMonths).toBeCloseTo(120, 0);
  });

  it('reads days, weeks, months and years of VR AS (PS3.5 6.2)', () => {
    const months = (age: string) => patientFactsOf(dataSetOf({ PatientAge: age })).ageMonths;
    expect(months('018M')).toBe(18);
    expect(months('010Y')).toBe(120);
    expect(months('052W')).toBeCloseTo(12, 0);
    expect(months('365D')).toBeCloseTo(12, 0);
  });

  it('is absent, not zero, for an age or a date that is none', () => {
    expect(patientFactsOf(dataSetOf({ PatientAge: '10' })).ageMonths).toBeUndefined();
    expect(
      patientFactsOf(dataSetOf({ PatientBirthDate: '20100231', StudyDate: '20200101' })).ageMonths,
    ).toBeUndefined();
    expect(
      patientFactsOf(dataSetOf({ PatientBirthDate: '20210101', StudyDate: '20200101' })).ageMonths,
    ).toBeUndefined();
  });

  it('leaves a sex out that the standard does not know', () => {
    expect(patientFactsOf(dataSetOf({ PatientSex: 'X' }))).toEqual({});
    expect(patientFactsOf(dataSetOf({ PatientSex: 'F', ImageLaterality: 'L' }))).toEqual({
      sex: 'F',
      laterality: 'L',
    });
  });
});

describe('a bone age is asked for', () => {
  it('by words in study, series or protocol description, in any case', () => {
    expect(asksForBoneAge(dataSetOf({ StudyDescription: 'BONE AGE, left hand' }))).toBe(true);
    expect(asksForBoneAge(dataSetOf({ ProtocolName: 'hand_boneage' }))).toBe(true);
    expect(asksForBoneAge(dataSetOf({ SeriesDescription: 'Knochenalter' }))).toBe(true);
  });

  it('by a procedure code, also of the request', () => {
    const code = dataSetOf({ CodeValue: '37362-1', CodingSchemeDesignator: 'LN', CodeMeaning: 'x' });
    expect(asksForBoneAge(dataSetOf({ ProcedureCodeSequence: [code] }))).toBe(true);
    const request = dataSetOf({ RequestedProcedureCodeSequence: [code] });
    expect(asksForBoneAge(dataSetOf({ RequestAttributesSequence: [request] }))).toBe(true);
  });

  it('not by words that merely begin so, nor by the number of another scheme', () => {
    expect(asksForBoneAge(dataSetOf({ StudyDescription: 'Radial bone agenesis' }))).toBe(false);
    const local = dataSetOf({ CodeValue: '24724-7', CodingSchemeDesignator: '99LOCAL', CodeMeaning: 'Knee' });
    expect(asksForBoneAge(dataSetOf({ ProcedureCodeSequence: [local] }))).toBe(false);
  });

  it('not by a fracture series of a wrist', () => {
    expect(asksForBoneAge(dataSetOf({ StudyDescription: 'Wrist left, fracture?', PatientAge: '008Y' }))).toBe(
      false,
    );
  });
});

describe('the time of a run', () => {
  it('is in the zone that the study states', () => {
    const moment = new Date('2026-03-01T23:30:05Z');
    expect(performedAtOf(moment, dataSetOf({ TimezoneOffsetFromUTC: '+0900' }))).toBe('20260302083005');
    expect(performedAtOf(moment, dataSetOf({ TimezoneOffsetFromUTC: '-0330' }))).toBe('20260301200005');
  });
});
