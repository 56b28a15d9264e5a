/**
 * Repair removes what stores left that came to nothing, and never what is being stored or has been.
 */
import { describe, expect, it } from 'vitest';
import type { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { inTransaction, query } from '../../../server/storage/database.ts';
import { lockInstance } from '../../../server/storage/instance-rows.ts';
import { objectKeyOf } from '../../../server/storage/object-store.ts';
import type { ObjectStore } from '../../../server/storage/object-store.ts';
import { removeAbandoned, removeLeftovers, repairStorage } from '../../../server/storage/repair.ts';
import { inPieces } from '../../support/bytes.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { expectNothingStored, expectRetryWorks, failingAt } from '../../support/store-steps.ts';
import { wrappedObject, wrappedStore } from '../../support/wrapped-store.ts';

const storage = await ownStorage();

async function reserve(objectKey: string, sopInstanceUid: string): Promise<void> {
  await query(storage.pool, 'INSERT INTO pending_object (object_key, sop_instance_uid) VALUES ($1, $2)', [
    objectKey,
    sopInstanceUid,
  ]);
}

describe('repair at start-up', () => {
  const key = objectKeyOf('1.2.3.1', '0123456789abcdef');

  it('removes staged bytes and objects that never got a row', async () => {
    const forgotten = await storage.objects.stage(inPieces(dicomFile()));
    const staged = await storage.objects.stage(inPieces(dicomFile()));
    await reserve(key, '1.2.3.1');
    await staged.moveTo(key);
    expect(await repairStorage(storage.pool, storage.objects)).toEqual({
      stagedRemoved: 1,
      objectsRemoved: 1,
    });
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
    expect(await storage.reservations()).toBe(0);
    await forgotten.discard();
  });

  it('removes an object whose reservation was lost with the last writes of a killed database', async () => {
    const staged = await storage.objects.stage(inPieces(dicomFile()));
    await staged.moveTo(key);
    expect((await repairStorage(storage.pool, storage.objects)).objectsRemoved).toBe(1);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
  });

  it('keeps an object whose row was committed before the crash came', async () => {
    const keys: string[] = [];
    const hooks = { inTransaction: async () => void keys.push(...(await storage.objects.stagedKeys())) };
    const outcome = await storeBytes(storage.instances({ hooks }), dicomFile());
    if (outcome.status !== 'stored') throw new Error('not stored');
    expect(keys).toEqual([outcome.instance.objectKey]);
    const objects: ObjectStore = Object.assign(failingAt(storage, 'none'), {
      stagedKeys: () => Promise.resolve(keys),
    });
    expect((await repairStorage(storage.pool, objects)).objectsRemoved).toBe(0);
    expect((await storage.files()).kept).toHaveLength(1);
  });

  it('keeps an object whose row is there although its reservation is too', async () => {
    const outcome = await storeBytes(storage.instances(), dicomFile());
    if (outcome.status !== 'stored') throw new Error('not stored');
    await reserve(outcome.instance.objectKey, '1.2.3.1');
    expect((await repairStorage(storage.pool, storage.objects)).objectsRemoved).toBe(0);
    expect((await storage.files()).kept).toHaveLength(1);
    expect(await storage.reservations()).toBe(0);
  });

  it('leaves alone what another process is storing', async () => {
    await reserve(key, '1.2.3.1');
    await inTransaction(storage.pool, async (client) => {
      await lockInstance(client, '1.2.3.1');
      expect((await repairStorage(storage.pool, storage.objects)).objectsRemoved).toBe(0);
    });
    expect(await storage.reservations()).toBe(1);
  });

  it('leaves a young reservation alone while the server runs, and ends an old one', async () => {
    const staged = await storage.objects.stage(inPieces(dicomFile()));
    await reserve(key, '1.2.3.1');
    await staged.moveTo(key);
    expect(await removeAbandoned(storage.pool, storage.objects, 300)).toBe(0);
    expect((await storage.files()).kept).toHaveLength(1);
    await query(storage.pool, "UPDATE pending_object SET reserved_at = now() - interval '301 seconds'");
    expect(await removeAbandoned(storage.pool, storage.objects, 300)).toBe(1);
    await staged.discard();
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
    expect(await storage.reservations()).toBe(0);
  });

  it('leaves alone what is moved to its place and not yet committed, as long as it is young', async () => {
    const staged = await storage.objects.stage(inPieces(dicomFile()));
    await reserve(key, '1.2.3.1');
    await staged.moveTo(key);
    expect(await removeLeftovers(storage.pool, storage.objects)).toBe(0);
    expect((await storage.files()).kept).toHaveLength(1);
    await query(storage.pool, "UPDATE pending_object SET reserved_at = now() - interval '301 seconds'");
    expect(await removeLeftovers(storage.pool, storage.objects)).toBe(1);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
  });

  it('makes a store come to nothing whose object it removed', async () => {
    const removing: ObjectStore = wrappedStore(storage.objects, {
      stage: async (...given) => {
        const staged = await storage.objects.stage(...given);
        return wrappedObject(staged, {
          moveTo: async (to) => {
            await staged.moveTo(to);
            expect((await repairStorage(storage.pool, storage.objects)).objectsRemoved).toBe(1);
          },
        });
      },
    });
    await expectNothingStored(storage, storage.instances({ objects: removing }));
    await expectRetryWorks(storage);
  });

  it('waits at the lock, and never removes what a store has committed meanwhile', async () => {
    let repaired: Promise<unknown> = Promise.resolve();
    const repairing = storage.instances({
      hooks: {
        inTransaction: async () => {
          repaired = repairStorage(storage.pool, storage.objects);
          await repaired;
        },
      },
    });
    const outcome = await storeBytes(repairing, dicomFile());
    await repaired;
    expect(outcome.status).toBe('stored');
    expect((await storage.files()).kept).toHaveLength(1);
  });

  it('removes what a store could not remove itself', async () => {
    const leftovers: PacsError[] = [];
    const objects: ObjectStore = {
      ...failingAt(storage, 'after moveTo'),
      delete: () => Promise.reject(new Error()),
    };
    const outcome = await storeBytes(
      storage.instances({ objects, onLeftover: (error) => leftovers.push(error) }),
      dicomFile(),
    );
    expect(outcome).toMatchObject({ status: 'refused', failure: { kind: 'storage-unavailable' } });
    expect(leftovers).toHaveLength(1);
    expect((await repairStorage(storage.pool, storage.objects)).objectsRemoved).toBe(1);
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
  });
});
