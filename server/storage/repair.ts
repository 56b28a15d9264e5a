/**
 * What a crash left is put right at start-up: staged bytes that never became an object, and objects that never got a row.
 * What a server left that outlived its database is put right while it runs.
 *
 * Trap: another process may be storing at this moment. An object is only touched under the lock that its transaction
 * holds; before that its reservation says how long ago the store began, and without one the store comes to nothing.
 */
import { inTransaction, query } from './database.ts';
import type { Pool } from './database.ts';
import { textAt } from './instance-reading.ts';
import { releaseObject, tryLockInstance } from './instance-rows.ts';
import { sopInstanceUidOf, type ObjectStore } from './object-store.ts';

const EVERY_MS = 60_000;
/** No store takes this long between its reservation and its transaction, which a lock guards from then on. */
const ABANDONED_SECONDS = 300;

/** How much was found and removed. */
export interface RepairReport {
  readonly stagedRemoved: number;
  readonly objectsRemoved: number;
}

/** Removes leftovers. Call once per process, before the first store. */
export async function repairStorage(pool: Pool, objects: ObjectStore): Promise<RepairReport> {
  const ownerless = await removeOwnerless(pool, objects, 0);
  const stagedRemoved = await objects.removeStaged();
  return { stagedRemoved, objectsRemoved: ownerless + (await removeAbandoned(pool, objects, 0)) };
}

/** Every minute removes what stores left behind that could not clean up, long after they gave up. Returns how to end it. */
export function repairRegularly(
  pool: Pool,
  objects: ObjectStore,
  onRepaired: (report: RepairReport) => void,
): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(async () => {
      // While the database is away there is nothing to be done; it is tried again in a minute.
      const objectsRemoved = await removeLeftovers(pool, objects).catch(() => 0);
      if (objectsRemoved > 0) onRepaired({ stagedRemoved: 0, objectsRemoved });
    });
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}

/** What can be put right while stores are under way. How many objects were removed. */
export async function removeLeftovers(pool: Pool, objects: ObjectStore): Promise<number> {
  const ownerless = await removeOwnerless(pool, objects, ABANDONED_SECONDS);
  return ownerless + (await removeAbandoned(pool, objects, ABANDONED_SECONDS));
}

/** Ends reservations older than so many seconds, and removes their objects where no row owns them. How many were removed. */
export async function removeAbandoned(
  pool: Pool,
  objects: ObjectStore,
  olderThanSeconds: number,
): Promise<number> {
  const pending = await query(
    pool,
    'SELECT object_key, sop_instance_uid FROM pending_object WHERE reserved_at <= now() - make_interval(secs => $1)',
    [olderThanSeconds],
  );
  let objectsRemoved = 0;
  for (const row of pending) {
    const [key, uid] = [textAt(row, 'object_key'), textAt(row, 'sop_instance_uid')];
    if (await removePending(pool, objects, key, uid, olderThanSeconds)) objectsRemoved += 1;
  }
  return objectsRemoved;
}

/**
 * Objects that were moved to their place, and whose store never heard what became of their row. Their reservation may be
 * lost too: it is not synced.
 */
async function removeOwnerless(pool: Pool, objects: ObjectStore, olderThanSeconds: number): Promise<number> {
  let removed = 0;
  for (const key of await objects.stagedKeys()) {
    if (await removePending(pool, objects, key, sopInstanceUidOf(key), olderThanSeconds)) removed += 1;
  }
  return removed;
}

/** Ends one store, unless it began less than so many seconds ago. True when it left an object. */
async function removePending(
  pool: Pool,
  objects: ObjectStore,
  objectKey: string,
  sopInstanceUid: string,
  olderThanSeconds: number,
): Promise<boolean> {
  return await inTransaction(pool, async (client) => {
    if (!(await tryLockInstance(client, sopInstanceUid))) return false;
    // The reservation ends in the transaction that writes the row, so one of the two is there, never both.
    const [row] = await query(
      client,
      `SELECT EXISTS (SELECT FROM instance WHERE object_key = $1) AS is_owned,
         EXISTS (SELECT FROM pending_object
           WHERE object_key = $1 AND reserved_at > now() - make_interval(secs => $2)) AS is_recent`,
      [objectKey, olderThanSeconds],
    );
    if (row?.['is_recent'] === true) return false;
    const isOwned = row?.['is_owned'] === true;
    if (!isOwned) await objects.delete(objectKey);
    await releaseObject(client, objectKey);
    await objects.forgetStaged(objectKey);
    return !isOwned;
  });
}
