/**
 * Queues studies again that have run out of tries while storage was away, or whose end could not be written down.
 */
import type { Pool } from '../storage/database.ts';
import { listStalled } from './analysis-records.ts';
import type { StudyQueue } from './study-queue.ts';

const EVERY_MS = 60_000;
/** Longer than the pauses between tries. */
const STALLED_SECONDS = 60;

/** Looks every minute. Returns how to end it. */
export function retryRegularly(
  database: Pool,
  queue: StudyQueue,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => enqueueStalled(database, queue, STALLED_SECONDS)).catch(onError);
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
    return running;
  };
}

/** Queues every study that stalled for so many seconds and has no job that waits. */
export async function enqueueStalled(
  database: Pool,
  queue: Pick<StudyQueue, 'isQueued' | 'enqueue'>,
  seconds: number,
): Promise<void> {
  for (const studyUid of await listStalled(database, seconds)) {
    if (!(await queue.isQueued(studyUid))) await queue.enqueue(studyUid, 0);
  }
}
