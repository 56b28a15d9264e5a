/** The queue on a real database: what pg-boss needs of our connection, and what we rely on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, query } from '../../../server/storage/database.ts';
import { startStudyQueue, type StudyJob, type StudyQueue } from '../../../server/analysis/study-queue.ts';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.ts';

let database: TestDatabase;
let queue: StudyQueue;
const errors: Error[] = [];
const seen: StudyJob[] = [];
let active = new Map<string, number>();
let mostActive = 0;
/** Called at each job's end; a test waits on it instead of sleeping. */
let onJob: () => void = () => undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  queue = await startStudyQueue(database.pool, {
    concurrency: 3,
    retryDelaySeconds: 0,
    async handle(job) {
      const { studyInstanceUid } = job;
      active.set(studyInstanceUid, (active.get(studyInstanceUid) ?? 0) + 1);
      mostActive = Math.max(mostActive, ...active.values());
      await query(database.pool, 'SELECT pg_sleep(0.05)');
      active.set(studyInstanceUid, (active.get(studyInstanceUid) ?? 1) - 1);
      seen.push(job);
      onJob();
      if (studyInstanceUid === 'fails') throw new Error('broken off');
    },
    onError: (error) => errors.push(error),
  });
});
afterAll(async () => {
  await queue.stop();
  await database.close();
});

/** Resolves when `count` jobs of a study have run. */
function untilSeen(studyUid: string, count: number): Promise<void> {
  return new Promise((resolve) => {
    onJob = () => {
      if (seen.filter(({ studyInstanceUid }) => studyInstanceUid === studyUid).length >= count) resolve();
    };
    onJob();
  });
}

describe('the study queue', () => {
  it('runs every job, never two of a study at once, and reports no error of its own', async () => {
    active = new Map();
    for (let number = 0; number < 4; number++) {
      await queue.enqueue('1.2.3', 0);
      await queue.enqueue(`1.2.${number}`, 0);
    }
    await untilSeen('1.2.3', 5);
    expect(mostActive).toBe(1);
    expect(errors).toEqual([]);
  });

  it('forgets a job whose transaction was rolled back', async () => {
    const rolledBack = inTransaction(database.pool, async (client) => {
      await queue.enqueue('rolled back', 0, client);
      throw new Error('no');
    });
    await expect(rolledBack).rejects.toThrow();
    await queue.enqueue('committed', 0);
    await untilSeen('committed', 1);
    expect(seen.map(({ studyInstanceUid }) => studyInstanceUid)).not.toContain('rolled back');
  });

  it('tries a job that rejects again, and says which try is the last', async () => {
    await queue.enqueue('fails', 0);
    await untilSeen('fails', 4);
    const tries = seen
      .filter(({ studyInstanceUid }) => studyInstanceUid === 'fails')
      .map(({ isLastTry }) => isLastTry);
    expect(tries).toEqual([false, false, false, true]);
  });
});
