/**
 * Reads the value of a match parameter. PS3.18 8.3.4.1, PS3.4 C.2.2.2.1 to C.2.2.2.8.
 *
 * Trap: an empty value and a lone `*` are universal matching, not a comparison; `""` is empty value matching, and only
 * where the request asks for that.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import { DATE_AND_TIME, MATCH_KEYS } from '../storage/match-keys.ts';
import type { Criterion, KeyMatch, Match, MatchForm, TimeCriterion } from '../storage/match-keys.ts';
import { earliestTime, latestTime, normaliseDate } from '../storage/search-text.ts';

/** How the request wants its keys understood. PS3.18 8.3.4.2, 8.3.4.5, 8.3.4.6. */
export interface MatchingModes {
  readonly isFuzzy: boolean;
  readonly matchesEmptyValues: boolean;
  readonly matchesMultipleValues: boolean;
}

/** The value that asks for attributes without one. PS3.4 C.2.2.2.7. */
const EMPTY_VALUE = '""';

/** What `text` asks of a key that the request calls `name`; `undefined` for universal matching. Throws `bad-request`. */
export function readMatch(
  key: string,
  name: string,
  text: string,
  modes: MatchingModes,
): KeyMatch | undefined {
  const form = MATCH_KEYS[key]?.form;
  if (form === undefined) return undefined;
  const values = modes.matchesMultipleValues && form !== 'uid' ? text.split('\\') : [text];
  const criteria = values.map((value) => criterionOf(form, name, value.trim(), modes));
  const anyOf = criteria.filter((criterion) => criterion !== undefined);
  return anyOf.length < criteria.length ? undefined : { key, anyOf };
}

function criterionOf(
  form: MatchForm,
  name: string,
  value: string,
  modes: MatchingModes,
): Criterion | undefined {
  if (value === '' || /^\*+$/.test(value)) return undefined;
  if (modes.matchesEmptyValues && value === EMPTY_VALUE) return { form: 'empty' };
  if (form === 'name' && modes.isFuzzy) return { form: 'fuzzy-name', value: withoutNul(value) };
  return READERS[form](name, value);
}

const READERS: Readonly<Record<MatchForm, (name: string, value: string) => Criterion>> = {
  text: (_name, value) => ({ form: 'text', value: withoutNul(value) }),
  name: (_name, value) => ({ form: 'name', value: withoutNul(value) }),
  uid: (name, value) => {
    const values = value.split(/[,\\]/).map((uid) => uid.trim());
    if (!values.every(isUid))
      throw new PacsError('bad-request', `${name} must be a UID or a comma list of UIDs`);
    return { form: 'uid', values };
  },
  integer: (name, value) => {
    if (!/^[+-]?\d{1,9}$/.test(value)) throw new PacsError('bad-request', `${name} must be an integer`);
    return { form: 'integer', value: Number(value) };
  },
  date: (name, value) => ({ form: 'date', ...rangeOf(name, value, normaliseDate, normaliseDate) }),
  time: (name, value) => ({ form: 'time', ...rangeOf(name, value, earliestTime, latestTime) }),
};

type Bound = (text: string) => string | undefined;

/** `A`, `A-B`, `A-` or `-B`. A single value is the range of all that it may mean. PS3.4 C.2.2.2.5. */
function rangeOf(name: string, value: string, first: Bound, last: Bound): Omit<TimeCriterion, 'form'> {
  const [start = '', end = start, ...more] = value.split('-').map((text) => text.trim());
  const from = first(start);
  const to = last(end);
  const isBroken = (start !== '' && from === undefined) || (end !== '' && to === undefined);
  if (isBroken || more.length > 0 || (start === '' && end === '')) {
    throw new PacsError('bad-request', `${name} must be a date or time, or a range of two with a hyphen`);
  }
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    isRange: value.includes('-'),
  };
}

/** Puts a date and a time that ask for ranges of the same form together to one span. PS3.4 C.2.2.2.5.4. */
export function withSpans(matches: readonly KeyMatch[]): Match[] {
  let rest: readonly Match[] = matches;
  for (const [dateKey, timeKey] of DATE_AND_TIME) {
    const date = rangeAt(matches, dateKey);
    const time = rangeAt(matches, timeKey);
    if (!date || !time || formOf(date) !== formOf(time)) continue;
    const span = {
      dateKey,
      timeKey,
      ...(date.from === undefined || time.from === undefined
        ? {}
        : { from: { date: date.from, time: time.from } }),
      ...(date.to === undefined || time.to === undefined ? {} : { to: { date: date.to, time: time.to } }),
    };
    rest = [...rest.filter((match) => !('key' in match && [dateKey, timeKey].includes(match.key))), span];
  }
  return [...rest];
}

function rangeAt(matches: readonly KeyMatch[], key: string): TimeCriterion | undefined {
  const anyOf = matches.find((match) => match.key === key)?.anyOf ?? [];
  const [criterion] = anyOf;
  const isTime = criterion?.form === 'date' || criterion?.form === 'time';
  return anyOf.length === 1 && isTime && criterion.isRange ? criterion : undefined;
}

function formOf({ from, to }: TimeCriterion): string {
  return `${from === undefined ? '' : 'from'}-${to === undefined ? '' : 'to'}`;
}

/** PostgreSQL has no text with U+0000, so nothing stored can match one. */
function withoutNul(value: string): string {
  return value.replaceAll('\0', '\uFFFD').toWellFormed();
}
