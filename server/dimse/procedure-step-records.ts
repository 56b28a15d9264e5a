/**
 * Performed procedure steps in the database, and whether they leave a study complete.
 */
import { query, type Queryable } from '../storage/database.ts';
import type { StepChange } from './procedure-step.ts';

/** What became of a change: it was made, there is no such step, or the step has ended. */
export type StepOutcome = 'changed' | 'unknown' | 'ended';

/** Keeps a new step, in progress; false when there is one of this UID. Those of long ago are forgotten. */
export async function createStep(
  target: Queryable,
  sopInstanceUid: string,
  studyUids: readonly string[],
  aeTitle: string,
): Promise<boolean> {
  await query(target, `DELETE FROM procedure_step WHERE changed_at < now() - interval '30 days'`);
  const rows = await query(
    target,
    `INSERT INTO procedure_step (sop_instance_uid, study_uids, state, ae_title) VALUES ($1, $2, 'IN PROGRESS', $3)
     ON CONFLICT DO NOTHING RETURNING 1 AS created`,
    [sopInstanceUid, studyUids, aeTitle],
  );
  return rows.length > 0;
}

/** Changes a step that is in progress; the studies that it belongs to. */
export async function changeStep(
  target: Queryable,
  sopInstanceUid: string,
  { state, madeUids }: StepChange,
): Promise<{ readonly outcome: StepOutcome; readonly studyUids: readonly string[] }> {
  const [row] = await query(
    target,
    `UPDATE procedure_step SET state = coalesce($2, state), made_uids = coalesce($3, made_uids), changed_at = now()
     WHERE sop_instance_uid = $1 AND state = 'IN PROGRESS' RETURNING study_uids`,
    [sopInstanceUid, state, madeUids],
  );
  if (row) return { outcome: 'changed', studyUids: row['study_uids'] as string[] };
  const known = await query(target, 'SELECT 1 AS known FROM procedure_step WHERE sop_instance_uid = $1', [
    sopInstanceUid,
  ]);
  return { outcome: known.length > 0 ? 'ended' : 'unknown', studyUids: [] };
}

/** True when steps of the study are known, all have ended, one as completed with images named, and all that they name is stored. */
export async function isCompleteBySteps(target: Queryable, studyUid: string): Promise<boolean> {
  const [row] = await query(target, 'SELECT is_complete_by_steps($1) AS is_complete', [studyUid]);
  return row?.['is_complete'] === true;
}
