/**
 * The forms in which the index compares text: folded names, normalised dates and times, and what a key with
 * wildcards means. One file for both sides: what is written at ingest and what a query asks. PS3.4 C.2.2.2.
 *
 * Trap: DA of the old ACR-NEMA form (`2001.02.03`) and TM with colons still occur in stored files.
 */
import type { DataSet, Tag } from '../../dicom/vocabulary/data-set.ts';

/** Four times what the longest searchable VR (LO, a group of PN) allows. PS3.5 6.2. */
const MAX_INDEXED_CHARACTERS = 256;
const GROUPS = ['Alphabetic', 'Ideographic', 'Phonetic'] as const;

/** Case and accents folded, padding and trailing carets gone. PS3.4 C.2.2.2.1.1 leaves this to the server for PN. */
export function foldName(name: string): string {
  return name
    .replaceAll('\0', '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split('^')
    .map((component) => component.trim())
    .join('^')
    .replace(/\^+$/, '');
}

/** Every component group of every name of an element, folded: a query matches when it matches one of them. */
export function nameKeysOf(dataSet: DataSet, tag: Tag): string[] {
  const keys = (dataSet[tag]?.Value ?? []).flatMap((value) => {
    if (typeof value === 'string') return [foldName(value)];
    if (typeof value !== 'object' || value === null) return [];
    const groups: Record<string, unknown> = { ...value };
    return GROUPS.flatMap((group) => {
      const text = groups[group];
      return typeof text === 'string' ? [foldName(text)] : [];
    });
  });
  return [...new Set(keys.map(indexable).filter((key) => key !== ''))];
}

/** Text as a column can hold and an index can carry it: PostgreSQL has no U+0000, and an index entry has a limit that no valid value reaches. */
export function indexable(text: string): string {
  return text.replaceAll('\0', '').trim().slice(0, MAX_INDEXED_CHARACTERS).toWellFormed();
}

/** A DA as `YYYYMMDD`; `undefined` when it is no date. PS3.5 6.2. */
export function normaliseDate(text: string): string | undefined {
  const digits = text.trim().replace(/^(\d{4})[.-](\d{2})[.-](\d{2})$/, '$1$2$3');
  return /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/.test(digits) ? digits : undefined;
}

/** First instant a TM may mean, as `HHMMSS.FFFFFF`; `undefined` when it is no time. PS3.5 6.2. */
export function earliestTime(text: string): string | undefined {
  return completeTime(text, '00', '0');
}

/** Last instant a TM may mean: `10` reaches to `105959.999999`. */
export function latestTime(text: string): string | undefined {
  return completeTime(text, '59', '9');
}

function completeTime(text: string, pair: string, digit: string): string | undefined {
  const digits = text.trim().replace(/^(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/, '$1$2$3');
  const parts = /^([01]\d|2[0-3])(?:([0-5]\d)(?:([0-5]\d|60)(?:\.(\d{1,6}))?)?)?$/.exec(digits);
  if (!parts) return undefined;
  const [, hour = '', minute = pair, second = pair, fraction = ''] = parts;
  return `${hour}${minute}${second}.${fraction.padEnd(6, digit)}`;
}

/** What parts a folded name into words: the separators that the SQL function `name_words` knows too. */
const WORD_SEPARATORS = /[ ^,.=-]+/;
/** Longest word that is asked for; a longer one is asked for by its beginning. */
const MAX_WORD_CHARACTERS = 64;

/** The words of a name or a fuzzy key, folded; wildcards part words too. */
export function nameWords(name: string): string[] {
  return name
    .split(/[=*?]/)
    .flatMap((group) => foldName(group).split(WORD_SEPARATORS))
    .filter((word) => word !== '')
    .map((word) => word.slice(0, MAX_WORD_CHARACTERS).toWellFormed());
}

/** The words, or beginnings of words, that every name must hold that a folded pattern matches. */
export function wordsOfPattern(pattern: string): { text: string; isPrefix: boolean }[] {
  return pattern.split(WORD_SEPARATORS).flatMap((piece) => {
    const head = (piece.split(/[*?]/)[0] ?? '').slice(0, MAX_WORD_CHARACTERS).toWellFormed();
    return head === '' ? [] : [{ text: head, isPrefix: head !== piece }];
  });
}

/** True when a key asks for more than one value. PS3.4 C.2.2.2.4. */
export function hasWildcard(key: string): boolean {
  return /[*?]/.test(key);
}

/** A key with `*` and `?` as a pattern of SQL LIKE with backslash as escape. */
export function likePatternOf(key: string): string {
  return key
    .replace(/[\\%_]/g, '\\$&')
    .replaceAll('*', '%')
    .replaceAll('?', '_');
}
