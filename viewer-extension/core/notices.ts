/**
 * The sentences that stand beside everything a machine said.
 */
import { INTENDED_USE_NOTICE } from '../../dicom/vocabulary/finding.ts';
import { MANUFACTURER } from '../../dicom/vocabulary/uids.ts';
import { ENGLISH, type FindingWords } from './messages.ts';
import type { StudyReport } from './study-result.ts';
import { plainText } from './text.ts';

/** Shown before any model has spoken, too. */
export const AI_NOTICE = `AI · ${INTENDED_USE_NOTICE}`;

/** The permanent notice with the models that spoke: "AI · Research use only. … · Fracture boxes 0.1.0". */
export function aiNotice(
  report: Pick<StudyReport, 'models'> | undefined,
  words: FindingWords = ENGLISH,
): string {
  const models = (report?.models ?? []).map(({ name, version }) =>
    plainText(`${shortName(name)} ${version}`, 60),
  );
  return [`AI · ${words.intendedUse}`, ...new Set(models)].join(' · ');
}

/** The licence notice when a research-only model spoke; `undefined` otherwise. */
export function nonCommercialNotice(
  report: Pick<StudyReport, 'models'> | undefined,
  words: FindingWords = ENGLISH,
): string | undefined {
  const names = (report?.models ?? [])
    .filter(({ isResearchOnly }) => isResearchOnly)
    .map(({ name }) => shortName(name));
  return names.length > 0
    ? `${plainText([...new Set(names)].join(', '))}. ${words.nonCommercial}`
    : undefined;
}

/** At most so many of one sort: a report may be broken in every item. */
const MOST_REMARKS = 5;

/** What else must be said of a report: what failed, what was left aside, what it wants known; one sentence each. */
export function remarksOn(
  report: Pick<StudyReport, 'failures' | 'remarks' | 'notices' | 'unreadItems'>,
  words: FindingWords = ENGLISH,
): readonly string[] {
  const { failures, remarks, notices, unreadItems } = report;
  const translated = (sentences: readonly string[]) => sentences.slice(0, MOST_REMARKS).map(words.sentence);
  return [
    ...failures.map(({ model, reason }) => words.modelFailedWith(model, words.sentence(reason))),
    ...translated(remarks),
    ...translated(notices),
    ...(unreadItems > 0 ? [words.unread(unreadItems)] : []),
  ].map((sentence) => plainText(sentence));
}

/** A model's name without the maker, who is the same for all. */
function shortName(name: string): string {
  return name.startsWith(`${MANUFACTURER} `) ? name.slice(MANUFACTURER.length + 1) : name;
}
