/**
 * Whether an image meets the conditions of a rule, and which it does not. Pure: header and arrival in, verdicts out.
 *
 * Patterns are whole values in which `*` stands for any text and `?` for one character, without regard to case. What
 * the header does not say matches only the empty pattern: unknown is not a default.
 */
import type { DataSet, ElementValue } from '../../dicom/vocabulary/data-set.ts';
import { itemsOf, textsOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { patientFactsOf } from '../analysis/patient-facts.ts';
import type { Sender, StoredInstance } from '../storage/stored-instance.ts';
import { tagsOfPath, WEEKDAYS, type Conditions } from './rules-schema.ts';

/** One image as rules see it. */
export interface RoutedImage {
  readonly metadata: DataSet;
  readonly storedAt: Date;
  readonly origin: StoredInstance['origin'];
}

/** One condition of a rule, and whether it is met. */
export interface Verdict {
  readonly condition: string;
  readonly isMet: boolean;
}

type Judge<Wanted> = (wanted: Wanted, image: RoutedImage, senders: readonly Sender[]) => readonly Verdict[];

/** One row per condition. */
const JUDGES: { readonly [Name in keyof Conditions]-?: Judge<NonNullable<Conditions[Name]>> } = {
  attributes: (wanted, { metadata }) =>
    Object.entries(wanted).map(([path, patterns]) => ({
      condition: `attributes.${path}`,
      isMet: matches(valuesAt([metadata], tagsOfPath(path) ?? []), patterns),
    })),
  modality: (wanted, { metadata }) => one('modality', matches(textsOf(metadata, TAG.Modality), wanted)),
  bodyPart: (wanted, { metadata }) =>
    one('bodyPart', matches(textsOf(metadata, TAG.BodyPartExamined), wanted)),
  description: (wanted, { metadata }) => one('description', matches(descriptionsOf(metadata), wanted)),
  callingAe: (wanted, _image, senders) => {
    const titles = senders.map(({ callingAeTitle }) => callingAeTitle);
    return one('callingAe', matches(titles, wanted));
  },
  calledAe: (wanted, _image, senders) => {
    const titles = senders.map(({ calledAeTitle }) => calledAeTitle);
    return one('calledAe', matches(titles, wanted));
  },
  origin: (wanted, { origin }) =>
    one(
      'origin',
      wanted.some((name) => name === origin),
    ),
  age: ({ from = 0, below = Infinity, unknown }, { metadata }) => {
    const months = patientFactsOf(metadata).ageMonths;
    return one('age', months === undefined ? unknown : months >= from * 12 && months < below * 12);
  },
  time: (wanted, { storedAt }) => one('time', isWithin(storedAt, wanted)),
};

/** The conditions of a rule, each with whether the image meets it. A rule without conditions is met by every image. */
export function judgeConditions(
  conditions: Conditions,
  image: RoutedImage,
  senders: readonly Sender[],
): readonly Verdict[] {
  const given = <Wanted>(wanted: Wanted | undefined, judge: Judge<Wanted>): readonly Verdict[] =>
    wanted === undefined ? [] : judge(wanted, image, senders);
  return [
    ...given(conditions.attributes, JUDGES.attributes),
    ...given(conditions.modality, JUDGES.modality),
    ...given(conditions.bodyPart, JUDGES.bodyPart),
    ...given(conditions.description, JUDGES.description),
    ...given(conditions.callingAe, JUDGES.callingAe),
    ...given(conditions.calledAe, JUDGES.calledAe),
    ...given(conditions.origin, JUDGES.origin),
    ...given(conditions.age, JUDGES.age),
    ...given(conditions.time, JUDGES.time),
  ];
}

function one(condition: string, isMet: boolean): readonly Verdict[] {
  return [{ condition, isMet }];
}

/** True when a pattern matches one of the values whole; the empty pattern matches where there is no value. */
export function matches(values: readonly string[], patterns: readonly string[]): boolean {
  const present = values.map((value) => value.trim().toLowerCase()).filter((value) => value !== '');
  return patterns.some((pattern) => {
    const wanted = pattern.trim().toLowerCase();
    return wanted === '' ? present.length === 0 : present.some((value) => isLike(value, wanted));
  });
}

/** Wildcard matching in time linear in the product of the lengths, whatever the pattern: no pattern can hang it. */
function isLike(value: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let resume = 0;
  while (at < value.length) {
    const wanted = pattern[inPattern];
    if (wanted === '*') {
      star = inPattern++;
      resume = at;
    } else if (wanted === '?' || wanted === value[at]) {
      at++;
      inPattern++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(inPattern));
}

function valuesAt(sets: readonly DataSet[], [tag, ...deeper]: readonly string[]): readonly string[] {
  if (tag === undefined) return [];
  if (deeper.length > 0)
    return valuesAt(
      sets.flatMap((set) => itemsOf(set, tag)),
      deeper,
    );
  return sets.flatMap((set) => (set[tag]?.Value ?? []).map(textOfValue));
}

function textOfValue(value: ElementValue): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return value !== null && 'Alphabetic' in value && typeof value.Alphabetic === 'string'
    ? value.Alphabetic
    : '';
}

/** Everything that describes what was asked for or done, in the image's own header. */
function descriptionsOf(metadata: DataSet): readonly string[] {
  const requests = itemsOf(metadata, TAG.RequestAttributesSequence);
  return [metadata, ...requests].flatMap((set) =>
    [
      TAG.StudyDescription,
      TAG.SeriesDescription,
      TAG.ProtocolName,
      TAG.RequestedProcedureDescription,
      TAG.PerformedProcedureStepDescription,
      TAG.ScheduledProcedureStepDescription,
    ].flatMap((tag) => textsOf(set, tag)),
  );
}

/** `from` is part of the span, `to` is not; a span that ends before it begins goes over midnight. */
function isWithin(moment: Date, { from, to, days }: NonNullable<Conditions['time']>): boolean {
  const isOnDay = days === undefined || days.some((day) => WEEKDAYS.indexOf(day) === moment.getDay());
  const now = moment.getHours() * 60 + moment.getMinutes();
  const [start, end] = [minutesOf(from ?? '00:00'), minutesOf(to ?? '24:00')];
  return isOnDay && (start <= end ? now >= start && now < end : now >= start || now < end);
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}
