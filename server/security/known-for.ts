/**
 * What was found to be true of a credential, kept for a while: so that a request costs a look into a map, and no database,
 * signature or network.
 *
 * Trap: what is kept outlives its withdrawal by up to `seconds`; withdrawals in this process are told by `forget`.
 */

/** Entries kept at most; beyond it the oldest go. */
const MOST = 10_000;

export class KnownFor<T> {
  readonly #milliseconds: number;
  readonly #entries = new Map<string, { readonly value: T; readonly until: number }>();

  constructor(seconds: number) {
    this.#milliseconds = seconds * 1000;
  }

  /** The value; `undefined` when it is not known, or no longer. */
  get(key: string, now = Date.now()): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > now) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  /** Keeps a value, no longer than until `end` (milliseconds since 1970). */
  set(key: string, value: T, end = Infinity, now = Date.now()): void {
    if (this.#entries.size >= MOST) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) this.#entries.delete(oldest);
    }
    this.#entries.set(key, { value, until: Math.min(now + this.#milliseconds, end) });
  }

  forget(key: string): void {
    this.#entries.delete(key);
  }
}
