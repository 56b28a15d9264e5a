/**
 * Slows down whoever tries credentials: each failure of an address makes its next one wait longer. Those who are known
 * already do not come here, so that nobody is locked out by somebody else at the same address.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** After so long without a failure an address begins anew. */
const FORGIVEN_MS = 300_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** Attempts of one address that may wait at once. */
const MOST_WAITING = 5;
/** Addresses remembered. */
const MOST_ADDRESSES = 10_000;

interface Attempts {
  count: number;
  waiting: number;
  lastAt: number;
}

export class FailedAttempts {
  readonly #pause: (milliseconds: number) => Promise<unknown>;
  readonly #byAddress = new Map<string, Attempts>();

  /** `pause` is replaced by tests. */
  constructor(pause: (milliseconds: number) => Promise<unknown> = wait) {
    this.#pause = pause;
  }

  /** Notes a failure and waits as long as it costs. Throws `too-many-requests` when too many wait already. Returns how many there were. */
  async record(address: string, now = Date.now()): Promise<number> {
    const attempts = this.#of(address, now);
    attempts.count += 1;
    attempts.lastAt = now;
    if (attempts.waiting >= MOST_WAITING) {
      throw new PacsError('too-many-requests', 'Too many wrong credentials came from this address');
    }
    attempts.waiting += 1;
    try {
      await this.#pause(Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts.count - 1, 16), LONGEST_WAIT_MS));
    } finally {
      attempts.waiting -= 1;
    }
    return attempts.count;
  }

  #of(address: string, now: number): Attempts {
    const known = this.#byAddress.get(address);
    if (known && (known.waiting > 0 || now - known.lastAt < FORGIVEN_MS)) return known;
    if (this.#byAddress.size >= MOST_ADDRESSES) {
      const [oldest] = this.#byAddress.keys();
      if (oldest !== undefined) this.#byAddress.delete(oldest);
    }
    const fresh = { count: 0, waiting: 0, lastAt: now };
    this.#byAddress.set(address, fresh);
    return fresh;
  }
}
