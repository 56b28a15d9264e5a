/**
 * Turns a search into one SQL statement. PS3.18 8.3.4 and 10.6, PS3.4 C.2.2.2.
 *
 * Trap: an empty key matches everything (PS3.4 C.2.2.2.3), so it adds no condition.
 */
import type { Tag } from '../../dicom/vocabulary/data-set.ts';
import { isIndexed } from './index-attributes.ts';
import type { QueryLevel } from './index-attributes.ts';
import type { Match } from './match-keys.ts';
import { conditionOf } from './search-conditions.ts';

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

const STUDY_COLUMNS = `study.study_uid, study.attributes AS study_attributes,
  ARRAY(SELECT DISTINCT s.modality FROM series s
    WHERE s.study_uid = study.study_uid AND s.modality IS NOT NULL ORDER BY 1) AS modalities,
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

/** An SQL text and the values of its placeholders. */
export interface Statement {
  readonly text: string;
  readonly values: unknown[];
}

/** One statement that returns up to `limit` + 1 rows: the one too many says that there are more. */
export function searchStatement(search: SearchQuery): Statement {
  const { columns, order } = LEVELS[search.level];
  const metadata = needsMetadata(search) ? ', instance.metadata' : '';
  return selection(search, `${columns}${metadata}`, `ORDER BY ${order}`, search.limit + 1, search.offset);
}

/** One statement that counts the matches behind the first `offset` ones, up to `most`. In no order, which would cost more than the count. */
export function countStatement(search: SearchQuery, offset: number, most: number): Statement {
  const { text, values } = selection(search, '1', '', most, offset);
  return { text: `SELECT count(*)::integer AS found FROM (${text}) AS matches`, values };
}

function selection(
  search: SearchQuery,
  columns: string,
  order: string,
  limit: number,
  offset: number,
): Statement {
  const { level, studyUid, seriesUid } = search;
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = search.matches.map((match) => conditionOf(match, bind));
  if (studyUid !== undefined) conditions.push(`${level}.study_uid = ${bind(studyUid)}`);
  if (seriesUid !== undefined) conditions.push(`${level}.series_uid = ${bind(seriesUid)}`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT ${columns} FROM ${LEVELS[level].from} ${where} ${order} LIMIT ${bind(limit)} OFFSET ${bind(offset)}`;
  return { text, values };
}

/** True when an attribute is asked for that only the whole header holds. */
function needsMetadata({ level, include = [] }: SearchQuery): boolean {
  return level === 'instance' && (include === 'all' || include.some((tag) => !isIndexed(tag)));
}
