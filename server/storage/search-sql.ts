/**
 * Turns a search into one SQL statement. Which attributes can be matched, at which level and how, is the table
 * {@link MATCH_KEYS}; adding a key is adding a row. PS3.18 8.3.4 and 10.6, PS3.4 C.2.2.2.
 *
 * Trap: an empty key matches everything (PS3.4 C.2.2.2.3), so it adds no condition.
 */
import type { Tag } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { isIndexed } from './index-attributes.ts';
import type { QueryLevel } from './index-attributes.ts';
import { foldName, hasWildcard, likePatternOf } from './search-text.ts';

/** How a key is compared with what is stored. */
export type MatchForm = 'text' | 'name' | 'uid' | 'date' | 'time' | 'integer';

interface MatchKey {
  /** The level whose resources, and all below, may be matched by this key. */
  readonly level: QueryLevel;
  readonly form: MatchForm;
  /** SQL expression of the stored value; of an array of them when `isList`. */
  readonly sql: string;
  readonly isList?: boolean;
}

/** One condition of a search. Text keys may hold wildcards; dates and times are normalised already. */
export type Match =
  | { readonly key: string; readonly form: 'text' | 'name'; readonly value: string }
  | { readonly key: string; readonly form: 'uid'; readonly values: readonly string[] }
  | { readonly key: string; readonly form: 'date' | 'time'; readonly from?: string; readonly to?: string }
  | { readonly key: string; readonly form: 'integer'; readonly value: number };

export interface SearchQuery {
  readonly level: QueryLevel;
  readonly studyUid?: string;
  readonly seriesUid?: string;
  readonly matches: readonly Match[];
  readonly limit: number;
  readonly offset: number;
  /** Attributes to return beyond those the index keeps. Answered at instance level only: no study or series has one value for them. */
  readonly include?: readonly Tag[] | 'all';
}

const attribute = (table: string, tag: Tag): string => `${table}.attributes #>> '{${tag},Value,0}'`;

const MODALITIES = `ARRAY(SELECT DISTINCT s.modality FROM series s
  WHERE s.study_uid = study.study_uid AND s.modality IS NOT NULL ORDER BY 1)`;

/** Match keys by tag, or `sequence.tag` for an attribute of a sequence item. */
export const MATCH_KEYS: Readonly<Record<string, MatchKey>> = {
  [TAG.StudyDate]: { level: 'study', form: 'date', sql: 'study.study_date' },
  [TAG.StudyTime]: { level: 'study', form: 'time', sql: 'study.study_time' },
  [TAG.AccessionNumber]: { level: 'study', form: 'text', sql: 'study.accession_number' },
  [TAG.ModalitiesInStudy]: { level: 'study', form: 'text', sql: MODALITIES, isList: true },
  [TAG.ReferringPhysicianName]: {
    level: 'study',
    form: 'name',
    sql: 'study.referring_name_keys',
    isList: true,
  },
  [TAG.StudyDescription]: { level: 'study', form: 'text', sql: 'study.study_description' },
  [TAG.PatientName]: { level: 'study', form: 'name', sql: 'study.patient_name_keys', isList: true },
  [TAG.PatientID]: { level: 'study', form: 'text', sql: 'study.patient_id' },
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
  [`${TAG.RequestAttributesSequence}.${TAG.ScheduledProcedureStepID}`]: {
    level: 'series',
    form: 'text',
    sql: 'series.scheduled_step_ids',
    isList: true,
  },
  [`${TAG.RequestAttributesSequence}.${TAG.RequestedProcedureID}`]: {
    level: 'series',
    form: 'text',
    sql: 'series.requested_procedure_ids',
    isList: true,
  },
  [TAG.SOPClassUID]: { level: 'instance', form: 'uid', sql: 'instance.sop_class_uid' },
  [TAG.SOPInstanceUID]: { level: 'instance', form: 'uid', sql: 'instance.sop_instance_uid' },
  [TAG.InstanceNumber]: { level: 'instance', form: 'integer', sql: 'instance.instance_number' },
};

