/**
 * Reads the query of a search. PS3.18 8.3.4 and 10.6.1.
 *
 * What cannot be understood is refused by the parameter's name. Trap: keyword and tag are two names of one key.
 */
import { isPrivate, tagOfKeyword } from '../../dicom/read/tag-dictionary.ts';
import type { Tag } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { QueryLevel } from '../storage/index-attributes.ts';
import { MATCH_KEYS } from '../storage/match-keys.ts';
import type { KeyMatch } from '../storage/match-keys.ts';
import type { SearchQuery } from '../storage/search-sql.ts';
import { readMatch, withSpans } from './qido-matching.ts';
import type { MatchingModes } from './qido-matching.ts';

/** Most matches in one answer, whatever `limit` says. */
export const MAX_RESULTS = 10_000;

/** What the path of the request fixes. */
export type SearchScope = Pick<SearchQuery, 'level' | 'studyUid' | 'seriesUid'>;

/** Parameters by name; a repeated one is a list. */
export type QueryParameters = Readonly<Record<string, unknown>>;

const DEPTH: Readonly<Record<QueryLevel, number>> = { study: 0, series: 1, instance: 2 };
/** Parameters that are no attributes. */
const CONTROLS = new Set([
  'limit',
  'offset',
  'includefield',
  'fuzzymatching',
  'emptyvaluematching',
  'multiplevaluematching',
  'accept',
  'charset',
]);

/** Reads the parameters of a search. Throws `bad-request` naming the parameter. */
export function parseSearch(parameters: QueryParameters, scope: SearchScope): SearchQuery {
  const modes: MatchingModes = {
    isFuzzy: switchAt(parameters, 'fuzzymatching'),
    matchesEmptyValues: switchAt(parameters, 'emptyvaluematching'),
    matchesMultipleValues: switchAt(parameters, 'multiplevaluematching'),
  };
  const matches = new Map<string, KeyMatch | undefined>();
  for (const name of Object.keys(parameters)) {
    if (CONTROLS.has(name)) continue;
    const key = matchKeyOf(name, scope.level);
    if (matches.has(key)) throw new PacsError('bad-request', `${name} is given twice, by keyword and by tag`);
    matches.set(key, readMatch(key, name, textAt(parameters, name), modes));
  }
  return {
    ...scope,
    matches: withSpans([...matches.values()].filter((match) => match !== undefined)),
    limit: Math.min(countAt(parameters, 'limit') ?? MAX_RESULTS, MAX_RESULTS),
    offset: countAt(parameters, 'offset') ?? 0,
    include: includedTags(parameters['includefield']),
  };
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
  const tag = /^[0-9A-Fa-f]{8}$/.test(part) ? part.toUpperCase() : tagOfKeyword(part);
  if (tag !== undefined) return tag;
  // What is no keyword may be anything, a name of a patient too.
  const shown = name === 'includefield' ? name : `A parameter with a name of ${name.length} characters`;
  throw new PacsError(
    'bad-request',
    `${shown} is neither a keyword nor a tag of PS3.6, nor a known parameter`,
  );
}

/** A private attribute comes with the creator of its block. PS3.18 10.6.3.3. */
function includedTags(value: unknown): readonly Tag[] | 'all' {
  if (value === undefined) return [];
  const texts = (Array.isArray(value) ? value : [value]).flatMap((text: unknown) => String(text).split(','));
  const names = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (names.includes('all')) return 'all';
  return names
    .map((name) => tagOf(name.split('.')[0] ?? '', 'includefield'))
    .flatMap((tag) => (isPrivate(tag) ? [tag, `${tag.slice(0, 4)}00${tag.slice(4, 6)}`] : [tag]));
}

function textAt(parameters: QueryParameters, name: string): string {
  const value = parameters[name];
  if (typeof value !== 'string') throw new PacsError('bad-request', `${name} is given more than once`);
  return value;
}

function switchAt(parameters: QueryParameters, name: string): boolean {
  if (parameters[name] === undefined) return false;
  const text = textAt(parameters, name);
  if (text !== 'true' && text !== 'false')
    throw new PacsError('bad-request', `${name} must be true or false`);
  return text === 'true';
}

function countAt(parameters: QueryParameters, name: string): number | undefined {
  if (parameters[name] === undefined) return undefined;
  const text = textAt(parameters, name);
  if (!/^\d{1,9}$/.test(text))
    throw new PacsError('bad-request', `${name} must be a whole number, 0 or more`);
  return Number(text);
}
