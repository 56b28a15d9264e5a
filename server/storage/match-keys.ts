/**
 * Which attributes can be matched, at which level and how: the table {@link MATCH_KEYS}. Adding a key is adding a row,
 * and an index where its values are rare. PS3.18 Tables 10.6.1-5 and 10.6.3-3 to 10.6.3-5, PS3.4 C.2.2.2.
 */
import type { Tag } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { QueryLevel } from './index-attributes.ts';

/** How a key is compared with what is stored. */
export type MatchForm = 'text' | 'name' | 'uid' | 'date' | 'time' | 'integer';

/** One attribute that can be matched. */
export interface MatchKey {
  /** The level whose resources, and all below, may be matched by this key. */
  readonly level: QueryLevel;
  readonly form: MatchForm;
  /** SQL expression of the stored value, or of the array of values. */
  readonly sql: string;
  /** How the values lie: one in a column (absent), an array, names as keys and words, or one in each series of the study. */
  readonly shape?: 'list' | 'names' | 'each-series';
}

/** One condition on one attribute. Text may hold wildcards; dates and times are normalised already. */
export type Criterion =
  | { readonly form: 'text' | 'name' | 'fuzzy-name'; readonly value: string }
  | { readonly form: 'uid'; readonly values: readonly string[] }
  | TimeCriterion
  | { readonly form: 'integer'; readonly value: number }
  | { readonly form: 'empty' };

/** A date or time within bounds, both inclusive. `isRange` is false for a single value, whose bounds are all that it may mean. */
export interface TimeCriterion {
  readonly form: 'date' | 'time';
  readonly from?: string;
  readonly to?: string;
  readonly isRange: boolean;
}

/** One key of a search: met when one of its criteria is. PS3.4 C.2.2.2.8. */
export interface KeyMatch {
  readonly key: string;
  readonly anyOf: readonly Criterion[];
}

/** A date and a time key that together mean a span of time. PS3.4 C.2.2.2.5.4. */
export interface SpanMatch {
  readonly dateKey: string;
  readonly timeKey: string;
  readonly from?: { readonly date: string; readonly time: string };
  readonly to?: { readonly date: string; readonly time: string };
}

export type Match = KeyMatch | SpanMatch;

/** The pairs that are matched together when both ask for a range of the same form. */
export const DATE_AND_TIME: readonly (readonly [date: Tag, time: Tag])[] = [
  [TAG.StudyDate, TAG.StudyTime],
  [TAG.PerformedProcedureStepStartDate, TAG.PerformedProcedureStepStartTime],
];

const attribute = (table: string, tag: Tag): string =>
  `((${table}.attributes #>> '{${tag},Value,0}') COLLATE "C")`;
const inRequest = (tag: Tag): string => `${TAG.RequestAttributesSequence}.${tag}`;

/** Match keys by tag, or `sequence.tag` for an attribute of a sequence item. */
// prettier-ignore
export const MATCH_KEYS: Readonly<Record<string, MatchKey>> = {
  [TAG.StudyDate]: { level: 'study', form: 'date', sql: 'study.study_date' },
  [TAG.StudyTime]: { level: 'study', form: 'time', sql: 'study.study_time' },
  [TAG.AccessionNumber]: { level: 'study', form: 'text', sql: 'study.accession_number' },
  [TAG.ModalitiesInStudy]: { level: 'study', form: 'text', sql: 'each.modality', shape: 'each-series' },
  [TAG.ReferringPhysicianName]: { level: 'study', form: 'name', sql: 'study.referring_name', shape: 'names' },
  [TAG.StudyDescription]: { level: 'study', form: 'text', sql: 'study.study_description' },
  [TAG.PatientName]: { level: 'study', form: 'name', sql: 'study.patient_name', shape: 'names' },
  [TAG.PatientID]: { level: 'study', form: 'text', sql: 'study.patient_id' },
  [TAG.IssuerOfPatientID]: { level: 'study', form: 'text', sql: attribute('study', TAG.IssuerOfPatientID) },
  [TAG.PatientBirthDate]: { level: 'study', form: 'date', sql: attribute('study', TAG.PatientBirthDate) },
  [TAG.PatientSex]: { level: 'study', form: 'text', sql: attribute('study', TAG.PatientSex) },
  [TAG.StudyInstanceUID]: { level: 'study', form: 'uid', sql: 'study.study_uid' },
  [TAG.StudyID]: { level: 'study', form: 'text', sql: 'study.study_id' },
  [TAG.Modality]: { level: 'series', form: 'text', sql: 'series.modality' },
  [TAG.SeriesDescription]: { level: 'series', form: 'text', sql: attribute('series', TAG.SeriesDescription) },
  [TAG.BodyPartExamined]: { level: 'series', form: 'text', sql: attribute('series', TAG.BodyPartExamined) },
  [TAG.SeriesInstanceUID]: { level: 'series', form: 'uid', sql: 'series.series_uid' },
  [TAG.SeriesNumber]: { level: 'series', form: 'integer', sql: 'series.series_number' },
  [TAG.PerformedProcedureStepStartDate]: { level: 'series', form: 'date', sql: 'series.step_start_date' },
  [TAG.PerformedProcedureStepStartTime]: { level: 'series', form: 'time', sql: 'series.step_start_time' },
  [inRequest(TAG.ScheduledProcedureStepID)]: {
    level: 'series', form: 'text', sql: 'series.scheduled_step_ids', shape: 'list',
  },
  [inRequest(TAG.RequestedProcedureID)]: {
    level: 'series', form: 'text', sql: 'series.requested_procedure_ids', shape: 'list',
  },
  [TAG.SOPClassUID]: { level: 'instance', form: 'uid', sql: 'instance.sop_class_uid' },
  [TAG.SOPInstanceUID]: { level: 'instance', form: 'uid', sql: 'instance.sop_instance_uid' },
  [TAG.InstanceNumber]: { level: 'instance', form: 'integer', sql: 'instance.instance_number' },
};
