/**
 * Turns a search into one SQL statement. PS3.18 8.3.4 and 10.6, PS3.4 C.2.2.2.
 *
 * Trap: an empty key matches everything (PS3.4 C.2.2.2.3), so it adds no condition.
 */
import type { Tag } from '../../dicom/vocabulary/data-set.ts';
import { isIndexed } from './index-attributes.ts';
import type { QueryLevel } from './index-attributes.ts';
import type { Match } from './match-keys.ts';
import { conditionOf, type Bind } from './search-conditions.ts';

/** Studies that are seen: those that meet all matches, at study level, of one of the lists. */
export type StudyRestriction = readonly (readonly Match[])[];

export interface SearchQuery {
  readonly level: QueryLevel;
  readonly studyUid?: string;
  readonly seriesUid?: string;
  readonly matches: readonly Match[];
  /** Nothing beyond it is found; absent: everything is. */
  readonly restriction?: StudyRestriction | undefined;
  readonly limit: number;
  readonly offset: number;
  /** Attributes to return beyond those the index keeps. Answered at instance level only: no study or series has one value for them. */
  readonly include?: readonly Tag[] | 'all';
}

/** What stands in an answer beside the attributes: counted for the rows of the page alone, not for those that are skipped. */
const STUDY_COLUMNS = `study.study_uid, study.attributes AS study_attributes,
  ARRAY(SELECT DISTINCT s.modality FROM series s
    WHERE s.study_uid = study.study_uid AND s.modality IS NOT NULL ORDER BY 1) AS modalities,
  (SELECT count(*)::integer FROM series s WHERE s.study_uid = study.study_uid) AS study_series,
  (SELECT count(*)::integer FROM instance i WHERE i.study_uid = study.study_uid) AS study_instances`;
const SERIES_COLUMNS = `series.study_uid, series.series_uid, series.attributes AS series_attributes, series.study_attributes,
  (SELECT count(*)::integer FROM instance i
   WHERE i.study_uid = series.study_uid AND i.series_uid = series.series_uid) AS series_instances`;

interface Level {
  readonly columns: string;
  readonly from: string;
  readonly order: string;
  /** What is selected of the rows of a page, from a table of the name of the level. */
  readonly pageColumns?: string;
}

/** What each level selects, from which tables, and in which order. Lower levels carry the attributes of those above. */
const LEVELS: Readonly<Record<QueryLevel, Level>> = {
  study: {
    columns: 'study.study_uid, study.study_date, study.attributes',
    pageColumns: STUDY_COLUMNS,
    from: 'study',
    order: 'study.study_date DESC NULLS LAST, study.study_uid',
  },
  series: {
    columns: `series.study_uid, series.series_uid, series.series_number, series.attributes,
      study.attributes AS study_attributes`,
    pageColumns: SERIES_COLUMNS,
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
  const { columns, order, pageColumns } = LEVELS[search.level];
  const metadata = needsMetadata(search) ? ', instance.metadata' : '';
  const sorted = `ORDER BY ${order}`;
  const page = selection(search, `${columns}${metadata}`, sorted, search.limit + 1, search.offset);
  if (pageColumns === undefined) return page;
  return { ...page, text: `SELECT ${pageColumns} FROM (${page.text}) AS ${search.level} ${sorted}` };
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
  const { level, studyUid, seriesUid, restriction } = search;
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const conditions = search.matches.map((match) => conditionOf(match, bind));
  if (restriction !== undefined) conditions.push(restrictionOf(restriction, bind));
  if (studyUid !== undefined) conditions.push(`${level}.study_uid = ${bind(studyUid)}`);
  if (seriesUid !== undefined) conditions.push(`${level}.series_uid = ${bind(seriesUid)}`);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const text = `SELECT ${columns} FROM ${LEVELS[level].from} ${where} ${order} LIMIT ${bind(limit)} OFFSET ${bind(offset)}`;
  return { text, values };
}

function restrictionOf(restriction: StudyRestriction, bind: Bind): string {
  const alternatives = restriction.map((matches) =>
    ['true', ...matches.map((match) => conditionOf(match, bind))].join(' AND '),
  );
  return `(${['false', ...alternatives].join(' OR ')})`;
}

/** True when an attribute is asked for that only the whole header holds. */
function needsMetadata({ level, include = [] }: SearchQuery): boolean {
  return level === 'instance' && (include === 'all' || include.some((tag) => !isIndexed(tag)));
}
