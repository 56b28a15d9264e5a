/**
 * Reads the query of a search. PS3.18 8.3.4 and 10.6.1, matching PS3.4 C.2.2.2.
 *
 * What cannot be understood is refused by the parameter's name; what is understood but not done is answered with
 * a warning. Trap: an empty value and a lone `*` are universal matching, not a comparison.
 */
import dictionary from '../../dicom/read/dictionary.json' with { type: 'json' };
import type { Tag } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { QueryLevel } from '../storage/index-attributes.ts';
import { MATCH_KEYS } from '../storage/search-sql.ts';
import type { Match, MatchForm, SearchQuery } from '../storage/search-sql.ts';
import { earliestTime, latestTime, normaliseDate } from '../storage/search-text.ts';

/** Most matches in one answer, whatever `limit` says. */
export const MAX_RESULTS = 10_000;

/** A search as it was understood, with what the client must be told. */
export interface ParsedSearch {
  readonly search: SearchQuery;
  /** Texts for the Warning header, code 299. */
  readonly warnings: readonly string[];
}

/** What the path of the request fixes. */
export type SearchScope = Pick<SearchQuery, 'level' | 'studyUid' | 'seriesUid'>;

/** Parameters by name; a repeated one is a list. */
export type QueryParameters = Readonly<Record<string, unknown>>;

const DEPTH: Readonly<Record<QueryLevel, number>> = { study: 0, series: 1, instance: 2 };
/** Parameters that are no attributes. */
const CONTROLS = new Set(['limit', 'offset', 'includefield', 'accept', 'charset']);
/** Parameters of the standard that Osteon does not act on, with the warning it owes. PS3.18 8.3.4.2 and 10.6.1.2. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  [
    'fuzzymatching',
    'The fuzzymatching parameter is not supported. Only literal matching has been performed.',
  ],
  ['emptyvaluematching', 'The emptyvaluematching parameter is not supported.'],
  ['multiplevaluematching', 'The multiplevaluematching parameter is not supported.'],
]);
const TAG_BY_KEYWORD: ReadonlyMap<string, Tag> = new Map(
  Object.entries(dictionary).flatMap(([keyword, [tag]]) => (tag === undefined ? [] : [[keyword, tag]])),
);

/** Reads the parameters of a search. Throws `bad-request` naming the parameter. */
export function parseSearch(parameters: QueryParameters, scope: SearchScope): ParsedSearch {
  const names = Object.keys(parameters);
  const matches = new Map<string, Match | undefined>();
  for (const name of names) {
    if (CONTROLS.has(name) || UNSUPPORTED.has(name)) continue;
    const key = matchKeyOf(name, scope.level);
    if (matches.has(key)) throw new PacsError('bad-request', `${name} is given twice, by keyword and by tag`);
    matches.set(key, matchOf(key, name, textAt(parameters, name)));
  }
  const search = {
    ...scope,
    matches: [...matches.values()].filter((match) => match !== undefined),
    limit: Math.min(countAt(parameters, 'limit') ?? MAX_RESULTS, MAX_RESULTS),
    offset: countAt(parameters, 'offset') ?? 0,
    include: includedTags(parameters['includefield']),
  };
  return { search, warnings: names.flatMap((name) => warningFor(parameters, name)) };
}

function warningFor(parameters: QueryParameters, name: string): string[] {
  const warning = UNSUPPORTED.get(name);
  if (warning === undefined) return [];
  const value = textAt(parameters, name);
  if (value !== 'true' && value !== 'false')
    throw new PacsError('bad-request', `${name} must be true or false`);
  return value === 'true' ? [warning] : [];
}

/** Key of {@link MATCH_KEYS} for a parameter: a keyword or tag, or two of them with a dot between. */
function matchKeyOf(name: string, level: QueryLevel): string {
  const tags = name.split('.').map((part) => tagOf(part, name));
  const key = tags.join('.');
  const known = MATCH_KEYS[key];
  if (!known || DEPTH[known.level] > DEPTH[level]) {
    throw new PacsError('bad-request', `${name} is not a matching key of a ${level} search`);
  }
  return key;
}

function tagOf(part: string, name: string): Tag {
  const tag = /^[0-9A-Fa-f]{8}$/.test(part) ? part.toUpperCase() : TAG_BY_KEYWORD.get(part);
  if (tag !== undefined) return tag;
  const shown = /^[A-Za-z0-9.]{1,64}$/.test(name) ? name : 'A parameter';
  throw new PacsError(
    'bad-request',
    `${shown} is neither a keyword nor a tag of PS3.6, nor a known parameter`,
  );
}

function matchOf(key: string, name: string, text: string): Match | undefined {
  const value = text.trim();
  const form = MATCH_KEYS[key]?.form;
  if (form === undefined || value === '' || /^\*+$/.test(value)) return undefined;
  return MATCH_READERS[form](key, name, value);
}

type MatchReader = (key: string, name: string, value: string) => Match;

/** How the value of each form of key is read. PS3.4 C.2.2.2.1 to C.2.2.2.5. */
const MATCH_READERS: Readonly<Record<MatchForm, MatchReader>> = {
  text: (key, _name, value) => ({ key, form: 'text', value: withoutNul(value) }),
  name: (key, _name, value) => ({ key, form: 'name', value: withoutNul(value) }),
  uid: (key, name, value) => {
    const values = value.split(/[,\\]/).map((uid) => uid.trim());
    if (!values.every(isUid))
      throw new PacsError('bad-request', `${name} must be a UID or a comma list of UIDs`);
    return { key, form: 'uid', values };
  },
  integer: (key, name, value) => {
    if (!/^[+-]?\d{1,9}$/.test(value)) throw new PacsError('bad-request', `${name} must be an integer`);
    return { key, form: 'integer', value: Number(value) };
  },
  date: (key, name, value) => ({ key, form: 'date', ...rangeOf(name, value, normaliseDate, normaliseDate) }),
  time: (key, name, value) => ({ key, form: 'time', ...rangeOf(name, value, earliestTime, latestTime) }),
};

type Bound = (text: string) => string | undefined;

/** `A`, `A-B`, `A-` or `-B`. A single value is the range of all that it may mean. PS3.4 C.2.2.2.5. */
function rangeOf(name: string, value: string, first: Bound, last: Bound): { from?: string; to?: string } {
  const [start = '', end = start, ...more] = value.split('-').map((text) => text.trim());
  const from = first(start);
  const to = last(end);
  const isBroken = (start !== '' && from === undefined) || (end !== '' && to === undefined);
  if (isBroken || more.length > 0 || (start === '' && end === '')) {
    throw new PacsError('bad-request', `${name} must be a date or time, or a range of two with a hyphen`);
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** PostgreSQL has no text with U+0000, so nothing stored can match one. */
function withoutNul(value: string): string {
  return value.replaceAll('\0', '\uFFFD').toWellFormed();
}

function includedTags(value: unknown): readonly Tag[] | 'all' {
  if (value === undefined) return [];
  const texts = (Array.isArray(value) ? value : [value]).flatMap((text: unknown) => String(text).split(','));
  const names = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (names.includes('all')) return 'all';
  return names.map((name) => tagOf(name.split('.')[0] ?? '', 'includefield'));
}

function textAt(parameters: QueryParameters, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string') throw new PacsError('bad-request', `${name} is given more than once`);
  return value;
}

function countAt(parameters: QueryParameters, name: string): number | undefined {
  if (parameters[name] === undefined) return undefined;
  const text = textAt(parameters, name);
  if (!/^\d{1,9}$/.test(text))
    throw new PacsError('bad-request', `${name} must be a whole number, 0 or more`);
  return Number(text);
}
