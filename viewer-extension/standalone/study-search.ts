/**
 * The worklist's question to QIDO-RS. PS3.18 10.6.
 *
 * A search text may be a name, an identifier, an accession number or a description; QIDO can only join conditions by
 * *and*, so each is asked for apart and the answers are merged.
 */
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { DicomWebClient } from './dicomweb-client.ts';
import { resultKinds, RESULT_KINDS, type ResultKind, type ResultSources } from './study-results.ts';
import { headingOf, type StudyHeading } from './study.ts';

export const PAGE_SIZE = 25;
const SEARCH_LIMIT = 100;

/** QIDO-RS knows no order, so a list in another than the server's is put in order here: of so many studies at most. */
const SORT_LIMIT = 500;

/** A result is known only to the report of its study, so that of so many studies at most is looked at. */
const RESULT_LIMIT = 200;

/** What the list is sorted by. */
export interface StudyOrder {
  readonly by: 'patient' | 'date' | 'modality' | 'description' | 'aiResult';
  readonly isAscending: boolean;
}

/** The server's own order. */
export const NEWEST_FIRST: StudyOrder = { by: 'date', isAscending: false };

/** What is asked of the list. */
export interface StudyQuestion {
  readonly text: string;
  /** 0-based. */
  readonly page: number;
  readonly order: StudyOrder;
  /** Only studies with a result of this kind; all where absent. */
  readonly result?: ResultKind | undefined;
}

export interface StudyPage {
  readonly studies: readonly StudyHeading[];
  readonly hasNext: boolean;
  /** Where results were asked for: among how many studies, if there may be more. */
  readonly among?: number;
}

/** What the list asks with: the studies, and for what only they tell, their analyses and reports. */
export interface StudySources extends ResultSources {
  readonly dicomWeb: DicomWebClient;
}

/** One page (0-based) of all studies, or of those that match the text and have a result of the kind. */
export async function searchStudies(
  sources: StudySources,
  { text, page, order, result }: StudyQuestion,
  signal: AbortSignal,
): Promise<StudyPage> {
  const wanted = text.replace(/[*?\\]/g, ' ').trim();
  const from = page * PAGE_SIZE;
  const isServersOrder = order.by === NEWEST_FIRST.by && order.isAscending === NEWEST_FIRST.isAscending;
  const isByResult = result !== undefined || order.by === 'aiResult';
  if (wanted === '' && isServersOrder && !isByResult) {
    const found = await sources.dicomWeb.searchStudies(query({}, PAGE_SIZE + 1, from), signal);
    return pageOf(found.slice(0, PAGE_SIZE), found.length > PAGE_SIZE);
  }
  const found = await matchingRows(sources.dicomWeb, wanted, isByResult ? RESULT_LIMIT : SORT_LIMIT, signal);
  if (!isByResult) return pageFrom(sorted(found, order), from);
  const uids = found.flatMap((row) => textOf(row, TAG.StudyInstanceUID) ?? []);
  const kinds = await resultKinds(sources, uids, signal);
  const kindOf = (row: DataSet) => kinds.get(textOf(row, TAG.StudyInstanceUID) ?? '') ?? 'none';
  const rows = result === undefined ? found : found.filter((row) => kindOf(row) === result);
  const inOrder =
    order.by === 'aiResult'
      ? byKey(rows, (row) => String(RESULT_KINDS.indexOf(kindOf(row))), order.isAscending)
      : sorted(rows, order);
  const isCut = found.length >= RESULT_LIMIT;
  return { ...pageFrom(inOrder, from), ...(isCut && { among: found.length }) };
}

/** The studies that match a text by any of its meanings, or the newest of all. */
async function matchingRows(
  client: DicomWebClient,
  wanted: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly DataSet[]> {
  const answers = await Promise.all(
    (wanted === '' ? [{}] : conditionsFor(wanted)).map((condition) =>
      client.searchStudies(query(condition, wanted === '' ? limit : SEARCH_LIMIT, 0), signal),
    ),
  );
  return [...new Map(answers.flat().map((row) => [textOf(row, TAG.StudyInstanceUID) ?? '', row])).values()];
}

function pageFrom(rows: readonly DataSet[], from: number): StudyPage {
  return pageOf(rows.slice(from, from + PAGE_SIZE), rows.length > from + PAGE_SIZE);
}

function sorted(rows: readonly DataSet[], { by, isAscending }: StudyOrder): readonly DataSet[] {
  return byKey(rows, (row) => sortKey(row, by), isAscending);
}

/** Rows in order; of equals the newest first. */
function byKey(
  rows: readonly DataSet[],
  keyOf: (row: DataSet) => string,
  isAscending: boolean,
): readonly DataSet[] {
  const sign = isAscending ? 1 : -1;
  const keyed = rows.map((row) => ({ row, key: keyOf(row), time: studyTime(row) }));
  return keyed
    .toSorted((one, other) => {
      const compared = one.key.localeCompare(other.key, undefined, { numeric: true, sensitivity: 'base' });
      return sign * compared || (other.time < one.time ? -1 : 1);
    })
    .map(({ row }) => row);
}

function sortKey(row: DataSet, by: StudyOrder['by']): string {
  if (by === 'date') return studyTime(row);
  const { patientName, patientId, modalities, description } = headingOf('', row);
  return { patient: patientName || patientId, modality: modalities, description, aiResult: '' }[by];
}

function conditionsFor(text: string): readonly Readonly<Record<string, string>>[] {
  const date = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text);
  if (date) return [{ StudyDate: date.slice(1).join('') }];
  const pattern = `*${text}*`;
  return [
    { PatientName: pattern },
    { PatientID: pattern },
    { AccessionNumber: pattern },
    { StudyDescription: pattern },
  ];
}

function query(condition: Readonly<Record<string, string>>, limit: number, offset: number): URLSearchParams {
  return new URLSearchParams({
    ...condition,
    includefield: 'StudyDescription',
    limit: String(limit),
    offset: String(offset),
  });
}

function pageOf(rows: readonly DataSet[], hasNext: boolean): StudyPage {
  const studies = rows.flatMap((row) => {
    const uid = textOf(row, TAG.StudyInstanceUID);
    return uid === undefined ? [] : [headingOf(uid, row)];
  });
  return { studies, hasNext };
}

function studyTime(row: DataSet): string {
  return `${textOf(row, TAG.StudyDate) ?? ''}${textOf(row, TAG.StudyTime) ?? ''}`;
}

/** Other studies under the same Patient ID, the newest first; none where the study has no Patient ID. */
export async function searchPriors(
  client: DicomWebClient,
  { patientId, studyInstanceUid }: StudyHeading,
  signal: AbortSignal,
): Promise<readonly StudyHeading[]> {
  if (patientId === '' || /[*?\\]/.test(patientId)) return [];
  const rows = await client.searchStudies(query({ PatientID: patientId }, SEARCH_LIMIT, 0), signal);
  const newestFirst = rows.toSorted((one, other) => (studyTime(other) < studyTime(one) ? -1 : 1));
  return pageOf(newestFirst, false).studies.filter((other) => other.studyInstanceUid !== studyInstanceUid);
}
