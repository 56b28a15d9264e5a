/**
 * The drafts of reviews in the database: one of each reader for each study, each with a revision that counts its changes.
 */
import type { ReviewStep } from '../../dicom/sr/review-steps.ts';
import { query } from '../storage/database.ts';
import type { Queryable } from '../storage/database.ts';
import { readSteps } from './steps-schema.ts';

/** A step as it is kept: with the moment at which it was first saved. */
export interface KeptStep {
  /** ISO 8601. */
  readonly at: string;
  readonly step: ReviewStep;
}

/** A draft as it is kept. */
export interface ReviewDraft {
  readonly readerId: string;
  readonly readerName?: string;
  readonly revision: number;
  readonly steps: readonly KeptStep[];
  readonly changedAt: Date;
  /** A signature of the steps as they are that was tried: when it was first, and the SOP Instance UID of the report it is upon. */
  readonly signing?: { readonly at: Date; readonly base: string };
}

/** Whose draft is meant. */
export interface DraftKey {
  readonly studyInstanceUid: string;
  readonly readerId: string;
}

/** The drafts of a study that hold a step, by reader. */
export async function draftsOf(target: Queryable, studyUid: string): Promise<readonly ReviewDraft[]> {
  const rows = await query(
    target,
    `SELECT reader_id, reader_name, revision, steps, changed_at, signing_at, signing_base FROM review_draft
     WHERE study_uid = $1 ORDER BY reader_id`,
    [studyUid],
  );
  return rows.map(draftOf);
}

/**
 * Keeps a draft in the place of revision `revision` (0: of none); false where another one is there by now. A step that was
 * there keeps its moment, so a draft that is sent twice is the same.
 */
export async function saveDraft(
  target: Queryable,
  { studyInstanceUid, readerId }: DraftKey,
  draft: {
    readonly readerName?: string;
    readonly revision: number;
    readonly steps: readonly KeptStep[];
  },
): Promise<boolean> {
  const rows = await query(
    target,
    `INSERT INTO review_draft (study_uid, reader_id, reader_name, revision, steps)
     SELECT $1, $2, $3, 1, $5 WHERE $4 = 0 OR EXISTS (SELECT FROM review_draft WHERE study_uid = $1 AND reader_id = $2)
     ON CONFLICT (study_uid, reader_id) DO UPDATE
     SET reader_name = $3, revision = review_draft.revision + 1, steps = $5, changed_at = now(), signing_at = NULL, signing_base = NULL
     WHERE review_draft.revision = $4
     RETURNING revision`,
    [studyInstanceUid, readerId, draft.readerName ?? null, draft.revision, JSON.stringify(draft.steps)],
  );
  return rows.length > 0;
}

/** The moment of the signature of the steps as they are upon a report: the first call's, whatever comes after. */
export async function signingTime(target: Queryable, key: DraftKey, base: string, now: Date): Promise<Date> {
  const [row] = await query(
    target,
    `UPDATE review_draft
     SET signing_at = CASE WHEN signing_base = $3 THEN signing_at ELSE $4 END, signing_base = $3
     WHERE study_uid = $1 AND reader_id = $2 RETURNING signing_at`,
    [key.studyInstanceUid, key.readerId, base, now],
  );
  return row?.['signing_at'] instanceof Date ? row['signing_at'] : now;
}

/** Empties a draft that was signed, unless it was changed meanwhile; its row stays, so that other readers are told. */
export async function clearDraft(
  target: Queryable,
  { studyInstanceUid, readerId }: DraftKey,
  revision: number,
): Promise<void> {
  await query(
    target,
    `UPDATE review_draft SET steps = '[]', revision = revision + 1, changed_at = now(), signing_at = NULL, signing_base = NULL
     WHERE study_uid = $1 AND reader_id = $2 AND revision = $3`,
    [studyInstanceUid, readerId, revision],
  );
}

/** Holds off every other signature of the study until the transaction ends. */
export async function lockStudyForSignature(target: Queryable, studyUid: string): Promise<void> {
  await query(target, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`review ${studyUid}`]);
}

function draftOf(row: Readonly<Record<string, unknown>>): ReviewDraft {
  const kept = Array.isArray(row['steps']) ? (row['steps'] as readonly KeptStep[]) : [];
  const times = new Map(kept.map(({ at, step }) => [step.id, at]));
  const { reader_name: name, signing_at: at, signing_base: base } = row;
  const changedAt = row['changed_at'] instanceof Date ? row['changed_at'] : new Date(0);
  return {
    readerId: String(row['reader_id']),
    ...(typeof name === 'string' && { readerName: name }),
    revision: Number(row['revision']),
    steps: readSteps(kept.map(({ step }) => step)).map((step) => ({
      step,
      at: times.get(step.id) ?? changedAt.toISOString(),
    })),
    changedAt,
    ...(at instanceof Date && typeof base === 'string' && { signing: { at, base } }),
  };
}
