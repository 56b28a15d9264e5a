/**
 * Disk full, disk read-only, database away: 503 with Retry-After while it lasts, nothing half stored, and when it is over
 * the same server goes on by itself.
 */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { InstanceStore } from '../../../server/ingest/store-instances.ts';
import { startEmbeddedPostgres } from '../../../server/operations/embedded-postgres.ts';
import { SILENT_LOG } from '../../../server/operations/log.ts';
import { postgresProcesses } from '../../../server/operations/postgres-orphans.ts';
import { openDatabase, query, type Pool } from '../../../server/storage/database.ts';
import { StudyIndex } from '../../../server/storage/study-index.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { serveDicomWeb, stow, type TestServer } from '../../support/http-server.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { createTestStorage, type TestStorage } from '../../support/storage.ts';

let storage: TestStorage;
let server: TestServer;
/** What a suite opened, to be closed in reverse, also when its preparation failed half way. */
let closers: (() => unknown)[] = [];

async function closeAll(): Promise<void> {
  for (const close of closers.toReversed()) await close();
  closers = [];
}

/** A file larger than what is left of a full disk. */
function largeFile(number: number): Buffer {
  const PixelData = new Uint8Array(500_000).fill(number);
  return dicomFile({ SOPInstanceUID: `1.2.3.${number}`, Rows: 500, Columns: 500, PixelData });
}

async function expectLater(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await response.json()).toMatchObject({ error: 'storage-unavailable' });
}

describe.skipIf(!canMount())('a disk', () => {
  let disk: SmallDisk;
  beforeAll(async () => {
    disk = mountSmallDisk(8);
    closers.push(() => {
      disk.unmount();
    });
    storage = await createTestStorage(disk.folder);
    closers.push(() => storage.close());
    server = await serveDicomWeb(storage);
    closers.push(() => server.close());
  });
  afterEach(async () => {
    await storage.clear();
  });
  afterAll(closeAll);

  it('that is full takes nothing, leaves nothing half written, and takes again once there is room', async () => {
    disk.fill();
    await expectLater(await stow(`${server.base}/studies`, [largeFile(1)]));
    await expectLater(await stow(`${server.base}/studies`, [largeFile(1), largeFile(2)]));
    expect(await storage.files()).toEqual({ kept: [], staged: [] });
    expect(await storage.reservations()).toBe(0);
    disk.free();
    expect((await stow(`${server.base}/studies`, [largeFile(1)])).status).toBe(200);
    expect((await storage.files()).kept).toHaveLength(1);
  });

  it('that fills up within a request keeps what fitted, and says of the rest that there was no room', async () => {
    const files = Array.from({ length: 30 }, (_, index) => largeFile(index + 1));
    const response = await stow(`${server.base}/studies`, files);
    expect(response.status).toBe(202);
    expect(response.headers.get('warning')).toContain('A700');
    const { kept, staged } = await storage.files();
    expect(kept.length).toBeGreaterThan(5);
    expect(kept.length).toBeLessThan(30);
    expect(staged).toEqual([]);
    expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toHaveLength(kept.length);
  });

  it('that is read-only takes nothing but gives what it has, and takes again once it may', async () => {
    expect((await stow(`${server.base}/studies`, [largeFile(1)])).status).toBe(200);
    disk.setReadOnly(true);
    try {
      await expectLater(await stow(`${server.base}/studies`, [largeFile(2)]));
      const path = `${server.base}/studies/1.2.3/series/1.2.3.0/instances/1.2.3.1`;
      const kept = await fetch(path, { headers: { Accept: 'application/dicom; transfer-syntax=*' } });
      expect(Buffer.compare(Buffer.from(await kept.arrayBuffer()), largeFile(1))).toBe(0);
    } finally {
      disk.setReadOnly(false);
    }
    expect((await stow(`${server.base}/studies`, [largeFile(2)])).status).toBe(200);
  });
});

describe('a database', () => {
  let folder: string;
  let pool: Pool;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'osteon-outage-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const postgres = await startEmbeddedPostgres({ dataFolder: folder, log: SILENT_LOG });
    closers.push(() => postgres.stop());
    pool = await openDatabase({ databaseUrl: postgres.databaseUrl });
    closers.push(() => pool.end());
    storage = await createTestStorage();
    closers.push(() => storage.close());
    const { objects } = storage;
    const services = { instances: new InstanceStore({ pool, objects }), index: new StudyIndex(pool) };
    server = await serveDicomWeb(storage, services);
    closers.push(() => server.close());
  });
  afterAll(closeAll);

  it('that is away is waited for: 503 to every request, and business as usual when it is back', async () => {
    expect((await stow(`${server.base}/studies`, [largeFile(1)])).status).toBe(200);
    const cluster = join(folder, 'postgres', 'cluster');
    const control = join(cluster, 'global', 'pg_control');
    await rename(control, `${control}.away`); // it cannot be started while this is missing
    for (const pid of await postgresProcesses(cluster)) process.kill(pid, 'SIGKILL');

    await expectLater(await stow(`${server.base}/studies`, [largeFile(2)]));
    await expectLater(await fetch(`${server.base}/studies`));
    await expectLater(await fetch(`${server.base}/studies/1.2.3/metadata`));
    expect((await storage.files()).staged).toEqual([]);

    await rename(`${control}.away`, control);
    await expect.poll(async () => (await fetch(`${server.base}/studies`)).status).toBe(200);
    expect((await stow(`${server.base}/studies`, [largeFile(2)])).status).toBe(200);
    expect(await query(pool, 'SELECT sop_instance_uid FROM instance ORDER BY 1')).toEqual([
      { sop_instance_uid: '1.2.3.1' },
      { sop_instance_uid: '1.2.3.2' },
    ]);
    expect((await storage.files()).kept).toHaveLength(2);
  });
});
