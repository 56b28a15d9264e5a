/**
 * A database that does not answer: because somebody holds a lock, or because nothing comes over its connections any more.
 * 503 with Retry-After after the configured time, nothing half stored, and business as usual when it is over.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InstanceStore } from '../../../server/ingest/store-instances.ts';
import { createPool, inTransaction, query, type Pool } from '../../../server/storage/database.ts';
import { removeAbandoned } from '../../../server/storage/repair.ts';
import { StudyIndex } from '../../../server/storage/study-index.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { serveDicomWeb, stow, type TestServer } from '../../support/http-server.ts';
import { ownStorage } from '../../support/served-storage.ts';
import { startSilentProxy, type SilentProxy } from '../../support/silent-proxy.ts';

const storage = await ownStorage();
let proxy: SilentProxy;
/** What the server has: a second for a statement. `storage.pool` goes past the proxy and has no limit. */
let pool: Pool;
let server: TestServer;
/** Runs at the end of the next transaction that stores, before its COMMIT. */
let beforeCommit = (): void => undefined;

beforeAll(async () => {
  proxy = await startSilentProxy(storage.databaseUrl);
  pool = createPool({ databaseUrl: proxy.through(storage.databaseUrl), statementSeconds: 1 });
  const hooks = {
    inTransaction: () => {
      beforeCommit();
      return Promise.resolve();
    },
  };
  server = await serveDicomWeb(storage, {
    instances: new InstanceStore({ pool, objects: storage.objects, hooks }),
    index: new StudyIndex(pool),
  });
});
afterAll(async () => {
  await server.close();
  proxy.speak();
  await pool.end();
  await proxy.close();
});
afterEach(() => {
  beforeCommit = () => undefined;
});

const file = (number: number): Buffer => dicomFile({ SOPInstanceUID: `1.2.3.${number}` });
const store = async (number: number): Promise<Response> =>
  await stow(`${server.base}/studies`, [file(number)]);
const search = async (): Promise<Response> => await fetch(`${server.base}/studies`);

async function expectLater(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await response.json()).toMatchObject({ error: 'storage-unavailable' });
}

/** Holds a lock on a table for as long as `during` runs. */
async function whileLocked(table: string, mode: string, during: () => Promise<void>): Promise<void> {
  await inTransaction(storage.pool, async (client) => {
    await query(client, `LOCK TABLE ${table} IN ${mode} MODE`);
    await during();
  });
}

describe('a database in which a lock is held', () => {
  it('for reading keeps nothing waiting longer than the limit', async () => {
    expect((await store(1)).status).toBe(200);
    await whileLocked('study, instance', 'ACCESS EXCLUSIVE', async () => {
      await expectLater(await store(2));
      await expectLater(await search());
      await expectLater(await fetch(`${server.base}/studies/1.2.3/metadata`));
    });
    expect((await search()).status).toBe(200);
    expect((await store(2)).status).toBe(200);
  });

  it('for writing undoes a store whose bytes are in their place already, and goes on reading', async () => {
    expect((await store(1)).status).toBe(200);
    await whileLocked('instance', 'EXCLUSIVE', async () => {
      await expectLater(await store(2));
      expect((await search()).status).toBe(200);
    });
    expect((await storage.files()).kept).toHaveLength(1);
    expect((await storage.files()).staged).toEqual([]);
    expect(await storage.reservations()).toBe(0);
    expect((await store(2)).status).toBe(200);
  });
});

describe('a database that has fallen silent', () => {
  it('is given up after the limit, however many ask, and taken up again by itself', async () => {
    expect((await store(1)).status).toBe(200);
    proxy.fallSilent();
    // More than there are connections: the last wait for one.
    const answers = await Promise.all([store(2), ...Array.from({ length: 14 }, search)]);
    for (const answer of answers) await expectLater(answer);
    expect((await storage.files()).staged).toEqual([]);
    proxy.speak();
    await expect.poll(async () => (await search()).status).toBe(200);
    expect((await store(2)).status).toBe(200);
    expect((await storage.files()).kept).toHaveLength(2);
  });

  it.each([
    ['COMMIT is lost', 'everything', 0],
    ['only its answer is', 'answers', 1],
  ] as const)('during COMMIT leaves nothing, or a whole instance: %s', async (_what, silence, stored) => {
    beforeCommit = () => {
      proxy.fallSilent(silence);
    };
    await expectLater(await store(1));
    beforeCommit = () => undefined;
    proxy.speak();
    // Sooner or later the database hears that nobody is there any more; then a repair can tell.
    await expect
      .poll(async () => {
        await removeAbandoned(storage.pool, storage.objects, 0);
        return await storage.reservations();
      })
      .toBe(0);
    expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toHaveLength(stored);
    expect((await storage.files()).kept).toHaveLength(stored);
    await expect.poll(async () => (await store(1)).status).toBe(200);
    expect((await storage.files()).kept).toHaveLength(1);
  });
});
