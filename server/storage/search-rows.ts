/**
 * Turns a row of a search into the data set that is returned. PS3.18 Tables 10.6.3-3 to 10.6.3-5; the attributes that
 * exist only in answers (counts, Modalities in Study, Available Transfer Syntax UID) are added here.
 */
import type { DataSet, Tag } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { QueryLevel } from './index-attributes.ts';
import type { Row } from './database.ts';
import { textAt } from './instance-reading.ts';

/** Attributes that must be in every answer of a level even when the instance had none: present without a value. */
const ALWAYS: Readonly<Record<QueryLevel, readonly (readonly [Tag, string])[]>> = {
  study: [
    [TAG.StudyDate, 'DA'],
    [TAG.StudyTime, 'TM'],
    [TAG.AccessionNumber, 'SH'],
    [TAG.ReferringPhysicianName, 'PN'],
    [TAG.StudyDescription, 'LO'],
    [TAG.PatientName, 'PN'],
    [TAG.PatientID, 'LO'],
    [TAG.PatientBirthDate, 'DA'],
    [TAG.PatientSex, 'CS'],
    [TAG.StudyID, 'SH'],
  ],
  series: [
    [TAG.Modality, 'CS'],
    [TAG.SeriesDescription, 'LO'],
    [TAG.SeriesNumber, 'IS'],
  ],
  instance: [[TAG.InstanceNumber, 'IS']],
};

/** The data set of one row, keys in ascending order of tag. `include` names attributes to take from the whole header, where the row has it. */
export function dataSetOfRow(level: QueryLevel, row: Row, include: readonly Tag[] | 'all' = []): DataSet {
  const merged: DataSet = {
    ...emptyOf(level),
    ...jsonAt(row, 'study_attributes'),
    ...jsonAt(row, 'series_attributes'),
    ...jsonAt(row, 'instance_attributes'),
    ...fromMetadata(row, include),
    ...dataSetOf({
      SpecificCharacterSet: 'ISO_IR 192', // that of the answer
      InstanceAvailability: 'ONLINE',
      StudyInstanceUID: textAt(row, 'study_uid'),
      SeriesInstanceUID: level === 'study' ? undefined : textAt(row, 'series_uid'),
      ...computed(level, row),
    }),
  };
  return Object.fromEntries(Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function computed(level: QueryLevel, row: Row): Parameters<typeof dataSetOf>[0] {
  switch (level) {
    case 'study':
      return {
        ModalitiesInStudy: Array.isArray(row['modalities']) ? row['modalities'].map(String) : [],
        NumberOfStudyRelatedSeries: Number(row['study_series']),
        NumberOfStudyRelatedInstances: Number(row['study_instances']),
      };
    case 'series':
      return { NumberOfSeriesRelatedInstances: Number(row['series_instances']) };
    case 'instance':
      return { AvailableTransferSyntaxUID: textAt(row, 'transfer_syntax_uid') };
  }
}

function emptyOf(level: QueryLevel): DataSet {
  return Object.fromEntries(ALWAYS[level].map(([tag, vr]) => [tag, { vr }]));
}

/** A jsonb column; the driver has parsed what we wrote from a data set. */
function jsonAt(row: Row, column: string): DataSet {
  const value = row[column];
  return typeof value === 'object' && value !== null ? (value as DataSet) : {};
}

function fromMetadata(row: Row, include: readonly Tag[] | 'all'): DataSet {
  if (typeof row['metadata'] !== 'string') return {};
  const metadata = JSON.parse(row['metadata']) as DataSet;
  if (include === 'all') return metadata;
  return Object.fromEntries(Object.entries(metadata).filter(([tag]) => include.includes(tag)));
}
