/**
 * Each step of a store fails in turn: nothing is visible, nothing stays behind, and trying again works.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import type { InstanceStore } from '../../../server/ingest/store-instances.ts';
import { inTransaction, query } from '../../../server/storage/database.ts';
import type { PoolClient } from '../../../server/storage/database.ts';
import { lockInstance } from '../../../server/storage/instance-rows.ts';
import { objectKeyOf } from '../../../server/storage/object-store.ts';
import type { ObjectStore, StagedObject } from '../../../server/storage/object-store.ts';
import { removeAbandoned, removeLeftovers, repairStorage } from '../../../server/storage/repair.ts';
import { inPieces } from '../../support/bytes.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { wrappedObject, wrappedStore } from '../../support/wrapped-store.ts';

const storage = await ownStorage();
afterEach(() => {
  vi.restoreAllMocks(); // hooks run backwards: before the storage is cleared
});

const broken = (): never => {
  throw new PacsError('storage-unavailable', 'The disk is full (ENOSPC)');
};

async function reserve(objectKey: string, sopInstanceUid: string): Promise<void> {
  await query(storage.pool, 'INSERT INTO pending_object (object_key, sop_instance_uid) VALUES ($1, $2)', [
    objectKey,
    sopInstanceUid,
  ]);
}

type Step = 'none' | 'stage' | 'read' | 'sync' | 'moveTo' | 'after moveTo';

/** The object store of this file, failing at one step. */
function failingAt(step: Step): ObjectStore {
  const { objects } = storage;
  const staged = (inner: StagedObject): StagedObject =>
    wrappedObject(inner, {
      read: async (range) => (step === 'read' ? broken() : await inner.read(range)),
      sync: async () => {
        if (step === 'sync') broken();
        await inner.sync();
      },
      moveTo: async (key) => {
        if (step === 'moveTo') broken();
        await inner.moveTo(key);
        if (step === 'after moveTo') broken();
      },
    });
  return wrappedStore(objects, {
    stage: async (body, options) =>
      step === 'stage' ? broken() : staged(await objects.stage(body, options)),
  });
}

async function expectNothingThenSuccess(instances: InstanceStore): Promise<void> {
  const bytes = dicomFile();
  const outcome = await storeBytes(instances, bytes);
  expect(outcome.status).toBe('refused');
  expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toEqual([]);
  expect((await storage.index.searchStudies({ matches: [], limit: 10, offset: 0 })).matches).toEqual([]);
  expect(await storage.files()).toEqual({ kept: [], staged: [] });
  expect(await storage.reservations()).toBe(0);
}

async function expectRetryWorks(): Promise<void> {
  const bytes = dicomFile();
  expect((await storeBytes(storage.instances(), bytes)).status).toBe('stored');
  const [instance] = await storage.index.listInstances({ studyUid: '1.2.3' });
  expect(Buffer.from(await storage.objects.read(instance?.objectKey ?? ''))).toEqual(bytes);
}

/** A connection that breaks at COMMIT: after the server did it, or before it heard of it. */
function withBrokenCommit(client: PoolClient, isDone: boolean): PoolClient {
  const send = client.query.bind(client) as (text: string, values?: unknown[]) => Promise<unknown>;
  const query: unknown = async (text: string, values?: unknown[]) => {
    const result = await send(text === 'COMMIT' && !isDone ? 'ROLLBACK' : text, values);
    if (text === 'COMMIT') throw new Error('Connection terminated unexpectedly');
    return result;
  };
  vi.spyOn(client, 'query').mockImplementation(query as never);
  return client;
}

describe('when the object store fails', () => {
  it.each<Step>(['stage', 'read', 'sync', 'moveTo', 'after moveTo'])('at %s', async (step) => {
    await expectNothingThenSuccess(storage.instances({ objects: failingAt(step) }));
    await expectRetryWorks();
  });
});

