/**
 * The durable queue of studies to complete. The only importer of `pg-boss`.
 *
 * One job per arrival, started when the study has been quiet long enough; the handler finds out whether its arrival was
 * the last. At most one job of a study is active. A job whose process died is taken up again when its heartbeat stops.
 */
import { PgBoss } from 'pg-boss';
import type { Pool, Queryable } from '../storage/database.ts';

const QUEUE = 'complete-study';
const RETRY_LIMIT = 3;

/** A job as its handler sees it. */
export interface StudyJob {
  readonly studyInstanceUid: string;
  /** True when the queue will not try again if this try rejects. */
  readonly isLastTry: boolean;
}

export interface StudyQueue {
  /** Queues a study; with a transaction's connection the job appears when that commits. Larger priorities go first; default 0. */
  enqueue(studyUid: string, startAfterSeconds: number, target?: Queryable, priority?: number): Promise<void>;
  /** True when a job of the study waits. */
  isQueued(studyUid: string): Promise<boolean>;
  /** Lets go of new jobs and waits for the running ones. */
  stop(): Promise<void>;
}

export interface StudyQueueOptions {
  /** Studies completed side by side. */
  readonly concurrency: number;
  readonly handle: (job: StudyJob) => Promise<void>;
  /** Pause before the second try, in seconds, doubled from try to try; default 2. */
  readonly retryDelaySeconds?: number;
  /** Called with failures of the queue itself, not of jobs. */
  readonly onError: (error: Error) => void;
}

/** Prepares the queue's tables and starts taking jobs. */
export async function startStudyQueue(pool: Pool, options: StudyQueueOptions): Promise<StudyQueue> {
  const boss = new PgBoss({ db: connectionOf(pool), schema: 'study_queue', monitorIntervalSeconds: 15 });
  const retryDelay = options.retryDelaySeconds ?? 2;
  boss.on('error', options.onError);
  await boss.start();
  await boss.createQueue(QUEUE, {
    policy: 'singleton',
    retryLimit: RETRY_LIMIT,
    retryDelay,
    retryBackoff: retryDelay > 0,
    heartbeatSeconds: 15,
    deleteAfterSeconds: 86_400,
  });
  const workOptions = {
    pollingIntervalSeconds: 0.5,
    localConcurrency: options.concurrency,
    includeMetadata: true,
  } as const;
  await boss.work<{ studyInstanceUid: string }, undefined, typeof workOptions>(
    QUEUE,
    workOptions,
    async ([job]) => {
      if (!job) return;
      const { studyInstanceUid } = job.data;
      await options.handle({ studyInstanceUid, isLastTry: job.retryCount >= RETRY_LIMIT });
    },
  );
  return {
    async enqueue(studyInstanceUid, startAfterSeconds, target, priority = 0) {
      await boss.send(
        QUEUE,
        { studyInstanceUid },
        {
          singletonKey: studyInstanceUid,
          priority,
          startAfter: Math.ceil(startAfterSeconds),
          ...(target && { db: connectionOf(target) }),
        },
      );
    },
    async isQueued(studyInstanceUid) {
      return (await boss.findJobs(QUEUE, { key: studyInstanceUid, queued: true })).length > 0;
    },
    stop: () => boss.stop({ graceful: true, timeout: 30_000 }),
  };
}

/**
 * Trap: results and errors must pass as the driver gives them. pg-boss reads the error's `code` (23505: another worker was
 * faster) and takes several statements' results as a list.
 */
function connectionOf(target: Queryable) {
  return { executeSql: (text: string, values?: unknown[]) => target.query<object>(text, values) };
}
