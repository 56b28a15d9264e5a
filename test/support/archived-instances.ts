/**
 * Two patients with three studies, one of which has two series: for tests of queries and retrievals.
 */
import { NO_IMAGE, type FileOverrides } from './dicom-file.ts';

const HAND: FileOverrides = {
  StudyInstanceUID: '1.2.1',
  PatientID: 'P1',
  PatientName: 'Meyer^Anna',
  StudyDate: '20240105',
  StudyTime: '101500',
  AccessionNumber: 'A1',
};
const FOLLOW_UP: FileOverrides = {
  ...HAND,
  StudyInstanceUID: '1.2.2',
  StudyDate: '20250210',
  StudyTime: '080000',
  AccessionNumber: 'A2',
  Modality: 'DX',
};
const OTHER_PATIENT: FileOverrides = {
  StudyInstanceUID: '1.2.3',
  PatientID: 'P2',
  PatientName: 'Doe^John',
  StudyDate: '20250211',
  StudyTime: '093000',
  AccessionNumber: 'A3',
  Modality: 'DX',
};

const instance = (study: FileOverrides, series: string, number: number): FileOverrides => ({
  ...study,
  SeriesInstanceUID: series,
  SOPInstanceUID: `${series}.${number}`,
  InstanceNumber: String(number),
});

/** Attributes of each file. UIDs are those of the study with the numbers of series and instance behind them. */
export const ARCHIVED_INSTANCES: readonly FileOverrides[] = [
  instance(HAND, '1.2.1.1', 1),
  instance(HAND, '1.2.1.1', 2),
  {
    ...instance(HAND, '1.2.1.2', 1),
    ...NO_IMAGE,
    Modality: 'SR',
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.88.11',
  },
  instance(FOLLOW_UP, '1.2.2.1', 1),
  instance(OTHER_PATIENT, '1.2.3.1', 1),
];
