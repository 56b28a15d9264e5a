/**
 * What became of each image and each model, and what people must be told: the Qualitative Evaluations of TID 1500
 * (PS3.16). Silence is never a result: every image has its line, analysed or not.
 *
 * Trap: a model without findings says nothing in the measurements, so its identity stands here (TID 4019).
 */
import type { Code } from '../vocabulary/codes.ts';
import { DCM, OSTEON, PRIVATE_SCHEME, UMLS, wordOf } from '../vocabulary/codes.ts';
import type { Finding, ImageOutcome, ModelRun, RejectionReason, SourceImage } from '../vocabulary/finding.ts';
import { INTENDED_USE_NOTICE, REJECTION_REASONS } from '../vocabulary/finding.ts';
import { code, container, image, text, type ContentItem, type ImageReference } from './content-items.ts';
import type { ContentNode } from './content-tree.ts';
import { modelItems, readModel } from './model-identification.ts';

/** Said when weights may not be used commercially. */
export const LICENCE_NOTICE = 'Weights for research only: their licence forbids commercial use.';

/** What became of an image, as a report tells it. */
export interface ImageStatus {
  readonly status: ImageOutcome['status'];
  readonly source: SourceImage;
  readonly runs: readonly ModelRun[];
  readonly reason?: RejectionReason;
  readonly detail?: string;
}

const STATUS_CODES = {
  analysed: OSTEON.analysed,
  rejected: OSTEON.rejected,
  failed: OSTEON.failed,
} as const satisfies Record<ImageOutcome['status'], Code>;

const RUN_CODES = {
  succeeded: OSTEON.succeeded,
  skipped: OSTEON.skipped,
  failed: OSTEON.failed,
} as const satisfies Record<ModelRun['status'], Code>;

/** The whole of Qualitative Evaluations. */
export function qualitativeEvaluations(
  outcomes: readonly ImageOutcome[],
  referenceTo: (source: SourceImage) => ImageReference,
): ContentItem {
  const isResearchOnly = outcomes.some(({ runs }) => runs.some(({ model }) => model.isResearchOnly));
  return container('CONTAINS', UMLS.qualitativeEvaluations, [
    code('CONTAINS', DCM.cadProcessingAndFindingsSummary, runSummary(outcomes)),
    text('CONTAINS', OSTEON.intendedUse, INTENDED_USE_NOTICE),
    ...(isResearchOnly ? [text('CONTAINS', OSTEON.licenceNotice, LICENCE_NOTICE)] : []),
    ...outcomes.map((outcome) => statusItem(outcome, referenceTo(outcome.source))),
  ]);
}

/**
 * CID 6047. With findings when an image shows a fracture or may show one, located or not (a body region or a bone age is a
 * description, not a finding in this sense); "not all" when an image failed or a model failed on one;
 * "no algorithms succeeded" where none did, be it that none was run. A rejection alone is a decision, not a failure.
 */
export function runSummary(outcomes: readonly ImageOutcome[]): Code {
  const runs = outcomes.flatMap((outcome) => outcome.runs);
  const hasFindings = outcomes.some(({ findings }) => findings.some(isFractureFound));
  const hasFailed =
    outcomes.some(({ status }) => status === 'failed') || runs.some(({ status }) => status === 'failed');
  if (hasFindings) {
    return hasFailed ? DCM.notAllAlgorithmsSucceededWithFindings : DCM.allAlgorithmsSucceededWithFindings;
  }
  if (!runs.some(({ status }) => status === 'succeeded')) return DCM.noAlgorithmsSucceededWithoutFindings;
  return hasFailed ? DCM.notAllAlgorithmsSucceededWithoutFindings : DCM.allAlgorithmsSucceededWithoutFindings;
}

function isFractureFound(finding: Finding): boolean {
  return (
    finding.kind === 'fracture' || (finding.kind === 'fracture-presence' && finding.verdict !== 'absent')
  );
}

function statusItem(outcome: ImageOutcome, reference: ImageReference): ContentItem {
  const details: ContentItem[] = [image('INFERRED FROM', DCM.sourceImage, reference)];
  if (outcome.status === 'rejected') {
    details.push(code('HAS PROPERTIES', OSTEON.analysisReason, reasonCode(outcome.reason)));
  }
  if (outcome.status !== 'analysed' && outcome.detail) {
    details.push(text('HAS PROPERTIES', OSTEON.analysisDetail, outcome.detail));
  }
  return code('CONTAINS', OSTEON.analysisStatus, STATUS_CODES[outcome.status], [
    ...details,
    ...outcome.runs.map(runItem),
  ]);
}

function runItem(run: ModelRun): ContentItem {
  const reason = run.status === 'succeeded' || run.reason === '' ? [] : [run.reason];
  return code('HAS PROPERTIES', OSTEON.modelRun, RUN_CODES[run.status], [
    ...modelItems(run.model),
    ...reason.map((why) => text('HAS PROPERTIES', OSTEON.analysisDetail, why)),
  ]);
}

/** Meaning of a rejection as the table says it, cut to what a code may hold (LO, 64 characters). */
function reasonCode(reason: RejectionReason): Code {
  return { value: reason, scheme: PRIVATE_SCHEME, meaning: REJECTION_REASONS[reason].slice(0, 64) };
}

/** One image's line as {@link statusItem} writes it; `undefined` when it is not one. */
export function readStatus(node: ContentNode, sourceOf: (node: ContentNode) => SourceImage | undefined) {
  const status = wordOf(STATUS_CODES, node.code);
  const where = node.childOf(DCM.sourceImage);
  const source = where && sourceOf(where);
  if (!status || !source) return undefined;
  const runs = node.childrenOf(OSTEON.modelRun).flatMap(readRun);
  const reasonValue = node.codeOf(OSTEON.analysisReason)?.value;
  const reason = Object.keys(REJECTION_REASONS).find((word) => word === reasonValue) as
    RejectionReason | undefined;
  const detail = node.textOf(OSTEON.analysisDetail);
  const read: ImageStatus = {
    status,
    source,
    runs,
    ...(reason && { reason }),
    ...(detail !== undefined && { detail }),
  };
  return read;
}

function readRun(node: ContentNode): ModelRun[] {
  const model = readModel(node);
  const status = wordOf(RUN_CODES, node.code);
  if (!model || !status) return [];
  if (status === 'succeeded') return [{ model, status }];
  return [{ model, status, reason: node.textOf(OSTEON.analysisDetail) ?? '' }];
}
