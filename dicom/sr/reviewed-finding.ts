/**
 * One finding after one decision of a reader. Browser-safe.
 *
 * Trap: what was edited is the reader's, and what it was before stays with it; an edit of an edit keeps what the model said.
 */
import { OSTEON } from '../vocabulary/codes.ts';
import type { Finding } from '../vocabulary/finding.ts';
import type { Decided, OriginalFinding, Review } from '../vocabulary/review.ts';
import type { ReportFinding } from './group-reader.ts';
import { regionOf, type DrawnRegion } from './review-steps.ts';

/** Agreement with a finding that an earlier reader edited is agreement with the edit. */
export function accepted(finding: ReportFinding, by: Decided): ReportFinding {
  const before = finding.review;
  return before?.decision === 'edited'
    ? { ...finding, review: { ...by, decision: 'edited', original: before.original } }
    : { ...finding, review: { ...by, decision: 'accepted' } };
}

/** The finding as its model gave it. */
export function restored(finding: ReportFinding): ReportFinding {
  const original = finding.review?.decision === 'edited' ? finding.review.original : undefined;
  if (finding.kind === 'fracture' && original?.kind === 'fracture') {
    return { ...without(finding, 'polygon'), ...asGiven(original) };
  }
  if (finding.kind === 'bone-age' && original?.kind === 'bone-age') {
    return { ...finding, ...without(original, 'kind') };
  }
  return finding;
}

/** The finding with another region; `undefined` for one that has none. */
export function redrawn(finding: ReportFinding, region: DrawnRegion, by: Decided): ReportFinding | undefined {
  if (finding.kind !== 'fracture') return undefined;
  const original = { kind: 'fracture', ...asGiven(finding) } as const;
  return { ...without(finding, 'polygon'), ...regionOf(region), review: edited(finding, original, by) };
}

/** The value is the reader's: interval and regions of the network say nothing of it, its score is reckoned anew. */
export function corrected(finding: ReportFinding, months: number, by: Decided): ReportFinding | undefined {
  if (finding.kind !== 'bone-age') return undefined;
  const { uncertaintyMonths, score } = finding;
  const interval = uncertaintyMonths === undefined ? {} : { uncertaintyMonths };
  const original = { kind: 'bone-age', months: finding.months, method: finding.method, ...interval } as const;
  const scored = rescored({ ...finding, months });
  return {
    ...without(finding, 'uncertaintyMonths', 'handRegions', 'score'),
    months,
    method: OSTEON.readerEstimate,
    ...(score && { score: scored }),
    review: edited(finding, original, by),
  };
}

function rescored({ score, months, chronologicalMonths }: Finding<'bone-age'>) {
  if (!score || 'missing' in score || chronologicalMonths === undefined) return score;
  const standardDeviations =
    Math.round((100 * (months - chronologicalMonths)) / score.standardDeviationMonths) / 100;
  return { ...score, standardDeviations: standardDeviations + 0 };
}

/** An edit of an edit keeps what the model said. */
function edited({ review }: ReportFinding, original: OriginalFinding, by: Decided): Review {
  return { ...by, decision: 'edited', original: review?.decision === 'edited' ? review.original : original };
}

/** A region as a model gave it: the box is that of the score, not always the bounds of the outline. */
function asGiven({ box, polygon }: DrawnRegion): DrawnRegion {
  return { box, ...(polygon && { polygon }) };
}

/** The value without some of its properties. */
function without<Value extends object, Key extends keyof Value>(
  value: Value,
  ...keys: Key[]
): Omit<Value, Key> {
  const names: readonly PropertyKey[] = keys;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))) as Omit<
    Value,
    Key
  >;
}