const STUDY_COLUMNS = `study.study_uid, study.attributes AS study_attributes, ${MODALITIES} AS modalities,
  (SELECT count(*)::integer FROM series s WHERE s.study_uid = study.study_uid) AS study_series,
  (SELECT count(*)::integer FROM instance i WHERE i.study_uid = study.study_uid) AS study_instances`;
const SERIES_COLUMNS = `series.study_uid, series.series_uid, series.attributes AS series_attributes,
  (SELECT count(*)::integer FROM instance i
   WHERE i.study_uid = series.study_uid AND i.series_uid = series.series_uid) AS series_instances`;

/** What each level selects, from which tables, and in which order. Lower levels carry the attributes of those above. */
const LEVELS: Readonly<Record<QueryLevel, { columns: string; from: string; order: string }>> = {
  study: {
    columns: STUDY_COLUMNS,
    from: 'study',
    order: 'study.study_date DESC NULLS LAST, study.study_uid',
  },
  series: {
    columns: `${SERIES_COLUMNS}, study.attributes AS study_attributes`,
    from: 'series JOIN study USING (study_uid)',
    order: 'series.study_uid, series.series_number NULLS LAST, series.series_uid',
  },
  instance: {
    columns: `instance.study_uid, instance.series_uid, instance.sop_instance_uid, instance.transfer_syntax_uid,
      instance.attributes AS instance_attributes, series.attributes AS series_attributes,
      study.attributes AS study_attributes`,
    from: 'instance JOIN series USING (study_uid, series_uid) JOIN study USING (study_uid)',
    order:
      'instance.study_uid, instance.series_uid, instance.instance_number NULLS LAST, instance.sop_instance_uid',
  },
};

/** One statement that returns up to `limit` + 1 rows: the one too many says that there are more. */
export function searchStatement(search: SearchQuery): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const { columns, from, order } = LEVELS[search.level];
  const conditions = search.matches.map((match) => conditionOf(match, bind));
  if (search.studyUid !== undefined) conditions.push(`study.study_uid = ${bind(search.studyUid)}`);
  if (search.seriesUid !== undefined) conditions.push(`series.series_uid = ${bind(search.seriesUid)}`);
  const metadata = needsMetadata(search) ? ', instance.metadata' : '';
  const text = `SELECT ${columns}${metadata} FROM ${from}
    ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
    ORDER BY ${order} LIMIT ${bind(search.limit + 1)} OFFSET ${bind(search.offset)}`;
  return { text, values };
}

/** True when an attribute is asked for that only the whole header holds. */
function needsMetadata({ level, include = [] }: SearchQuery): boolean {
  return level === 'instance' && (include === 'all' || include.some((tag) => !isIndexed(tag)));
}

type Bind = (value: unknown) => string;

function conditionOf(match: Match, bind: Bind): string {
  const key = MATCH_KEYS[match.key];
  if (!key) throw new TypeError(`No match key ${match.key}`);
  switch (match.form) {
    case 'text':
      return textCondition(key, match.value, bind);
    case 'name':
      return textCondition(key, foldName(match.value), bind);
    case 'uid':
      return `${key.sql} = ANY(${bind(match.values)}::text[])`;
    case 'integer':
      return `${key.sql} = ${bind(match.value)}::integer`;
    case 'date':
    case 'time':
      return rangeCondition(key, match, bind);
  }
}

function textCondition(key: MatchKey, value: string, bind: Bind): string {
  if (hasWildcard(value)) {
    const pattern = `${bind(likePatternOf(value))}::text`;
    return key.isList === true
      ? `EXISTS (SELECT 1 FROM unnest(${key.sql}) AS v WHERE v LIKE ${pattern})`
      : `${key.sql} LIKE ${pattern}`;
  }
  return key.isList === true ? `${key.sql} @> ARRAY[${bind(value)}::text]` : `${key.sql} = ${bind(value)}`;
}

function rangeCondition(key: MatchKey, range: { from?: string; to?: string }, bind: Bind): string {
  const conditions = [
    ...(range.from === undefined ? [] : [`${key.sql} >= ${bind(range.from)}`]),
    ...(range.to === undefined ? [] : [`${key.sql} <= ${bind(range.to)}`]),
  ];
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}
