/** However many viewers ask, few frames are in memory for rendering. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runImagingTask } from '../../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../../server/operations/gate.ts';
import type { ObjectStore } from '../../../server/storage/object-store.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { serveDicomWeb, stow, type TestServer } from '../../support/http-server.ts';
import { createTestStorage, type TestStorage } from '../../support/storage.ts';

let storage: TestStorage;
let server: TestServer;
let held = 0;
let most = 0;

beforeAll(async () => {
  storage = await createTestStorage();
  const { objects: files } = storage;
  const objects: ObjectStore = {
    stage: (...given) => files.stage(...given),
    read: async (...given) => {
      held += 1;
      most = Math.max(most, held);
      return await files.read(...given);
    },
    stream: (...given) => files.stream(...given),
    delete: (...given) => files.delete(...given),
    stagedKeys: () => files.stagedKeys(),
    removeStaged: () => files.removeStaged(),
  };
  server = await serveDicomWeb(storage, {
    objects,
    decodingPlaces: createGate(2),
    imaging: async (task) => {
      const image = await runImagingTask(task);
      held -= 1;
      return image;
    },
  });
});
afterAll(async () => {
  await server.close();
  await storage.close();
});

describe('rendering', () => {
  it('reads at most two frames at a time for twelve viewers', async () => {
    expect((await stow(`${server.base}/studies`, [dicomFile()])).status).toBe(200);
    const url = `${server.base}/studies/1.2.3/series/1.2.3.0/instances/1.2.3.1/rendered`;
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => fetch(url, { headers: { Accept: 'image/jpeg' } })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
  });
});
