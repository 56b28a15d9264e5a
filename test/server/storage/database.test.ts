import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CommitUnknownError,
  inTransaction,
  migrate,
  openDatabase,
  query,
} from '../../../server/storage/database.ts';
import type { Queryable } from '../../../server/storage/database.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import type { TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'osteon-migrations-'));
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

describe('migrations', () => {
  it('run once each, in order, also when several processes start at once', async () => {
    await writeFile(join(folder, '901-first.sql'), 'CREATE TABLE numbers (n integer)');
    await writeFile(join(folder, '902-second.sql'), 'INSERT INTO numbers VALUES (1)');
    await writeFile(join(folder, 'notes.txt'), 'not a migration');
    await Promise.all([1, 2, 3, 4].map(() => migrate(database.pool, folder)));
    expect(await query(database.pool, 'SELECT n FROM numbers')).toEqual([{ n: 1 }]);
  });

  it('leave nothing of one that fails, and run it again later', async () => {
    const path = join(folder, '903-third.sql');
    await writeFile(path, 'CREATE TABLE half (n integer); SELECT no_such_function();');
    await expect(migrate(database.pool, folder)).rejects.toMatchObject({ kind: 'internal' });
    expect(await query(database.pool, "SELECT to_regclass('half') AS found")).toEqual([{ found: null }]);
    await writeFile(path, 'CREATE TABLE half (n integer);');
    await migrate(database.pool, folder);
    expect(await query(database.pool, 'SELECT n FROM half')).toEqual([]);
  });
});

describe('the limit of time', () => {
  it('ends a statement, and the connection of a transaction that does nothing, but no migration', async () => {
    const { databaseUrl } = database;
    const { opening } = await inTransaction(database.pool, async (client) => {
      await query(client, 'SELECT pg_advisory_xact_lock(860001)'); // that of the migrations
      const waiting = { opening: openDatabase({ databaseUrl, statementSeconds: 1 }) };
      await query(client, 'SELECT pg_sleep(2)');
      return waiting;
    });
    const limited = await opening;
    const slow = query(limited, 'SELECT pg_sleep(60)');
    await expect(slow).rejects.toMatchObject({
      kind: 'storage-unavailable',
      message: expect.stringContaining('57014') as string,
    });
    const idle = inTransaction(limited, async (client) => {
      await new Promise<void>((resolve) => client.once('end', resolve));
      await query(client, 'SELECT 1');
    });
    await expect(idle).rejects.toMatchObject({ kind: 'storage-unavailable' });
    await limited.end();
  });
});

describe('errors of the database', () => {
  it('name the SQLSTATE and no value', async () => {
    const sent = query(database.pool, 'SELECT $1::integer', ['SECRET^NAME']);
    await expect(sent).rejects.toMatchObject({
      kind: 'internal',
      message: expect.stringContaining('22P02') as string,
    });
    await expect(sent).rejects.not.toMatchObject({ message: expect.stringContaining('SECRET') as string });
  });

  it('are storage-unavailable where nobody answers', async () => {
    const opened = openDatabase({ databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' });
    await expect(opened).rejects.toMatchObject({ kind: 'storage-unavailable' });
  });

  it('roll a transaction back, and keep a foreign error apart from the database’s', async () => {
    await query(database.pool, 'CREATE TABLE kept (n integer)');
    const failing = inTransaction(database.pool, async (client) => {
      await query(client, 'INSERT INTO kept VALUES (1)');
      throw new TypeError('a fault of ours');
    });
    await expect(failing).rejects.toMatchObject({ kind: 'internal' });
    expect(await query(database.pool, 'SELECT n FROM kept')).toEqual([]);
  });
});

describe('a connection that breaks', () => {
  const pidOf = async (target: Queryable): Promise<unknown> =>
    (await query(target, 'SELECT pg_backend_pid() AS pid'))[0]?.['pid'];

  it('between two statements of a transaction fails that transaction alone', async () => {
    const broken = inTransaction(database.pool, async (client) => {
      // events.once would reject on the error that comes before the end.
      const lost = new Promise<void>((resolve) => client.once('end', resolve));
      await query(database.pool, 'SELECT pg_terminate_backend($1)', [await pidOf(client)]);
      await lost; // nothing is being sent: nobody but the connection itself hears of it
      await query(client, 'SELECT 1');
    });
    await expect(broken).rejects.toMatchObject({ kind: 'storage-unavailable' });
    expect(await inTransaction(database.pool, (client) => query(client, 'SELECT 1 AS one'))).toEqual([
      { one: 1 },
    ]);
  });

  it('during COMMIT leaves open whether the work is durable, also when the database said why', async () => {
    // The trigger runs inside COMMIT and ends its own connection there with 57P01.
    await query(database.pool, 'CREATE TABLE farewell (n integer)');
    await query(
      database.pool,
      `CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(60); RETURN NULL; END $$`,
    );
    await query(
      database.pool,
      `CREATE CONSTRAINT TRIGGER leaving AFTER INSERT ON farewell DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION leave()`,
    );
    const broken = inTransaction(database.pool, (client) => query(client, 'INSERT INTO farewell VALUES (1)'));
    await expect(broken).rejects.toBeInstanceOf(CommitUnknownError);
  });
});
