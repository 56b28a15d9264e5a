/**
 * Deletes instances: rows in one transaction with the audit event, bytes after its commit.
 *
 * Each object is noted as pending in that transaction, as a store does before it writes: what a crash leaves behind is
 * found there by the next start's repair. Trap: results of an analysis, drafts of reviews and places in samples are kept by
 * study; they go with its last instance.
 */
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import { recordAuditEvent } from '../security/audit-trail.ts';
import { inTransaction, query } from '../storage/database.ts';
import type { Pool, PoolClient } from '../storage/database.ts';
import { textAt } from '../storage/instance-reading.ts';
import { lockStudy, releaseObject } from '../storage/instance-rows.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { InstanceSelection } from '../storage/stored-instance.ts';

/** Who deletes, from where. */
export type Actor = Pick<AuditEvent, 'principalId' | 'networkAddress'>;

export interface InstanceDeletionOptions {
  readonly pool: Pool;
  readonly objects: ObjectStore;
  /** False: every deletion is refused, and the refusal is on record. */
  readonly isAllowed: boolean;
  /** Told what could not be removed after the commit; the next start's repair will. */
  readonly onLeftover?: (error: PacsError) => void;
}

export class InstanceDeletion {
  readonly #pool: Pool;
  readonly #objects: ObjectStore;
  readonly #isAllowed: boolean;
  readonly #onLeftover: (error: PacsError) => void;

  constructor({ pool, objects, isAllowed, onLeftover }: InstanceDeletionOptions) {
    this.#pool = pool;
    this.#objects = objects;
    this.#isAllowed = isAllowed;
    this.#onLeftover = onLeftover ?? (() => undefined);
  }

  /**
   * Deletes every instance of the selection and returns how many there were. When it returns they cannot be found any
   * more, whatever happens next. Throws `forbidden` where deleting is not allowed, `not-found`, `storage-unavailable`.
   */
  async delete(selection: InstanceSelection, actor: Actor): Promise<number> {
    if (!this.#isAllowed) {
      await recordAuditEvent(this.#pool, eventOf(selection, actor, 'refused'));
      throw new PacsError('forbidden', 'Deleting is switched off here (OSTEON_ALLOW_DELETE)');
    }
    const objectKeys = await inTransaction(this.#pool, async (client) => {
      await lockStudy(client, selection.studyUid);
      const keys = await deleteRows(client, selection);
      if (keys.length === 0) throw new PacsError('not-found', 'Nothing is stored under this address');
      await recordAuditEvent(client, eventOf(selection, actor, 'success'));
      return keys;
    });
    for (const key of objectKeys) await this.#remove(key);
    return objectKeys.length;
  }

  async #remove(objectKey: string): Promise<void> {
    try {
      await this.#objects.delete(objectKey);
      await releaseObject(this.#pool, objectKey);
    } catch (error) {
      this.#onLeftover(asPacsError(error, 'storage-unavailable'));
    }
  }
}

/** Deletes instance rows, then series and study rows that hold nothing any more. Returns the keys of the objects. */
async function deleteRows(client: PoolClient, selection: InstanceSelection): Promise<string[]> {
  const { studyUid, seriesUid = null, sopInstanceUid = null } = selection;
  const rows = await query(
    client,
    `WITH gone AS (
       DELETE FROM instance WHERE study_uid = $1 AND ($2::text IS NULL OR series_uid = $2)
         AND ($3::text IS NULL OR sop_instance_uid = $3)
       RETURNING object_key, sop_instance_uid
     ), noted AS (
       INSERT INTO pending_object (object_key, sop_instance_uid) SELECT object_key, sop_instance_uid FROM gone
     ), outcomes AS (
       DELETE FROM image_outcome USING gone WHERE image_outcome.sop_instance_uid = gone.sop_instance_uid
     )
     SELECT object_key FROM gone`,
    [studyUid, seriesUid, sopInstanceUid],
  );
  await query(
    client,
    `DELETE FROM series WHERE study_uid = $1 AND NOT EXISTS
       (SELECT 1 FROM instance i WHERE i.study_uid = series.study_uid AND i.series_uid = series.series_uid)`,
    [studyUid],
  );
  const emptied = await query(
    client,
    `DELETE FROM study WHERE study_uid = $1
       AND NOT EXISTS (SELECT 1 FROM series s WHERE s.study_uid = study.study_uid) RETURNING study_uid`,
    [studyUid],
  );
  if (emptied.length > 0) {
    await query(client, 'DELETE FROM analysis WHERE study_uid = $1', [studyUid]);
    await query(client, 'DELETE FROM result_set WHERE study_uid = $1', [studyUid]);
    await query(client, 'DELETE FROM review_draft WHERE study_uid = $1', [studyUid]);
    // Nobody could read it any more; what was read of it belongs to the figures of its sample.
    await query(client, 'DELETE FROM audit_sample_study WHERE study_uid = $1 AND read_at IS NULL', [
      studyUid,
    ]);
  }
  return rows.map((row) => textAt(row, 'object_key'));
}

function eventOf({ studyUid }: InstanceSelection, actor: Actor, outcome: AuditEvent['outcome']): AuditEvent {
  return { at: new Date(), action: 'delete-instances', outcome, studyInstanceUids: [studyUid], ...actor };
}
