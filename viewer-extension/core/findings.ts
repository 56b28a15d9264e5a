/**
 * Findings as a reader meets them: fractures in reading order, filtered by a threshold, one selected.
 */
import type { Finding } from '../../dicom/vocabulary/finding.ts';
import { findingsShownAs } from './finding-display.ts';

/** What the reader chose to see. */
export interface FindingFilter {
  /** Lowest certainty shown, 0–1; 0 shows all that the report holds. */
  readonly threshold: number;
}

/** The fractures of a report, the surest first within the order of their images. */
export function fracturesInReadingOrder(
  findings: readonly Finding[],
  sopInstanceUids: readonly string[],
): readonly Finding<'fracture'>[] {
  const place = new Map(sopInstanceUids.map((uid, index) => [uid, index]));
  const orderOf = (finding: Finding) => place.get(finding.source.sopInstanceUid) ?? Infinity;
  return findingsShownAs(findings, 'overlay').toSorted(
    (one, other) => compare(orderOf(one), orderOf(other)) || compare(other.probability, one.probability),
  );
}

/** The findings at or above the threshold. */
export function visibleFractures(
  fractures: readonly Finding<'fracture'>[],
  filter: FindingFilter,
): readonly Finding<'fracture'>[] {
  return fractures.filter(({ probability }) => probability >= filter.threshold);
}

/** "3 of 5 shown" while the threshold hides some; `undefined` when nothing is hidden. */
export function hiddenNotice(shown: number, total: number): string | undefined {
  return shown < total ? `${shown} of ${total} shown` : undefined;
}

/** The finding after (or before) the selected one, round the end; the first when none is selected. */
export function nextFinding(
  fractures: readonly Finding<'fracture'>[],
  selectedKey: string | undefined,
  step: 1 | -1,
): Finding<'fracture'> | undefined {
  const at = fractures.findIndex((fracture) => findingKey(fracture) === selectedKey);
  if (at < 0) return step === 1 ? fractures[0] : fractures.at(-1);
  return fractures.at((at + step) % fractures.length);
}

/** Identifies a finding within the study: a tracking identifier is unique only within its report. */
export function findingKey(finding: Finding): string {
  return `${finding.source.sopInstanceUid}#${finding.trackingId}`;
}

function compare(one: number, other: number): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
