/**
 * The steps of a review as they come in: JSON of unknown making → typed, or refused with what was wrong.
 */
import { z } from 'zod';
import type { DrawnRegion, ReviewStep } from '../../dicom/sr/review-steps.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { imagePoint } from '../../dicom/vocabulary/geometry.ts';
import { REJECTED_FINDING_REASONS, type RejectedFindingReason } from '../../dicom/vocabulary/review.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';

/** More than a reader can take in a study; what is beyond is no review. */
const MOST_STEPS = 500;
const MOST_POINTS = 500;
/** No skeleton grows for longer; an age beyond is a slip. */
const MOST_MONTHS = 300;

const reasons = Object.keys(REJECTED_FINDING_REASONS) as [RejectedFindingReason, ...RejectedFindingReason[]];
const coordinate = z.number().min(-1).max(100_000);
const uid = z.string().refine(isUid, 'is not a UID');
const id = z.string().regex(/^[a-z0-9-]{8,36}$/);
const image = z.strictObject({ sopInstanceUid: uid, frameNumber: z.int().min(1) });
const region = {
  box: z
    .strictObject({ left: coordinate, top: coordinate, right: coordinate, bottom: coordinate })
    .refine(({ left, right }) => right - left >= 1, 'is less than a pixel wide')
    .refine(({ top, bottom }) => bottom - top >= 1, 'is less than a pixel high'),
  polygon: z
    .array(z.strictObject({ x: coordinate, y: coordinate }))
    .min(3)
    .max(MOST_POINTS)
    .transform((points) => points.map(({ x, y }) => imagePoint(x, y)))
    .optional(),
};
const added = z.union([uid, id]);

const step = z.discriminatedUnion('kind', [
  z.strictObject({ id, kind: z.literal('accept'), finding: uid }),
  z.strictObject({
    id,
    kind: z.literal('reject'),
    finding: uid,
    reason: z.enum(reasons),
    comment: z.string().trim().min(1).max(1000).optional(),
  }),
  z.strictObject({ id, kind: z.literal('redraw'), finding: uid, ...region }),
  z.strictObject({
    id,
    kind: z.literal('bone-age'),
    finding: uid,
    months: z
      .number()
      .min(0)
      .max(MOST_MONTHS)
      .transform((months) => Math.round(months * 10) / 10),
  }),
  z.strictObject({ id, kind: z.literal('add'), image, ...region }),
  z.strictObject({ id, kind: z.literal('redraw-added'), fracture: added, ...region }),
  z.strictObject({ id, kind: z.literal('remove-added'), fracture: added }),
  z.strictObject({ id, kind: z.literal('no-fracture'), image }),
  z.strictObject({ id, kind: z.literal('agree') }),
]);

const steps = z
  .array(step)
  .max(MOST_STEPS)
  .refine((all) => new Set(all.map((one) => one.id)).size === all.length, 'two steps have the same id');

const draft = z.strictObject({ revision: z.int().min(0), steps });

/** A draft as its reader sends it. */
export interface DraftRequest {
  /** The revision that it was made upon; 0 for the first. */
  readonly revision: number;
  readonly steps: readonly ReviewStep[];
}

/** Reads a draft. Throws `bad-request` that names each part that is wrong, and repeats no value. */
export function readDraftRequest(body: unknown): DraftRequest {
  const parsed = draft.safeParse(body);
  if (!parsed.success) {
    throw new PacsError('bad-request', `The body is not a draft: ${z.prettifyError(parsed.error)}`);
  }
  return { revision: parsed.data.revision, steps: parsed.data.steps.map(stepOf) };
}

/** Steps that were kept. Throws `bad-request` as {@link readDraftRequest} does. */
export function readSteps(kept: unknown): readonly ReviewStep[] {
  return readDraftRequest({ revision: 0, steps: kept }).steps;
}

/** Absent is absent, not undefined. */
function stepOf(one: z.output<typeof step>): ReviewStep {
  switch (one.kind) {
    case 'reject': {
      const { comment, ...rest } = one;
      return { ...rest, ...(comment !== undefined && { comment }) };
    }
    case 'redraw':
    case 'redraw-added':
    case 'add': {
      const { box, polygon, ...rest } = one;
      const drawn: DrawnRegion = { box, ...(polygon && { polygon }) };
      return { ...rest, ...drawn };
    }
    default:
      return one;
  }
}
