/**
 * Blinded samples in the database: which studies were drawn, what the second reader said of each, what was adjudicated.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { inTransaction, query, type Pool, type Queryable } from '../storage/database.ts';
import { verdictOf } from './label-records.ts';
import type { SecondRead } from './statistics/sample.ts';
import type { Verdict } from './statistics/study-comparison.ts';

/** A sample as it was drawn, with what was said so far. */
export interface AuditSample {
  readonly id: string;
  readonly seed: string;
  readonly drawnAt: Date;
  readonly reads: readonly SecondRead[];
}

/** Keeps a draw; its id. */
export async function saveSample(
  pool: Pool,
  draw: { readonly seed: string; readonly drawnBy: string; readonly studyInstanceUids: readonly string[] },
): Promise<string> {
  return await inTransaction(pool, async (client) => {
    const [row] = await query(
      client,
      'INSERT INTO audit_sample (seed, drawn_by) VALUES ($1, $2) RETURNING id',
      [draw.seed, draw.drawnBy],
    );
    const id = String(row?.['id']);
    await query(
      client,
      `INSERT INTO audit_sample_study (sample_id, position, study_uid)
       SELECT $1, position, uid FROM unnest($2::text[]) WITH ORDINALITY AS drawn (uid, position)`,
      [id, draw.studyInstanceUids],
    );
    return id;
  });
}

/** All samples, the newest first. */
export async function samplesOf(target: Queryable): Promise<readonly AuditSample[]> {
  const rows = await query(
    target,
    `SELECT sample_id, seed, drawn_at, study_uid, read_at, has_fracture, bone_age_months, adjudicated_fracture
     FROM audit_sample JOIN audit_sample_study ON sample_id = id ORDER BY sample_id DESC, position`,
  );
  const samples = new Map<string, AuditSample & { reads: SecondRead[] }>();
  for (const row of rows) {
    const id = String(row['sample_id']);
    const drawnAt = row['drawn_at'] instanceof Date ? row['drawn_at'] : new Date(0);
    const sample = samples.get(id) ?? { id, seed: String(row['seed']), drawnAt, reads: [] };
    const adjudicated = verdictOf(row['adjudicated_fracture'], null);
    sample.reads.push({
      studyInstanceUid: String(row['study_uid']),
      ...(row['read_at'] !== null && { second: verdictOf(row['has_fracture'], row['bone_age_months']) }),
      ...(adjudicated.hasFracture !== undefined && { adjudicated }),
    });
    samples.set(id, sample);
  }
  return [...samples.values()];
}

/** Studies of a sample that nobody has read, in the order of the draw. Throws `not-found` for a sample that is none. */
export async function unreadOf(target: Queryable, sampleId: string): Promise<readonly string[]> {
  const rows = await query(
    target,
    'SELECT study_uid, read_at FROM audit_sample_study WHERE sample_id = $1 ORDER BY position',
    [sampleId],
  );
  if (rows.length === 0) throw new PacsError('not-found', 'There is no such sample');
  return rows.filter((row) => row['read_at'] === null).map((row) => String(row['study_uid']));
}

/** Keeps what a second reader says of a study; what was said once stays. Throws `not-applicable` for a study that was read or not drawn. */
export async function saveRead(
  target: Queryable,
  sampleId: string,
  read: { readonly studyInstanceUid: string; readonly verdict: Verdict; readonly readBy: string },
): Promise<void> {
  const rows = await query(
    target,
    `UPDATE audit_sample_study SET has_fracture = $3, bone_age_months = $4, read_by = $5, read_at = now()
     WHERE sample_id = $1 AND study_uid = $2 AND read_at IS NULL RETURNING 1`,
    [
      sampleId,
      read.studyInstanceUid,
      read.verdict.hasFracture ?? null,
      read.verdict.boneAgeMonths ?? null,
      read.readBy,
    ],
  );
  if (rows.length === 0)
    throw new PacsError('not-applicable', 'The study is not one that waits for a second reader');
}

/** Keeps what an adjudicator decides where readers differ. Throws `not-applicable` for a study that the second reader has not read. */
export async function saveAdjudication(
  target: Queryable,
  sampleId: string,
  decision: { readonly studyInstanceUid: string; readonly hasFracture: boolean; readonly decidedBy: string },
): Promise<void> {
  const rows = await query(
    target,
    `UPDATE audit_sample_study SET adjudicated_fracture = $3, adjudicated_by = $4, adjudicated_at = now()
     WHERE sample_id = $1 AND study_uid = $2 AND read_at IS NOT NULL RETURNING 1`,
    [sampleId, decision.studyInstanceUid, decision.hasFracture, decision.decidedBy],
  );
  if (rows.length === 0)
    throw new PacsError('not-applicable', 'The study has not been read by a second reader');
}
