/**
 * What was opened is closed in reverse, each step with a limit, so that one that hangs does not keep the others open.
 */
import { setTimeout as wait } from 'node:timers/promises';

import type { Log } from './log.ts';

interface Step {
  readonly name: string;
  readonly close: () => Promise<void>;
  readonly patienceMs: number;
}

/** Collects closing steps while a server starts; runs them backwards when it stops or its start fails. */
export class Shutdown {
  readonly #steps: Step[] = [];
  readonly #log: Log;
  #closing: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Adds a step to be run before all those added earlier. After `patienceMs` the next step begins regardless. */
  onClose(name: string, close: () => Promise<void>, patienceMs = 3_000): void {
    this.#steps.push({ name, close, patienceMs });
  }

  /** Runs the steps; failures are logged and stop nothing. Calling it again waits for the same end. */
  close(): Promise<void> {
    return (this.#closing ??= this.#runSteps());
  }

  async #runSteps(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const { name, close, patienceMs } = step;
      const timer = new AbortController();
      const timeout = wait(patienceMs, 'late' as const, { signal: timer.signal, ref: false });
      timeout.catch(() => undefined); // Cancelled below.
      try {
        const end = await Promise.race([close().then(() => 'closed' as const), timeout]);
        if (end === 'late') this.#log.warn({ step: name }, 'did not close in time');
      } catch (error) {
        this.#log.warn({ step: name, error }, 'did not close cleanly');
      } finally {
        timer.abort();
      }
    }
  }
}
