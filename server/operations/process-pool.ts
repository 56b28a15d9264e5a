/**
 * Processes for work whose memory, crashes and hangs must not be the server's. They give way to it: their priority is lower.
 *
 * A worker file calls `serveTasks` of process-messages.ts. One that ends is replaced; the task that it had is rejected.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import type { FromProcess, ToProcess } from './process-messages.ts';

export interface ProcessPool<Task, Result> {
  /** Runs one task, as soon as a process is free. Rejects when it fails, its process ends, or it takes longer than `timeoutMs`. */
  run(task: Task, options?: { readonly timeoutMs?: number }): Promise<Result>;
  /** Settles when every process has loaded; rejects with the error of one that cannot. */
  readonly ready: Promise<void>;
  /** Finishes what is running and ends the processes. */
  close(): Promise<void>;
}

export interface ProcessPoolOptions {
  /** Absolute path of the worker's TypeScript file. */
  readonly workerFile: string;
  readonly processes: number;
  /** Sent to each process at its start. */
  readonly setup: unknown;
  /** Told what a process notes besides results. */
  readonly onNote?: (note: unknown) => void;
}

/** Steps of niceness below the server's. */
const NICENESS = 5;
/** Before a process that could not start again is tried once more. */
const RESTART_MS = 5_000;

interface Job {
  readonly task: unknown;
  readonly timeoutMs: number | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the processes, which live until the pool is closed. */
export function startProcessPool<Task, Result>(options: ProcessPoolOptions): ProcessPool<Task, Result> {
  const waiting: Job[] = [];
  const next = () => waiting.shift();
  const places = Array.from({ length: options.processes }, () => openPlace(options, next));
  const ready = Promise.all(places.map((place) => place.ready)).then(() => undefined);
  // Nobody has to wait for it: each task also says why it has no process.
  ready.catch(() => undefined);
  return {
    run: (task, { timeoutMs } = {}) =>
      new Promise<Result>((resolve, reject) => {
        waiting.push({
          task,
          timeoutMs,
          resolve: (result) => {
            resolve(result as Result);
          },
          reject,
        });
        for (const place of places) place.look();
      }),
    ready,
    async close() {
      await Promise.all(places.map((place) => place.close()));
      for (const job of waiting.splice(0)) job.reject(new Error('the pool is closed'));
    },
  };
}

/** One place of the pool: a process, and its successors. */
interface Place {
  readonly ready: Promise<unknown>;
  /** Takes a waiting job if the process is free. */
  look(): void;
  close(): Promise<void>;
}

function openPlace({ workerFile, setup, onNote }: ProcessPoolOptions, next: () => Job | undefined): Place {
  let child: ChildProcess;
  let isReady = false;
  let isClosing = false;
  let job: Job | undefined;
  let timer: NodeJS.Timeout | undefined;
  let reasonToEnd = 'it ended';
  const firstStart = Promise.withResolvers<undefined>();
  const idle = { resolve: (): void => undefined };

  const settle = (how: (job: Job) => void) => {
    clearTimeout(timer);
    const settled = job;
    job = undefined;
    if (settled) how(settled);
    idle.resolve();
  };
  const look = () => {
    if (!isReady || job || isClosing) return;
    job = next();
    if (!job) return;
    child.send({ kind: 'task', task: job.task } satisfies ToProcess);
    if (job.timeoutMs === undefined) return;
    timer = setTimeout(() => {
      reasonToEnd = 'it took too long';
      child.kill('SIGKILL');
    }, job.timeoutMs);
  };
  const hear = (message: FromProcess) => {
    switch (message.kind) {
      case 'ready':
        isReady = true;
        firstStart.resolve(undefined);
        look();
        return;
      case 'broken':
        firstStart.reject(Object.assign(new Error(message.message), { name: message.name }));
        return;
      case 'note':
        onNote?.(message.note);
        return;
      case 'done':
        settle(({ resolve }) => {
          resolve(message.result);
        });
        look();
        return;
      case 'failed':
        settle(({ reject }) => {
          reject(new Error(message.message));
        });
        look();
    }
  };
  const start = () => {
    reasonToEnd = 'it ended';
    child = fork(workerFile, [], { serialization: 'advanced', execArgv: [] });
    child.on('error', () => undefined); // `exit` follows, or `send` has failed because of it
    child.on('message', hear);
    child.once('exit', () => {
      const wasReady = isReady;
      isReady = false;
      firstStart.reject(new Error('a process ended before it was ready'));
      settle(({ reject }) => {
        reject(new Error(`the process is gone: ${reasonToEnd}`));
      });
      if (isClosing) return;
      if (wasReady) start();
      else setTimeout(restart, RESTART_MS).unref();
    });
    child.send({ kind: 'setup', setup } satisfies ToProcess);
    giveWay(child);
  };
  const restart = () => {
    if (!isClosing) start();
  };
  start();
  return {
    ready: firstStart.promise,
    look,
    async close() {
      isClosing = true;
      // One that is ended while a native library loads may hang.
      await firstStart.promise.catch(() => undefined);
      if (job) await new Promise<void>((resolve) => (idle.resolve = resolve));
      const { exitCode, signalCode } = child;
      if (exitCode !== null || signalCode !== null) return;
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function giveWay({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch {
    // It has ended already, or the system allows no change: it runs all the same.
  }
}
