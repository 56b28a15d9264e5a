/**
 * What a crash left is put right at start-up: staged bytes that never became an object, and objects that never got a row.
 *
 * Trap: another process may be storing at this moment. An object is only touched under the lock that its store holds.
 */
import { inTransaction, query } from './database.ts';
import type { Pool } from './database.ts';
import { textAt } from './instance-reading.ts';
import { releaseObject, tryLockInstance } from './instance-rows.ts';
import type { ObjectStore } from './object-store.ts';

/** How much was found and removed. */
export interface RepairReport {
  readonly stagedRemoved: number;
  readonly objectsRemoved: number;
}

/** Removes leftovers. Call once per process, before the first store. */
export async function repairStorage(pool: Pool, objects: ObjectStore): Promise<RepairReport> {
  const stagedRemoved = await objects.removeStaged();
  const pending = await query(pool, 'SELECT object_key, sop_instance_uid FROM pending_object');
  let objectsRemoved = 0;
  for (const row of pending) {
    if (await removePending(pool, objects, textAt(row, 'object_key'), textAt(row, 'sop_instance_uid'))) {
      objectsRemoved += 1;
    }
  }
  return { stagedRemoved, objectsRemoved };
}

async function removePending(
  pool: Pool,
  objects: ObjectStore,
  objectKey: string,
  sopInstanceUid: string,
): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    if (!(await tryLockInstance(client, sopInstanceUid))) return false;
    // The reservation ends in the transaction that writes the row, so one of the two is there, never both.
    const owned = await query(client, 'SELECT 1 FROM instance WHERE object_key = $1', [objectKey]);
    if (owned.length === 0) await objects.delete(objectKey);
    await releaseObject(client, objectKey);
    return owned.length === 0;
  });
}
