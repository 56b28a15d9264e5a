/**
 * The worklist's question to QIDO-RS. PS3.18 10.6.
 *
 * A search text may be a name, an identifier, an accession number or a description; QIDO can only join conditions by
 * *and*, so each is asked for apart and the answers are merged.
 */
import { textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import type { DicomWebClient } from './dicomweb-client.ts';
import { headingOf, type StudyHeading } from './study.ts';

export const PAGE_SIZE = 25;
const SEARCH_LIMIT = 100;

export interface StudyPage {
  readonly studies: readonly StudyHeading[];
  readonly hasNext: boolean;
}

/** One page (0-based) of all studies, or of those that match the text. */
export async function searchStudies(
  client: DicomWebClient,
  text: string,
  page: number,
  signal: AbortSignal,
): Promise<StudyPage> {
  const wanted = text.replace(/[*?\\]/g, ' ').trim();
  const from = page * PAGE_SIZE;
  if (wanted === '') {
    const found = await client.searchStudies(query({}, PAGE_SIZE + 1, from), signal);
    return pageOf(found.slice(0, PAGE_SIZE), found.length > PAGE_SIZE);
  }
  const answers = await Promise.all(
    conditionsFor(wanted).map((condition) => client.searchStudies(query(condition, SEARCH_LIMIT, 0), signal)),
  );
  const byUid = new Map(answers.flat().map((row) => [textOf(row, TAG.StudyInstanceUID) ?? '', row]));
  const rows = [...byUid.values()].toSorted((one, other) => (studyTime(other) < studyTime(one) ? -1 : 1));
  return pageOf(rows.slice(from, from + PAGE_SIZE), rows.length > from + PAGE_SIZE);
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
