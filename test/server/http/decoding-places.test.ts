/** However many viewers ask, few frames are in memory for rendering. */
import { describe, expect, it } from 'vitest';
import { runImagingTask } from '../../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../../server/operations/gate.ts';
import { dicomFile } from '../../support/dicom-file.ts';
import { stow } from '../../support/http-server.ts';
import { servedStorage } from '../../support/served-storage.ts';
import { wrappedStore } from '../../support/wrapped-store.ts';

let held = 0;
let most = 0;
const { server } = await servedStorage({
  services: ({ objects }) => ({
    objects: wrappedStore(objects, {
      read: async (...given) => {
        held += 1;
        most = Math.max(most, held);
        return await objects.read(...given);
      },
    }),
    decodingPlaces: createGate(2),
    imaging: async (task) => {
      const image = await runImagingTask(task);
      held -= 1;
      return image;
    },
  }),
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
