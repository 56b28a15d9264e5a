/**
 * Comma-separated values, RFC 4180: the table of studies out, reference labels in.
 *
 * Trap: a spreadsheet takes a text that begins with `=`, `+`, `-`, `@` or a tab for a formula; an apostrophe in front of it
 * keeps it a text.
 */
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { isUid } from '../../../dicom/vocabulary/uids.ts';
import type { ReferenceLabel } from './audit-summary.ts';
import type { StudyComparison } from './study-comparison.ts';

type Value = string | number | undefined;
type Column<Row> = readonly [name: string, valueOf: (row: Row) => Value];

const COLUMNS: readonly Column<StudyComparison>[] = [
  ['study_instance_uid', ({ studyInstanceUid }) => studyInstanceUid],
  ['study_date', ({ date }) => date],
  ['models', ({ models }) => models.join('; ')],
  ['regions', ({ regions }) => regions.join('; ')],
  ['score', ({ score }) => score],
  ['model_fracture', ({ machine }) => flag(machine.hasFracture)],
  ['reader_fracture', ({ reader }) => flag(reader?.hasFracture)],
  ['model_bone_age_months', ({ machine }) => machine.boneAgeMonths],
  ['reader_bone_age_months', ({ reader }) => reader?.boneAgeMonths],
  ['accepted', ({ decisions }) => decisions.accepted],
  ['rejected', ({ decisions }) => decisions.rejected],
  ['edited', ({ decisions }) => decisions.edited],
  ['added', ({ decisions }) => decisions.added],
  ['state', ({ state }) => state],
  ['reader', ({ reader }) => reader?.names.join('; ')],
  ['analysed_at', ({ analysedAt }) => analysedAt],
  ['signed_at', ({ reader }) => reader?.signedAt],
  ['turnaround_hours', ({ reader }) => reader?.turnaroundHours],
];

/** Columns that say who read, and when anything was. */
const PEOPLE_AND_TIMES = ['study_date', 'reader', 'analysed_at', 'signed_at'];

/** A study and what is known of it from elsewhere. */
export type LabelledStudy = StudyComparison & { readonly label?: ReferenceLabel | undefined };

const DEIDENTIFIED_COLUMNS: readonly Column<LabelledStudy>[] = [
  ...COLUMNS.filter(([name]) => !PEOPLE_AND_TIMES.includes(name)),
  ['label_fracture', ({ label }) => flag(label?.hasFracture)],
  ['label_bone_age_months', ({ label }) => label?.boneAgeMonths],
];

/** The studies as a table with a head. */
export function studiesAsCsv(studies: readonly StudyComparison[]): string {
  return csvOf(studies, COLUMNS);
}

/** The same without people and times, and with labels; UIDs and names of models are what they are given as. */
export function deidentifiedCsv(studies: readonly LabelledStudy[]): string {
  return csvOf(studies, DEIDENTIFIED_COLUMNS);
}

/** Rows as a table with a head. RFC 4180. */
export function csvOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = rows.map((row) => columns.map(([, valueOf]) => field(valueOf(row))).join(','));
  return [columns.map(([name]) => name).join(','), ...lines, ''].join('\r\n');
}

/** Columns of the labels: the study, and at least one of the others. */
const LABEL_COLUMNS = ['study_instance_uid', 'fracture', 'bone_age_months'] as const;

/**
 * Reads reference labels: a head with `study_instance_uid` and `fracture` (1, 0, yes, no), `bone_age_months` or both; an empty
 * field says nothing. Throws `bad-request` that names the line.
 */
export function readLabels(text: string): ReadonlyMap<string, ReferenceLabel> {
  const [head = [], ...rows] = rowsOf(text);
  const places = LABEL_COLUMNS.map((name) =>
    head.findIndex((column) => column.trim().toLowerCase() === name),
  );
  const [study = -1, fracture = -1, boneAge = -1] = places;
  if (study < 0 || (fracture < 0 && boneAge < 0)) {
    throw new PacsError(
      'bad-request',
      `The first line must name ${LABEL_COLUMNS.join(', ')}, the last two or one of them`,
    );
  }
  return new Map(
    rows.map((row, index) => {
      const at = (place: number) => (row[place] ?? '').trim();
      const line = index + 2;
      const uid = at(study);
      if (!isUid(uid)) throw new PacsError('bad-request', `Line ${line}: study_instance_uid is not a UID`);
      const hasFracture = readFlag(fracture < 0 ? '' : at(fracture), line);
      const months = readMonths(boneAge < 0 ? '' : at(boneAge), line);
      const label: ReferenceLabel = {
        ...(hasFracture !== undefined && { hasFracture }),
        ...(months !== undefined && { boneAgeMonths: months }),
      };
      return [uid, label] as const;
    }),
  );
}

function readFlag(text: string, line: number): boolean | undefined {
  const word = text.toLowerCase();
  if (word === '') return undefined;
  if (['1', 'yes', 'true'].includes(word)) return true;
  if (['0', 'no', 'false'].includes(word)) return false;
  throw new PacsError('bad-request', `Line ${line}: fracture is neither 1, 0, yes, no nor empty`);
}

function readMonths(text: string, line: number): number | undefined {
  if (text === '') return undefined;
  const months = Number(text);
  if (months >= 0 && months <= 300) return months;
  throw new PacsError('bad-request', `Line ${line}: bone_age_months is not a number from 0 to 300`);
}

/** Rows of fields; empty lines are left out. Quotes may hold commas, line ends and doubled quotes. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  const body = text.replace(/^\uFEFF/, '');
  while (pattern.lastIndex < body.length) {
    const found = pattern.exec(body);
    if (!found) throw new PacsError('bad-request', `Line ${rows.length + 1} is not comma-separated text`);
    const [, quoted, plain = '', end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.some((one) => one.trim() !== '')) rows.push(row);
    row = [];
    if (end === '') break;
  }
  if (row.some((one) => one.trim() !== '')) rows.push(row);
  return rows;
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? '1' : '0';
}

function field(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
