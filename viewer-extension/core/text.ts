/**
 * Numbers and DICOM texts as people read them. Output is plain text for text nodes and canvas, never markup.
 */
import type { PersonName } from '../../dicom/vocabulary/data-set.ts';
import { ENGLISH, type FindingWords } from './messages.ts';

/** A probability 0–1 as "92 %"; never "100 %" or "0 %" unless it is exactly that. */
export function percentText(probability: number): string {
  if (!Number.isFinite(probability)) return '– %';
  const percent = Math.round(probability * 100);
  if (percent >= 100 && probability < 1) return '> 99 %';
  if (percent <= 0 && probability > 0) return '< 1 %';
  return `${percent} %`;
}

/** Months as "9 y 4 mo", rounded to a whole month; below two years "18 mo". */
export function monthsText(months: number, words: FindingWords = ENGLISH): string {
  const whole = Math.round(Math.abs(months));
  const sign = months < 0 && whole > 0 ? '−' : '';
  return `${sign}${words.age(Math.floor(whole / 12), whole % 12)}`;
}

/** A DICOM date (PS3.5 6.2, VR DA) as "2026-11-20"; what is no date comes back as it was. */
export function dateText(date: string | undefined): string {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? '');
  return parts ? parts.slice(1).join('-') : plainText(date ?? '');
}

/** "Family, Given" of a person name: the alphabetic group first, then the ideographic one. PS3.5 6.2.1. */
export function nameText(name: PersonName | undefined): string {
  const group = name?.Alphabetic ?? name?.Ideographic ?? name?.Phonetic ?? '';
  const [family = '', given = '', middle = ''] = group.split('^').map((part) => plainText(part));
  const ideographic =
    name?.Alphabetic && name.Ideographic ? plainText(name.Ideographic.replaceAll('^', ' ')) : '';
  const latin = [family, [given, middle].filter(Boolean).join(' ')].filter(Boolean).join(', ');
  return [latin, ideographic].filter(Boolean).join(' · ');
}

/** A text from a file without control and direction-override characters, at most `limit` characters long. */
export function plainText(text: string, limit = 200): string {
  const clean = text.replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
