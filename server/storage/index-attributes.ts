/**
 * Which attributes the index keeps at which level, so that a search answers without opening a file.
 * PS3.18 Tables 10.6.3-3 to 10.6.3-5, and what work lists of viewers show beside them.
 *
 * Trap: the first instance of a study or series that arrives decides the study's or series' attributes.
 */
import type { DataElement, DataSet, Tag } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';

/** The levels of the query model. PS3.18 10.6.1. */
export type QueryLevel = 'study' | 'series' | 'instance';

/** Attributes kept at each level, always returned by searches of that level. */
// prettier-ignore
export const INDEXED_TAGS: Readonly<Record<QueryLevel, readonly Tag[]>> = {
  study: [
    TAG.StudyDate, TAG.StudyTime, TAG.AccessionNumber, TAG.ReferringPhysicianName, TAG.TimezoneOffsetFromUTC,
    TAG.StudyDescription, TAG.ProcedureCodeSequence, TAG.PatientName, TAG.PatientID, TAG.IssuerOfPatientID,
    TAG.PatientBirthDate, TAG.PatientSex, TAG.PatientAge, TAG.StudyInstanceUID, TAG.StudyID,
    TAG.RequestedProcedureDescription,
  ],
  series: [
    TAG.SeriesDate, TAG.SeriesTime, TAG.Modality, TAG.SeriesDescription, TAG.Manufacturer, TAG.InstitutionName,
    TAG.StationName, TAG.ManufacturerModelName, TAG.BodyPartExamined, TAG.ProtocolName, TAG.Laterality,
    TAG.SeriesInstanceUID, TAG.SeriesNumber, TAG.PerformedProcedureStepStartDate,
    TAG.PerformedProcedureStepStartTime, TAG.RequestAttributesSequence,
  ],
  instance: [
    TAG.ImageType, TAG.SOPClassUID, TAG.SOPInstanceUID, TAG.ContentDate, TAG.ContentTime,
    TAG.PresentationIntentType, TAG.InstanceNumber, TAG.ImageLaterality, TAG.ViewPosition, TAG.SamplesPerPixel,
    TAG.PhotometricInterpretation, TAG.NumberOfFrames, TAG.Rows, TAG.Columns, TAG.BitsAllocated, TAG.BitsStored,
    TAG.CompletionFlag, TAG.VerificationFlag, TAG.ContentLabel, TAG.ContentDescription,
  ],
};

/** True for an attribute that the index keeps at some level. */
export function isIndexed(tag: Tag): boolean {
  return Object.values(INDEXED_TAGS).some((tags) => tags.includes(tag));
}

/** The part of a data set that the index keeps at one level. */
export function attributesAt(level: QueryLevel, dataSet: DataSet): DataSet {
  const kept: Record<Tag, DataElement> = {};
  for (const tag of INDEXED_TAGS[level]) {
    const element = dataSet[tag];
    if (element) kept[tag] = element;
  }
  return kept;
}

/** JSON for a jsonb column: without U+0000 and lone surrogates, which jsonb refuses. */
export function jsonbOf(dataSet: DataSet): string {
  return JSON.stringify(dataSet, (_key, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '').toWellFormed() : value,
  );
}
