/** Studies that ran out of tries, on a real database and a real queue. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beginAnalysis, finishAnalysis, postponeAnalysis, recordArrival } from '../../../server/analysis/analysis-records.ts'; // prettier-ignore
import { enqueueStalled } from '../../../server/analysis/stalled-studies.ts';
import { startStudyQueue, type StudyJob, type StudyQueue } from '../../../server/analysis/study-queue.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
let queue: StudyQueue;
let seen: StudyJob[] = [];
/** While it is there, jobs do not end. */
let holdUp: Promise<void> | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startStudyQueue(database.pool, {
    concurrency: 1,
    retryDelaySeconds: 0,
    async handle(job) {
      seen.push(job);
      await holdUp;
    },
    onError: (error) => {
      throw error;
    },
  });
});
afterAll(async () => {
  await queue.stop();
  await database.close();
});

const untilSeen = async (count: number): Promise<void> => {
  await expect.poll(() => seen.length).toBe(count);
};

describe('a study that has run out of tries', () => {
  it('is queued again, once, and only when something is left to do', async () => {
    const { pool } = database;
    for (const study of ['1.1', '1.2', '1.3', '1.4']) await recordArrival(pool, study, { inSeconds: 0 });
    await recordArrival(pool, '1.5', { inSeconds: 3600 });
    // 1.1 waits for a try, 1.2 died in one, 1.3 is done, 1.4 is queued, 1.5 is not due.
    const release = Promise.withResolvers<undefined>();
    holdUp = release.promise;
    await queue.enqueue('busy', 0);
    await untilSeen(1);
    for (const study of ['1.1', '1.2', '1.3']) await beginAnalysis(pool, study);
    await postponeAnalysis(pool, '1.1', 'The server is stopping');
    await finishAnalysis(pool, '1.3', 1, { state: 'done', images: [] });
    await queue.enqueue('1.4', 0);
    await enqueueStalled(pool, queue, 60);
    expect(await queue.isQueued('1.1')).toBe(false);

    await enqueueStalled(pool, queue, 0);
    await enqueueStalled(pool, queue, 0);
    release.resolve(undefined);
    holdUp = undefined;
    await untilSeen(4);
    await queue.enqueue('last', 0);
    await untilSeen(5);
    expect(seen.map(({ studyInstanceUid }) => studyInstanceUid).toSorted()).toEqual(['1.1', '1.2', '1.4', 'busy', 'last']); // prettier-ignore
    seen = [];
  });
});
