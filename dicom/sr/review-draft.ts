/**
 * A review while it is being made: the steps a reader took, and what they make of a report. Browser-safe: the reading room
 * shows, and the server signs, what these very functions say.
 *
 * Every step counts from the report as it is stored, so the last one about a finding decides, and taking a step away undoes it.
 */
import type { SourceImage } from '../vocabulary/finding.ts';
import type { Decided, ReaderStatement, Review } from '../vocabulary/review.ts';
import type { ReportFinding } from './group-reader.ts';
import {
  onSameFrame,
  openQuestions,
  regionOf,
  type DraftedReport,
  type DrawnRegion,
  type ImageName,
  type ReviewContext,
  type ReviewedReport,
  type ReviewStep,
} from './review-steps.ts';
import { accepted, corrected, redrawn, restored } from './reviewed-finding.ts';

interface Draft {
  readonly base: ReviewedReport;
  readonly images: readonly SourceImage[];
  readonly findings: ReportFinding[];
  readonly statements: ReaderStatement[];
}

/** Takes the steps, in their order, on a report. */
export function draftedReport(
  report: ReviewedReport & { readonly images: readonly { readonly source: SourceImage }[] },
  steps: readonly ReviewStep[],
  context: ReviewContext,
): DraftedReport {
  const draft: Draft = {
    base: report,
    images: report.images.map(({ source }) => source),
    findings: [...report.findings],
    statements: [...report.statements],
  };
  const unmatched = steps.flatMap((step) => {
    const isTaken = takeStep(draft, step, context);
    if (isTaken) settlePresences(draft, context.decidedBy(step));
    return isTaken ? [] : [step.id];
  });
  return { findings: draft.findings, statements: draft.statements, unmatched };
}

/** Takes one step; false where what it is about is not there. */
function takeStep(draft: Draft, step: ReviewStep, context: ReviewContext): boolean {
  const by = context.decidedBy(step);
  switch (step.kind) {
    case 'accept':
      return decide(draft, step.finding, (finding) => accepted(finding, by));
    case 'reject': {
      const { reason, comment } = step;
      const review = { ...by, ...(comment && { comment }), decision: 'rejected', reason } as const;
      return decide(draft, step.finding, (finding) => ({ ...restored(finding), review }));
    }
    case 'redraw':
      return decide(draft, step.finding, (finding) => redrawn(finding, step, by));
    case 'bone-age':
      return decide(draft, step.finding, (finding) => corrected(finding, step.months, by));
    case 'add':
      return add(draft, step, by, context.trackingUidOf(step.id));
    case 'redraw-added':
      return changeAdded(draft, step.fracture, context, (one) => [moved(one, step, by)]);
    case 'remove-added':
      return changeAdded(draft, step.fracture, context, () => []);
    case 'no-fracture':
      return denyFractures(draft, step.image, by, context.trackingUidOf(step.id));
    case 'agree':
      return agree(draft, by, (index) => context.trackingUidOf(`${step.id} ${index}`));
  }
}

/** Puts the finding of the stored report, decided upon, in the place of the one that is there. */
function decide(
  draft: Draft,
  trackingUid: string,
  decision: (finding: ReportFinding) => ReportFinding | undefined,
): boolean {
  const at = draft.findings.findIndex((finding) => finding.trackingUid === trackingUid);
  const finding = draft.base.findings.find((one) => one.trackingUid === trackingUid);
  const decided = finding && decision(finding);
  if (at < 0 || !decided) return false;
  draft.findings[at] = decided;
  if (decided.kind === 'fracture' && decided.review?.decision !== 'rejected') {
    dropDenials(draft, decided.source);
  }
  return true;
}

function add(
  draft: Draft,
  step: ReviewStep & { readonly kind: 'add' },
  by: Decided,
  trackingUid: string,
): boolean {
  const source = draft.images.find(onSameFrame(step.image));
  if (!source) return false;
  dropDenials(draft, source);
  const trackingId = nextTrackingId(draft);
  draft.statements.push({
    ...by,
    kind: 'added-fracture',
    trackingId,
    trackingUid,
    source,
    ...regionOf(step),
  });
  return true;
}

type AddedFracture = Extract<ReaderStatement, { kind: 'added-fracture' }>;

