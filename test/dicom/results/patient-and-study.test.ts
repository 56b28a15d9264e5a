/** Patient, study and accession attributes are carried over exactly, private ones not at all. */
import { describe, expect, it } from 'vitest';
import { buildResultSet } from '../../../dicom/results/index.ts';
import type { DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../../dicom/vocabulary/dictionary.ts';
import { dciodvfyErrors, withFiles } from '../../support/independent-readers.ts';
import { ANALYSED, metadataOf, resultInput } from '../../support/result-inputs.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';

const reportWith = (metadata: DataSet) => buildResultSet(resultInput(ANALYSED, metadata))[0]?.dataSet ?? {};
const procedure = dataSetOf({ CodeValue: '36554-4', CodingSchemeDesignator: 'LN', CodeMeaning: 'XR Chest' });

describe('a report', () => {
  it('has the very elements of its source, and no other of the patient and the study', () => {
    const header = metadataOf({
      PatientName: { Alphabetic: 'Hong^Gildong' },
      TimezoneOffsetFromUTC: '+0900',
      IssuerOfPatientID: 'Seoul',
      OtherPatientNames: [{ Alphabetic: 'Gildong^Hong' }],
      AccessionNumber: ' A 1 ',
      StudyDescription: '손목 2방향',
      PhysiciansOfRecord: [{ Alphabetic: 'Kim^A' }, { Alphabetic: 'Lee^B' }],
      ProcedureCodeSequence: [procedure],
      PatientSexNeutered: 'UNALTERED',
      PatientWeight: 71.5,
      ReasonForVisit: 'fall',
      SeriesDescription: 'not of the study',
      Laterality: 'L',
    });
    const report = reportWith(header);
    const carried = [
      TAG.PatientName, TAG.PatientID, TAG.TimezoneOffsetFromUTC, TAG.IssuerOfPatientID, TAG.OtherPatientNames, TAG.AccessionNumber,
      TAG.StudyDescription, TAG.PhysiciansOfRecord, TAG.ProcedureCodeSequence, TAG.PatientSexNeutered, TAG.PatientWeight,
      TAG.ReasonForVisit, TAG.StudyDate, TAG.StudyTime, TAG.StudyInstanceUID,
    ]; // prettier-ignore
    for (const tag of carried) expect(report[tag]).toEqual(header[tag]);
    expect(report[TAG.SeriesDescription]).not.toEqual(header[TAG.SeriesDescription]);
    expect(report[TAG.Laterality]).toBeUndefined();
  });

  it('leaves Type 2 attributes empty that its source lacks (PS3.3 C.7.1.1, C.7.2.1)', () => {
    const report = reportWith(metadataOf({ PatientID: undefined, AccessionNumber: undefined }));
    expect(report[TAG.PatientID]).toEqual({ vr: 'LO' });
    expect(report[TAG.AccessionNumber]).toEqual({ vr: 'SH' });
  });

  it('has no private attribute at any depth', () => {
    const item = { ...procedure, '00091001': { vr: 'LO', Value: ['private'] } };
    const header = {
      ...metadataOf({ PatientName: { Alphabetic: 'A^B' }, ProcedureCodeSequence: [item] }),
      '00110010': { vr: 'LO', Value: ['SOMEBODY'] },
    };
    const text = JSON.stringify(reportWith(header));
    expect(text).not.toContain('private');
    expect(text).not.toContain('SOMEBODY');
  });

  it('has no error in dciodvfy with every such attribute', () => {
    const person = dataSetOf({
      PersonIdentificationCodeSequence: [
        dataSetOf({ CodeValue: 'K1', CodingSchemeDesignator: '99STAFF', CodeMeaning: 'Kim' }),
      ],
      InstitutionName: 'A hospital',
    });
    const header = metadataOf({
      PatientName: { Alphabetic: 'Hong^Gildong' },
      ClinicalTrialSponsorName: 'Sponsor', ClinicalTrialProtocolID: 'P', ClinicalTrialProtocolName: 'Protocol',
      ClinicalTrialSiteID: 'S', ClinicalTrialSiteName: 'Site', ClinicalTrialSubjectID: '7',
      ReferringPhysicianName: { Alphabetic: 'Kim^A' }, ReferringPhysicianIdentificationSequence: [person],
      AdmittingDiagnosesDescription: 'Sprain', Occupation: 'cook', SmokingStatus: 'NO', PregnancyStatus: 4,
      AdmissionID: 'A7', ServiceEpisodeID: 'E', PatientState: 'awake', ReasonForPerformedProcedureCodeSequence: [procedure],
    }); // prettier-ignore
    withFiles([writePart10(reportWith(header))], (paths) => {
      expect(paths.flatMap(dciodvfyErrors)).toEqual([]);
    });
  });
});
