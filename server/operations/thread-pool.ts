/**
 * Threads for what would hold up the event loop. The only importer of `piscina`.
 *
 * A worker file exports a function and posts {@link READY} when it has loaded what it needs.
 */
import { Piscina } from 'piscina';
import { READY } from './thread-messages.ts';

export interface ThreadPool<Task, Result> {
  /** Runs one task. Buffers in `transfer` are handed over and must not be used afterwards. Rejects when the thread breaks or takes too long. */
  run(
    task: Task,
    options?: { readonly transfer?: readonly ArrayBuffer[]; readonly timeoutMs?: number },
  ): Promise<Result>;
  /** Settles when every thread has loaded; rejects with the error of one that cannot. */
  readonly ready: Promise<void>;
  /** Finishes what is running and ends the threads. */
  close(): Promise<void>;
}

export interface ThreadPoolOptions {
  /** Absolute path of the worker's TypeScript file. */
  readonly workerFile: string;
  readonly threads: number;
  /** Handed to each thread at its start. */
  readonly workerData?: unknown;
}

/** Starts `threads` threads, which live until the pool is closed. */
export function startThreadPool<Task, Result>(options: ThreadPoolOptions): ThreadPool<Task, Result> {
  const { workerFile, threads, workerData } = options;
  const pool = new Piscina<Task, Result>({
    filename: workerFile,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Infinity,
    workerData,
  });
  const ready = untilReady(pool, threads);
  return {
    run: (task, { transfer = [], timeoutMs } = {}) =>
      pool.run(task, {
        transferList: [...transfer],
        ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
      }),
    ready,
    async close() {
      // A thread that is ended while a native library loads takes the whole process with it.
      await ready.catch(() => undefined);
      await pool.close();
    },
  };
}

/** See {@link ThreadPool.ready}. */
function untilReady(pool: Pick<Piscina, 'on'>, threads: number): Promise<void> {
  const ready = new Promise<void>((resolve, reject) => {
    let loading = threads;
    pool.on('message', (message: unknown) => {
      if (message === READY) loading -= 1;
      if (loading === 0) resolve();
    });
    pool.on('error', reject);
  });
  // Nobody has to wait for it: each task also says why its thread broke.
  ready.catch(() => undefined);
  return ready;
}