function changeAdded(
  draft: Draft,
  fracture: string,
  context: ReviewContext,
  change: (statement: AddedFracture) => readonly ReaderStatement[],
): boolean {
  const own = context.trackingUidOf(fracture);
  const at = draft.statements.findIndex(
    ({ kind, trackingUid }) => kind === 'added-fracture' && (trackingUid === fracture || trackingUid === own),
  );
  const statement = draft.statements[at];
  if (statement?.kind !== 'added-fracture') return false;
  draft.statements.splice(at, 1, ...change(statement));
  return true;
}

/** No fracture: those that a model marked are none, and those that were added go; a reason given before stays. */
function denyFractures(draft: Draft, image: ImageName, by: Decided, trackingUid: string): boolean {
  const source = draft.images.find(onSameFrame(image));
  if (!source) return false;
  const isHere = onSameFrame(source);
  for (const finding of [...draft.findings]) {
    if (finding.kind !== 'fracture' || !isHere(finding.source)) continue;
    if (finding.review?.decision === 'rejected') continue;
    const review = { ...by, decision: 'rejected', reason: 'no-fracture' } as const;
    decide(draft, finding.trackingUid, (one) => ({ ...restored(one), review }));
  }
  keepStatements(draft, (statement) => !isHere(statement.source));
  const trackingId = nextTrackingId(draft);
  draft.statements.push({ ...by, kind: 'no-fracture', trackingId, trackingUid, source });
  return true;
}

/** Takes over what the models say wherever nothing is decided; what they could not determine stays open. */
function agree(draft: Draft, by: Decided, trackingUidOf: (index: number) => string): boolean {
  for (const [index, question] of openQuestions(draft).entries()) {
    if (question.kind === 'finding') {
      decide(draft, question.finding.trackingUid, (finding) => accepted(finding, by));
    } else if (question.presence.verdict === 'absent') {
      denyFractures(draft, question.presence.source, by, trackingUidOf(index));
    } else if (question.presence.verdict === 'present') {
      decide(draft, question.presence.trackingUid, (finding) => accepted(finding, by));
    }
  }
  return true;
}

/**
 * Whether an image shows a fracture at all follows from what was decided about its fractures, so that the report does not
 * contradict itself.
 */
function settlePresences(draft: Draft, by: Decided): void {
  const open = openQuestions(draft);
  for (const [at, presence] of draft.findings.entries()) {
    if (presence.kind !== 'fracture-presence') continue;
    const isHere = onSameFrame(presence.source);
    const fractures = draft.findings.filter((one) => one.kind === 'fracture' && isHere(one.source));
    const statements = draft.statements.filter(({ source }) => isHere(source));
    if (fractures.length + statements.length === 0) continue;
    if (open.some((question) => question.kind === 'finding' && fractures.includes(question.finding))) {
      const stored = draft.base.findings.find(({ trackingUid }) => trackingUid === presence.trackingUid);
      draft.findings[at] = stored ?? presence;
      continue;
    }
    const isPresent =
      fractures.some(({ review }) => review?.decision !== 'rejected') ||
      statements.some(({ kind }) => kind === 'added-fracture');
    const isRight = presence.verdict === (isPresent ? 'present' : 'absent');
    if (presence.review?.decision === (isRight ? 'accepted' : 'rejected')) continue;
    const review: Review = isRight
      ? { ...by, decision: 'accepted' }
      : { ...by, decision: 'rejected', reason: isPresent ? 'wrong-value' : 'no-fracture' };
    draft.findings[at] = { ...presence, review };
  }
}

/** What says that an image shows none falls with the first fracture on it. */
function dropDenials(draft: Draft, source: SourceImage): void {
  const isHere = onSameFrame(source);
  keepStatements(draft, (statement) => statement.kind !== 'no-fracture' || !isHere(statement.source));
}

function keepStatements(draft: Draft, isKept: (statement: ReaderStatement) => boolean): void {
  draft.statements.splice(0, Infinity, ...draft.statements.filter(isKept));
}

/** `reader-1` and so on: distinct within the report. */
function nextTrackingId({ statements, base }: Draft): string {
  const used = new Set([...statements, ...base.statements].map(({ trackingId }) => trackingId));
  for (let number = used.size + 1; ; number += 1) {
    const name = `reader-${number}`;
    if (!used.has(name)) return name;
  }
}

function moved(
  { kind, trackingId, trackingUid, source, site, laterality }: AddedFracture,
  region: DrawnRegion,
  by: Decided,
): AddedFracture {
  const place = { ...(site && { site }), ...(laterality && { laterality }) };
  return { ...by, kind, trackingId, trackingUid, source, ...place, ...regionOf(region) };
}
