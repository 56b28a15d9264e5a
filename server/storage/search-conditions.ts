/**
 * Turns what is matched into SQL conditions. PS3.4 C.2.2.2.
 *
 * Trap: a condition must let PostgreSQL use an index. A name with wildcards is therefore asked for twice: by the words
 * it must hold, which an index knows, and by the pattern itself.
 */
import { MATCH_KEYS } from './match-keys.ts';
import type { Criterion, Match, MatchKey, SpanMatch, TimeCriterion } from './match-keys.ts';
import { foldName, hasWildcard, likePatternOf, nameWords, wordsOfPattern } from './search-text.ts';

/** Adds a value to the statement and gives its placeholder. */
export type Bind = (value: unknown) => string;

/** The condition that a match means. */
export function conditionOf(match: Match, bind: Bind): string {
  if ('dateKey' in match) return spanCondition(match, bind);
  const key = keyOf(match.key);
  const alternatives = match.anyOf.map((criterion) => criterionOf(key, criterion, bind));
  return alternatives.length === 1 ? String(alternatives[0]) : `(${alternatives.join(' OR ')})`;
}

function keyOf(name: string): MatchKey {
  const key = MATCH_KEYS[name];
  if (!key) throw new TypeError(`No match key ${name}`);
  return key;
}

function criterionOf(key: MatchKey, criterion: Criterion, bind: Bind): string {
  switch (criterion.form) {
    case 'text':
      return textCondition(key, criterion.value, bind);
    case 'name':
      return nameCondition(key, criterion.value, bind);
    case 'fuzzy-name':
      return wordsCondition(key, nameWords(criterion.value).map(prefixOf), bind) ?? 'true';
    case 'uid':
      return `${key.sql} = ANY(${bind(criterion.values)}::text[])`;
    case 'integer':
      return `${key.sql} = ${bind(criterion.value)}::integer`;
    case 'date':
    case 'time':
      return rangeCondition(key, criterion, bind);
    case 'empty':
      return emptyCondition(key);
  }
}

function textCondition(key: MatchKey, value: string, bind: Bind): string {
  switch (key.shape) {
    case 'list':
      return listCondition(key.sql, value, bind);
    case 'names':
      return nameCondition(key, value, bind);
    case 'each-series':
      return inEachSeries(comparison(key.sql, value, bind));
    default:
      return comparison(key.sql, value, bind);
  }
}

function comparison(sql: string, value: string, bind: Bind): string {
  return hasWildcard(value) ? `${sql} LIKE ${bind(likePatternOf(value))}::text` : `${sql} = ${bind(value)}`;
}

function listCondition(sql: string, value: string, bind: Bind): string {
  if (!hasWildcard(value)) return `${sql} @> ARRAY[${bind(value)}::text]`;
  return `EXISTS (SELECT 1 FROM unnest(${sql}) AS v WHERE v LIKE ${bind(likePatternOf(value))}::text)`;
}

function inEachSeries(condition: string): string {
  return `EXISTS (SELECT 1 FROM series each WHERE each.study_uid = study.study_uid AND ${condition})`;
}

/** Each component group of the key must be one of the stored name's. A group of wildcards alone asks for nothing. */
function nameCondition(key: MatchKey, value: string, bind: Bind): string {
  const groups = value
    .split('=')
    .map(foldName)
    .filter((group) => group !== '' && !/^\*+$/.test(group));
  const conditions = groups.flatMap((group) => {
    const exact = listCondition(`${key.sql}_keys`, group, bind);
    const words = hasWildcard(group) ? wordsCondition(key, wordsOfPattern(group), bind) : undefined;
    return words === undefined ? [exact] : [words, exact];
  });
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

/** `undefined` where there is no word to ask for. */
function wordsCondition(
  key: MatchKey,
  words: readonly { text: string; isPrefix: boolean }[],
  bind: Bind,
): string | undefined {
  if (words.length === 0) return undefined;
  const lexemes = words.map(({ text, isPrefix }) => `${quotedLexeme(text)}${isPrefix ? ':*' : ''}`);
  return `${key.sql}_words @@ ${bind(lexemes.join(' & '))}::tsquery`;
}

function prefixOf(text: string): { text: string; isPrefix: boolean } {
  return { text, isPrefix: true };
}

/** Inside quotes tsquery knows the quote and the backslash alone. */
function quotedLexeme(text: string): string {
  return `'${text.replace(/['\\]/g, (character) => character + character)}'`;
}

function rangeCondition(key: MatchKey, range: TimeCriterion, bind: Bind): string {
  const conditions = [
    ...(range.from === undefined ? [] : [`${key.sql} >= ${bind(range.from)}`]),
    ...(range.to === undefined ? [] : [`${key.sql} <= ${bind(range.to)}`]),
  ];
  return conditions.length === 0 ? 'true' : `(${conditions.join(' AND ')})`;
}

/** On the first and the last day the time counts. An instance without a time is found on the days between. */
function spanCondition({ dateKey, timeKey, from, to }: SpanMatch, bind: Bind): string {
  const date = keyOf(dateKey).sql;
  const time = keyOf(timeKey).sql;
  const bound = (side: string, at: { date: string; time: string } | undefined): string[] => {
    if (at === undefined) return [];
    const day = bind(at.date);
    return [`${date} ${side}= ${day} AND (${date} ${side} ${day} OR ${time} ${side}= ${bind(at.time)})`];
  };
  return `(${[...bound('>', from), ...bound('<', to)].join(' AND ')})`;
}

/** PS3.4 C.2.2.2.7: the attribute is absent or has no value. */
function emptyCondition(key: MatchKey): string {
  switch (key.shape) {
    case 'list':
      return `cardinality(${key.sql}) = 0`;
    case 'names':
      return `cardinality(${key.sql}_keys) = 0`;
    case 'each-series':
      return `NOT ${inEachSeries(`${key.sql} IS NOT NULL`)}`;
    default:
      return `${key.sql} IS NULL`;
  }
}
