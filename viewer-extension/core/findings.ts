/**
 * Findings as a reader meets them: fractures in reading order, filtered by a threshold, one selected.
 */
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import type { ReaderStatement, Review } from '../../dicom/vocabulary/review.ts';
import { findingsShownAs } from './finding-display.ts';
import { ENGLISH, type FindingWords } from './messages.ts';

/** A fracture as it is listed and drawn: a model's, with what the reader decided of it, or the reader's own. */
export type OverlayFinding = Pick<
  Finding<'fracture'>,
  'trackingId' | 'source' | 'box' | 'polygon' | 'site' | 'laterality' | 'certainty' | 'probability'
> & {
  readonly review?: Review;
  /** Tracking Unique Identifier; absent or empty where the report gives none. */
  readonly trackingUid?: string;
  /** True where no model said it: its certainty and probability then mean nothing. */
  readonly isByReader?: boolean;
};

/** A finding as a report tells it. */
export type ReviewedFinding = Finding & { readonly review?: Review; readonly trackingUid?: string };

export const REVIEW_STATES = ['rejected', 'unreviewed', 'accepted', 'edited', 'added'] as const;

/** What a reader made of a finding. */
export type ReviewState = (typeof REVIEW_STATES)[number];

export function reviewStateOf({ review, isByReader }: OverlayFinding): ReviewState {
  return isByReader === true ? 'added' : (review?.decision ?? 'unreviewed');
}

/** True when a reader said that it is none: it counts in no sum, and is drawn so that this is seen. */
export function isRejected({ review }: { readonly review?: Review }): boolean {
  return review?.decision === 'rejected';
}

/** What the reader chose to see. */
export interface FindingFilter {
  /** Lowest certainty shown, 0–1; 0 shows all that the report holds. */
  readonly threshold: number;
}

/** The fractures of a report, those of its reader among them, in the order of the report. */
export function findingsToDraw(
  report:
    | { readonly findings: readonly ReviewedFinding[]; readonly statements: readonly ReaderStatement[] }
    | undefined,
): readonly OverlayFinding[] {
  const added = (report?.statements ?? []).flatMap((statement): readonly OverlayFinding[] =>
    statement.kind === 'added-fracture'
      ? [{ ...statement, certainty: 'definite', probability: 1, isByReader: true }]
      : [],
  );
  return [...findingsShownAs(report?.findings ?? [], 'overlay'), ...added];
}

/** True for a finding on this frame (1-based). */
export function isOnImage(
  { source }: Pick<OverlayFinding, 'source'>,
  sopInstanceUid: string,
  frameNumber: number,
): boolean {
  return source.sopInstanceUid === sopInstanceUid && source.frameNumber === frameNumber;
}

/** Fractures, the surest first within the order of their images. */
export function inReadingOrder<Shown extends OverlayFinding>(
  findings: readonly Shown[],
  sopInstanceUids: readonly string[],
): readonly Shown[] {
  const place = new Map(sopInstanceUids.map((uid, index) => [uid, index]));
  const orderOf = (finding: OverlayFinding) => place.get(finding.source.sopInstanceUid) ?? Infinity;
  return findings.toSorted(
    (one, other) => compare(orderOf(one), orderOf(other)) || compare(other.probability, one.probability),
  );
}

/** The findings at or above the threshold. */
export function visibleFractures<Shown extends OverlayFinding>(
  fractures: readonly Shown[],
  filter: FindingFilter,
): readonly Shown[] {
  return fractures.filter(({ probability }) => probability >= filter.threshold);
}

/** "3 of 5 shown" while the threshold hides some; `undefined` when nothing is hidden. */
export function hiddenNotice(
  shown: number,
  total: number,
  words: FindingWords = ENGLISH,
): string | undefined {
  return shown < total ? words.shownOf(shown, total) : undefined;
}

/** The finding after (or before) the selected one, round the end; the first when none is selected. */
export function nextFinding<Shown extends OverlayFinding>(
  fractures: readonly Shown[],
  selectedKey: string | undefined,
  step: 1 | -1,
): Shown | undefined {
  const at = fractures.findIndex((fracture) => findingKey(fracture) === selectedKey);
  if (at < 0) return step === 1 ? fractures[0] : fractures.at(-1);
  return fractures.at((at + step) % fractures.length);
}

/** Identifies a finding within the study: a tracking identifier is unique only within its report. */
export function findingKey(finding: Pick<Finding, 'source' | 'trackingId'>): string {
  return `${finding.source.sopInstanceUid}#${finding.trackingId}`;
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
