/**
 * One search of each kind that work lists send, for an index of {@link fillSyntheticIndex}.
 */
import type { QueryLevel } from '../../server/storage/index-attributes.ts';

export interface SearchKind {
  readonly name: string;
  readonly level: QueryLevel;
  /** Parameters of the `run`th search of this kind, so that not every search asks for the same. */
  parametersFor(run: number): Readonly<Record<string, string>>;
}

/** The kinds, over `studies` studies. */
export function searchKinds(studies: number): readonly SearchKind[] {
  const pick = (run: number): number => 1 + ((run * 7919) % studies);
  const study = (name: string, parametersFor: SearchKind['parametersFor']): SearchKind => ({
    name,
    level: 'study',
    parametersFor,
  });
  const series = (name: string, parametersFor: SearchKind['parametersFor']): SearchKind => ({
    name,
    level: 'series',
    parametersFor,
  });
  const instance = (name: string, parametersFor: SearchKind['parametersFor']): SearchKind => ({
    name,
    level: 'instance',
    parametersFor,
  });
  return [
    study('newest page', () => ({ limit: '25' })),
    study('deep page', () => ({ limit: '25', offset: '500' })),
    study('StudyInstanceUID', (run) => ({ StudyInstanceUID: `1.2.${pick(run)}` })),
    study('PatientID', (run) => ({ PatientID: `P${Math.floor(pick(run) / 3)}` })),
    study('PatientID prefix', (run) => ({ PatientID: `P${Math.floor(pick(run) / 3)}*`, limit: '25' })),
    study('AccessionNumber', (run) => ({ AccessionNumber: `A${pick(run)}` })),
    study('StudyID', (run) => ({ StudyID: `S${pick(run)}` })),
    study('PatientName exact', (run) => ({
      PatientName: `FAMILY${pick(run) % 5000}^GIVEN${pick(run) % 300}`,
      limit: '25',
    })),
    study('PatientName prefix', (run) => ({ PatientName: `family${pick(run) % 5000}*`, limit: '25' })),
    study('PatientName fuzzy', (run) => ({
      fuzzymatching: 'true',
      PatientName: `given${pick(run) % 300} family${pick(run) % 5000}`,
      limit: '25',
    })),
    study('PatientName nobody', () => ({ PatientName: 'nobody^*', limit: '25' })),
    study('ReferringPhysicianName', (run) => ({
      ReferringPhysicianName: `doctor${run % 200}^*`,
      limit: '25',
    })),
    study('StudyDate', () => ({ StudyDate: '20200103', limit: '25' })),
    study('StudyDate range', () => ({ StudyDate: '20200101-20200107', limit: '25' })),
    study('date and time span', () => ({
      StudyDate: '20200101-20200107',
      StudyTime: '1000-1200',
      limit: '25',
    })),
    study('StudyTime', () => ({ StudyTime: '250000-'.replace('25', '23'), limit: '25' })),
    study('PatientBirthDate', () => ({ PatientBirthDate: '19990101', limit: '25' })),
    study('ModalitiesInStudy common', () => ({ ModalitiesInStudy: 'CR', limit: '25' })),
    study('ModalitiesInStudy rare', () => ({ ModalitiesInStudy: 'MG', limit: '25' })),
    study('ModalitiesInStudy none', () => ({ ModalitiesInStudy: 'XA', limit: '25' })),
    study('modality and date', () => ({
      ModalitiesInStudy: 'DX',
      StudyDate: '20200101-20200107',
      limit: '25',
    })),
    study('StudyDescription', () => ({ StudyDescription: 'Hand*', limit: '25' })),
    study('StudyDescription none', () => ({ StudyDescription: 'Nothing like it', limit: '25' })),
    series('series of a patient', (run) => ({ PatientID: `P${Math.floor(pick(run) / 3)}` })),
    series('Modality', () => ({ Modality: 'MG', limit: '25' })),
    series('SeriesInstanceUID', (run) => ({ SeriesInstanceUID: `1.2.${pick(run)}.1` })),
    series('scheduled step', (run) => ({
      'RequestAttributesSequence.ScheduledProcedureStepID': `SPS${pick(run)}`,
    })),
    series('requested procedure', (run) => ({ '00400275.00401001': `RP${pick(run)}` })),
    series('step start', () => ({ PerformedProcedureStepStartDate: '20200103', limit: '25' })),
    series('SeriesDescription none', () => ({ SeriesDescription: 'Nothing like it', limit: '25' })),
    instance('SOPInstanceUID', (run) => ({ SOPInstanceUID: `1.2.${pick(run)}.1.1` })),
    instance('instances of a study', (run) => ({ StudyInstanceUID: `1.2.${pick(run)}` })),
    instance('SOPClassUID', () => ({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.1.2', limit: '25' })),
    instance('instances of a patient', (run) => ({ PatientID: `P${Math.floor(pick(run) / 3)}` })),
  ];
}
