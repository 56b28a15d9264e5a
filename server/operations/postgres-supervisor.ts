/**
 * Keeps a PostgreSQL running: one that is killed, crashes or cannot write is started again until it runs, one that was
 * stopped in good order by somebody else is not.
 *
 * Trap: the address must stay the same from start to start, since connection pools keep theirs.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';

import type { Log } from './log.ts';

/** A PostgreSQL that is watched over. */
export interface SupervisedPostgres {
  /** Settles when PostgreSQL has ended for good: after `stop`, or when it was stopped in good order from outside. */
  readonly ended: Promise<void>;
  /** Fast shutdown; resolves when the process is gone. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

const STOP_PATIENCE_MS = 8_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** Watches over `first`. `relaunch` starts another on the same data and address, and resolves when it takes connections. */
export function supervise(
  first: ChildProcess,
  relaunch: () => Promise<ChildProcess>,
  log: Log,
): SupervisedPostgres {
  let child = first;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  // When this process ends without `stop`, the database is told to end too; the next start would end it otherwise.
  const endWithUs = (): void => void child.kill('SIGINT');
  process.once('exit', endWithUs);
  const ended = keepRunning().finally(() => process.removeListener('exit', endWithUs));
  let stopped: Promise<void> | undefined;
  return { ended, stop: () => (stopped ??= stop()) };

  async function keepRunning(): Promise<void> {
    for (;;) {
      const code = await exitOf(child);
      if (isStopping() || code === 0) return;
      log.error({ code, signal: child.signalCode }, 'the embedded PostgreSQL ended; starting it again');
      const next = await untilRelaunched();
      if (next === undefined) return;
      child = next;
      if (isStopping()) child.kill('SIGINT');
    }
  }

  /** A new process, or `undefined` when nobody wants one any more. */
  async function untilRelaunched(): Promise<ChildProcess | undefined> {
    for (let pause = FIRST_PAUSE_MS; !isStopping(); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await relaunch();
      } catch (error) {
        log.error({ error }, 'the embedded PostgreSQL cannot be started again; trying on');
      }
      await wait(pause, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined); // stopped
    }
    return undefined;
  }

  async function stop(): Promise<void> {
    stopping.abort();
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      if (child.exitCode !== null || child.signalCode !== null) break;
      if (signal !== 'SIGINT') log.warn({ signal }, 'the embedded PostgreSQL takes long to stop');
      child.kill(signal);
      await Promise.race([ended, wait(STOP_PATIENCE_MS, undefined, { ref: false })]);
    }
    await ended;
  }
}

/** The exit code of a process once it has ended; `null` when a signal ended it. Rejects when it could not be spawned. */
export function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve, reject) => {
    child.once('exit', resolve);
    child.once('error', reject);
  });
}
