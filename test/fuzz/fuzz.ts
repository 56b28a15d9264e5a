/**
 * Walks many damaged files in threads, with a watchdog: a thread that makes no headway is ended, the case it was at is
 * told, and another thread goes on behind it.
 *
 * Trap: a busy machine makes any case long by the clock, so slowness counts in processor time (`fuzz-worker.ts`); the
 * watchdog's patience is only for what never ends.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { FuzzMessage, FuzzTask } from './fuzz-task.ts';

/** What to walk. */
export interface FuzzOptions {
  readonly folder: string;
  readonly cases: number;
  readonly seed: number;
  readonly threads: number;
  readonly maxFileBytes: number;
  /** How long one case may stand still by the clock before its thread is ended, in ms. Default one minute. */
  readonly patienceMs?: number;
  /** The program of a thread. Default `fuzz-worker.ts`; a test gives one that misbehaves. */
  readonly workerFile?: string;
  /** Told how many cases are done, now and then. */
  readonly onProgress?: (done: number) => void;
}

export interface FuzzReport {
  /** How many cases ended in which way. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Cases that ended in none of the ways that are allowed: number, file, damage and what happened. */
  readonly failures: readonly string[];
}

const PATIENCE_MS = 60_000;
const LOOKS = 10;
const WORKER = join(import.meta.dirname, 'fuzz-worker.ts');

/** Walks cases 0 to `cases` − 1. Resolves when all have ended or were ended. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const outcomes = new Map<string, number>();
  const failures: string[] = [];
  let done = 0;
  const hear = (message: FuzzMessage): void => {
    if (message.kind === 'failed') {
      failures.push(`case ${message.index}: ${message.what}`);
      return;
    }
    for (const [name, count] of Object.entries(message.outcomes)) {
      outcomes.set(name, (outcomes.get(name) ?? 0) + count);
      done += count;
    }
    options.onProgress?.(done);
  };
  const runs = Array.from({ length: options.threads }, async (_, thread) => {
    let from: number | undefined = thread;
    while (from !== undefined && from < options.cases) {
      const stop = await runThread(options, from, hear);
      if (stop) failures.push(`case ${stop.index}: ${stop.what}`);
      from = stop && stop.index + options.threads;
    }
  });
  await Promise.all(runs);
  return { outcomes, failures };
}

/** Runs one thread to its end; tells the case at which it was ended or died. */
async function runThread(
  options: FuzzOptions,
  from: number,
  hear: (message: FuzzMessage) => void,
): Promise<{ index: number; what: string } | undefined> {
  const { folder, seed, threads, cases, maxFileBytes, patienceMs = PATIENCE_MS } = options;
  const current = new Int32Array(new SharedArrayBuffer(4));
  const task: FuzzTask = { folder, seed, from, step: threads, end: cases, maxFileBytes, current };
  const worker = new Worker(options.workerFile ?? WORKER, { workerData: task });
  worker.on('message', hear);
  let reason: string | undefined;
  Atomics.store(current, 0, from);
  const watchdog = watch(current, patienceMs, () => {
    reason = `did not end within ${patienceMs / 1000} s`;
    void worker.terminate();
  });
  worker.on('error', (error: unknown) => {
    reason = `broke its thread: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  });
  await new Promise((resolve) => worker.once('exit', resolve));
  clearInterval(watchdog);
  return reason === undefined ? undefined : { index: Atomics.load(current, 0), what: reason };
}

/** Calls `onStuck` when the number does not change for as long as patience lasts. */
function watch(current: Int32Array, patienceMs: number, onStuck: () => void): NodeJS.Timeout {
  let seen = -1;
  let since = performance.now();
  return setInterval(() => {
    const index = Atomics.load(current, 0);
    if (index !== seen) {
      seen = index;
      since = performance.now();
    } else if (performance.now() - since > patienceMs) onStuck();
  }, patienceMs / LOOKS);
}
