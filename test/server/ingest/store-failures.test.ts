/**
 * Each step of a store fails in turn: nothing is visible, nothing stays behind, and trying again works.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { query } from '../../../server/storage/database.ts';
import type { PoolClient } from '../../../server/storage/database.ts';
import { removeLeftovers } from '../../../server/storage/repair.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { expectNothingStored, expectRetryWorks, failingAt, type Step } from '../../support/store-steps.ts';

const storage = await ownStorage();
afterEach(() => {
  vi.restoreAllMocks(); // hooks run backwards: before the storage is cleared
});

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
    await expectNothingStored(storage, storage.instances({ objects: failingAt(storage, step) }));
    await expectRetryWorks(storage);
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
    await withFailing(table, when, () => expectNothingStored(storage, storage.instances()));
    await expectRetryWorks(storage);
  });

  it('in a hook inside the transaction', async () => {
    const hooks = { inTransaction: () => Promise.reject(new PacsError('internal', 'the hook failed')) };
    await expectNothingStored(storage, storage.instances({ hooks }));
    await expectRetryWorks(storage);
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
    await expectNothingStored(storage, storage.instances());
    await expectRetryWorks(storage);
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