describe('when the database fails', () => {
  /** Makes the statements on a table fail, at once or not before COMMIT. */
  async function withFailing(table: string, when: string, work: () => Promise<void>): Promise<void> {
    await query(
      storage.pool,
      `CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '53100'; END $$`,
    );
    const kind = when === 'commit' ? 'CONSTRAINT' : '';
    const timing = when === 'commit' ? 'AFTER INSERT' : `BEFORE ${when}`;
    const deferred = when === 'commit' ? 'DEFERRABLE INITIALLY DEFERRED' : '';
    await query(
      storage.pool,
      `CREATE ${kind} TRIGGER failing ${timing} ON ${table} ${deferred} FOR EACH ROW EXECUTE FUNCTION fail()`,
    );
    try {
      await work();
    } finally {
      await query(storage.pool, `DROP TRIGGER failing ON ${table}`);
    }
  }

  it.each([
    ['pending_object', 'INSERT'],
    ['study', 'INSERT'],
    ['series', 'INSERT'],
    ['instance', 'INSERT'],
    ['instance', 'commit'],
  ])('at %s, %s', async (table, when) => {
    await withFailing(table, when, () => expectNothingThenSuccess(storage.instances()));
    await expectRetryWorks();
  });

  it('in a hook inside the transaction', async () => {
    const hooks = { inTransaction: () => Promise.reject(new PacsError('internal', 'the hook failed')) };
    await expectNothingThenSuccess(storage.instances({ hooks }));
    await expectRetryWorks();
  });

  /** Breaks the connection of the next transaction at COMMIT: after the server did it, or before it heard of it. */
  function breakCommit(isDone: boolean): void {
    const { pool } = storage;
    const connect = pool.connect.bind(pool) as (callback?: unknown) => Promise<PoolClient>;
    const spy = vi.spyOn(pool, 'connect');
    const connectOnce: unknown = async (callback?: unknown) => {
      // Single statements connect with a callback; only a transaction asks for a promise.
      if (callback !== undefined) return await connect(callback);
      spy.mockRestore();
      return withBrokenCommit(await connect(), isDone);
    };
    spy.mockImplementation(connectOnce as never);
  }

  it('says stored when the answer to COMMIT was lost but the row is there', async () => {
    breakCommit(true);
    const outcome = await storeBytes(storage.instances(), dicomFile());
    expect(outcome.status).toBe('stored');
    expect((await storage.files()).kept).toHaveLength(1);
    expect(await storage.reservations()).toBe(0);
  });

  it('says refused when the answer to COMMIT was lost and the row is not there', async () => {
    breakCommit(false);
    await expectNothingThenSuccess(storage.instances());
    await expectRetryWorks();
  });
});

describe('when nobody can say what became of COMMIT', () => {
  /** Breaks the connection at COMMIT of the next store; `asked` says whether the database answers a transaction after it. */
  function withoutAnswer(isDone: boolean, asked: () => boolean): void {
    const { pool } = storage;
    const connect = pool.connect.bind(pool) as (callback?: unknown) => Promise<PoolClient>;
    let isFirst = true;
    const connectAs: unknown = async (callback?: unknown) => {
      if (callback !== undefined) return await connect(callback);
      if (isFirst) {
        isFirst = false;
        return withBrokenCommit(await connect(), isDone);
      }
      if (asked()) return await connect();
      throw new Error('the database system is in recovery mode');
    };
    vi.spyOn(pool, 'connect').mockImplementation(connectAs as never);
  }

  it.each([true, false])('it is asked again until it is back; the row is there: %s', async (isDone) => {
    let left = 2;
    withoutAnswer(isDone, () => left-- <= 0);
    const outcome = await storeBytes(storage.instances(), dicomFile());
    expect(outcome.status).toBe(isDone ? 'stored' : 'refused');
    expect((await storage.files()).kept).toHaveLength(isDone ? 1 : 0);
    expect((await storage.files()).staged).toEqual([]);
  });

  it.each([true, false])(
    'the next repair can tell, also when the reservation was lost; the row is there: %s',
    async (isDone) => {
      withoutAnswer(isDone, () => false);
      const outcome = await storeBytes(storage.instances(), dicomFile());
      expect(outcome).toMatchObject({ status: 'refused', failure: { kind: 'storage-unavailable' } });
      vi.restoreAllMocks();
      await query(storage.pool, 'TRUNCATE pending_object');
      expect((await storage.files()).kept).toHaveLength(1);
      expect(await removeLeftovers(storage.pool, storage.objects)).toBe(isDone ? 0 : 1);
      expect((await storage.files()).kept).toHaveLength(isDone ? 1 : 0);
      expect((await storage.files()).staged).toEqual([]);
      const again = await storeBytes(storage.instances(), dicomFile());
      expect(again.status).toBe(isDone ? 'identical' : 'stored');
      expect((await storage.files()).kept).toHaveLength(1);
    },
  );
});

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
    const objects: ObjectStore = Object.assign(failingAt('none'), {
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
    await expectNothingThenSuccess(storage.instances({ objects: removing }));
    await expectRetryWorks();
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
    const objects: ObjectStore = { ...failingAt('after moveTo'), delete: () => Promise.reject(new Error()) };
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
