import { afterEach, describe, expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { InstanceDeletion } from '../../../server/ingest/delete-instances.ts';
import { oneChunk } from '../../../server/ingest/one-chunk.ts';
import { samplesOf, saveRead, saveSample, unreadOf } from '../../../server/qa/sample-records.ts';
import { draftsOf, saveDraft } from '../../../server/review/draft-records.ts';
import type { Principal } from '../../../server/security/principal.ts';
import { query } from '../../../server/storage/database.ts';
import { repairStorage } from '../../../server/storage/repair.ts';
import type { ObjectStore } from '../../../server/storage/object-store.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { serveDicomWeb, stow } from '../../support/http-server.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { storeBytes } from '../../support/storage.ts';
import { wrappedStore } from '../../support/wrapped-store.ts';

const { storage, server } = await servedStorage({
  services: ({ pool, objects }) => ({ deletion: new InstanceDeletion({ pool, objects, isAllowed: true }) }),
});
afterEach(async () => {
  await query(storage.pool, 'TRUNCATE audit_event');
});

function deletion(isAllowed = true, objects: ObjectStore = storage.objects): InstanceDeletion {
  return new InstanceDeletion({ pool: storage.pool, objects, isAllowed });
}

/** Two series of two instances: 1.2.3.1.1 … 1.2.3.2.2. */
const FILES = [1, 2].flatMap((series) =>
  [1, 2].map((number) =>
    dicomFile({ SeriesInstanceUID: `1.2.3.${series}`, SOPInstanceUID: `1.2.3.${series}.${number}` }),
  ),
);

async function remove(path: string, base = server.base): Promise<Response> {
  return await fetch(`${base}${path}`, { method: 'DELETE' });
}

async function storedUids(): Promise<string[]> {
  const instances = await storage.index.listInstances({ studyUid: '1.2.3' });
  expect((await storage.files()).kept).toHaveLength(instances.length);
  return instances.map(({ sopInstanceUid }) => sopInstanceUid);
}

const audit = async (): Promise<unknown[]> =>
  await query(
    storage.pool,
    'SELECT principal_id, action, outcome, study_uids, network_address FROM audit_event ORDER BY id',
  );

describe('DELETE on a DICOMweb resource', () => {
  it.each([
    ['/studies/1.2.3', []],
    ['/studies/1.2.3/series/1.2.3.1', ['1.2.3.2.1', '1.2.3.2.2']],
    ['/studies/1.2.3/series/1.2.3.1/instances/1.2.3.1.2', ['1.2.3.1.1', '1.2.3.2.1', '1.2.3.2.2']],
  ])('of %s removes its rows, its files and nothing else', async (path, left) => {
    await stow(`${server.base}/studies`, FILES);
    expect((await remove(path)).status).toBe(204);
    expect(await storedUids()).toEqual(left);
    expect(await storage.reservations()).toBe(0);
    expect((await fetch(`${server.base}${path}/metadata`)).status).toBe(404);
    expect((await remove(path)).status).toBe(404);
    const { matches } = await storage.index.searchStudies({ matches: [], limit: 10, offset: 0 });
    expect(matches).toHaveLength(left.length === 0 ? 0 : 1);
  });

  it('takes drafts of reviews and unread places in samples along with the last instance', async () => {
    await stow(`${server.base}/studies`, FILES);
    const { pool } = storage;
    await saveDraft(pool, { studyInstanceUid: '1.2.3', readerId: 'kim' }, { revision: 0, steps: [] });
    await saveDraft(pool, { studyInstanceUid: '1.2.4', readerId: 'kim' }, { revision: 0, steps: [] });
    const id = await saveSample(pool, {
      ...{ seed: 'spring', drawnBy: 'lee' },
      studyInstanceUids: ['1.2.3', '1.2.4'],
    });
    const draftsOfBoth = async () =>
      (await Promise.all(['1.2.3', '1.2.4'].map((uid) => draftsOf(pool, uid)))).map(({ length }) => length);
    await remove('/studies/1.2.3/series/1.2.3.1');
    expect(await draftsOfBoth()).toEqual([1, 1]); // a part of the study is still there
    expect(await unreadOf(pool, id)).toEqual(['1.2.3', '1.2.4']);
    await remove('/studies/1.2.3');
    expect(await draftsOfBoth()).toEqual([0, 1]);
    expect(await unreadOf(pool, id)).toEqual(['1.2.4']);
    const verdict = { hasFracture: true };
    await saveRead(pool, id, { studyInstanceUid: '1.2.4', verdict, readBy: 'lee' });
    const [sample] = await samplesOf(pool);
    expect(sample?.reads).toEqual([{ studyInstanceUid: '1.2.4', second: verdict }]);
  });

  it('is on record with who, what and from where (PS3.15 A.5)', async () => {
    await stow(`${server.base}/studies`, FILES);
    await remove('/studies/1.2.3');
    expect(await audit()).toEqual([
      {
        principal_id: 'local',
        action: 'delete-instances',
        outcome: 'success',
        study_uids: ['1.2.3'],
        network_address: '127.0.0.1',
      },
    ]);
  });

  it('is refused in words unless it is switched on, and the refusal is on record', async () => {
    for (const services of [{}, { deletion: deletion(false) }]) {
      const closed = await serveDicomWeb(storage, services);
      await stow(`${closed.base}/studies`, FILES);
      const response = await remove('/studies/1.2.3', closed.base);
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({
        error: 'forbidden',
        message: expect.stringContaining('switched off') as string,
      });
      expect(await storedUids()).toHaveLength(4);
      await closed.close();
    }
    expect(await audit()).toMatchObject([{ outcome: 'refused' }]);
  });

  it('needs a permission of its own', async () => {
    const principal: Principal = {
      id: 'sender',
      kind: 'service',
      permissions: new Set(['read-studies', 'store-instances'] as const),
    };
    const restricted = await serveDicomWeb(storage, { deletion: deletion() }, principal);
    await stow(`${restricted.base}/studies`, FILES);
    expect((await remove('/studies/1.2.3', restricted.base)).status).toBe(403);
    expect(await storedUids()).toHaveLength(4);
    await restricted.close();
  });

  it('leaves to the next repair what it could not remove from the disk', async () => {
    await stow(`${server.base}/studies`, FILES);
    const broken = wrappedStore(storage.objects, {
      delete: () => Promise.reject(new PacsError('storage-unavailable', 'The disk is read-only (EROFS)')),
    });
    await deletion(true, broken).delete({ studyUid: '1.2.3' }, { principalId: 'local' });
    expect(await storage.index.listInstances({ studyUid: '1.2.3' })).toEqual([]);
    expect((await storage.files()).kept).toHaveLength(4);
    expect((await storeBytes(storage.instances(), FILES[0] ?? Buffer.alloc(0))).status).toBe('stored');
    expect((await repairStorage(storage.pool, storage.objects)).objectsRemoved).toBe(4);
    expect(await storedUids()).toEqual(['1.2.3.1.1']);
  });

  it('is not undone by a result of an analysis that was under way', async () => {
    const file = FILES[0] ?? Buffer.alloc(0);
    const outcome = await storage.instances().store(oneChunk(file), { origin: 'analysis' });
    expect(outcome).toMatchObject({ status: 'refused', failure: { kind: 'not-found' } });
    expect(await storedUids()).toEqual([]);
    expect(await storage.reservations()).toBe(0);
  });

  it('and stores into the same study end well whichever comes first', async () => {
    for (let round = 0; round < 5; round += 1) {
      const stores = FILES.map((file) => storeBytes(storage.instances(), file));
      const removals = [1, 2, 3].map(() =>
        deletion()
          .delete({ studyUid: '1.2.3' }, { principalId: 'local' })
          .catch((error: unknown) => error),
      );
      for (const outcome of await Promise.all(stores)) expect(outcome.status).toBe('stored');
      for (const result of await Promise.all(removals)) {
        if (typeof result !== 'number') expect(result).toMatchObject({ kind: 'not-found' });
      }
      await deletion()
        .delete({ studyUid: '1.2.3' }, { principalId: 'local' })
        .catch(() => 0);
      expect(await storedUids()).toEqual([]);
    }
  });
});
