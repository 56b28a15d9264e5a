/**
 * Collects what happens often (searches, retrievals, stores) and writes it in one go: a viewer asks for a hundred frames, the
 * trail says once that the study was read. PS3.15 A.5.3.6 and A.5.3.7 leave it to us how much one message tells.
 *
 * Trap: what was not yet written is lost when the process is killed. Whatever changes data for good is therefore recorded
 * where it is changed, not here.
 */
import { asPacsError, type PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Pool } from '../storage/database.ts';
import type { AuditEvent } from './audit-event.ts';
import { recordAuditEvents } from './audit-trail.ts';

/** Events that are alike are told as one for so long. */
const EVERY_MS = 5_000;
/** Searches, of which a worklist makes one after the other. */
const SEARCHES_EVERY_MS = 60_000;
/** Events that wait; beyond it they are written at once. */
const MOST = 5_000;

interface Waiting {
  readonly event: AuditEvent;
  occurrences: number;
  readonly dueAt: number;
}

export interface AuditRecorderOptions {
  readonly pool: Pool;
  /** Told when events could not be written; they are tried again. */
  readonly onError: (error: PacsError) => void;
}

export class AuditRecorder {
  readonly #options: AuditRecorderOptions;
  readonly #waiting = new Map<string, Waiting>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: AuditRecorderOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  /** Notes an event; it is written within seconds. */
  note(event: AuditEvent): void {
    const { principalId, action, outcome, studyInstanceUids, networkAddress, detail } = event;
    const key = [principalId, action, outcome, networkAddress, detail, ...studyInstanceUids].join('\n');
    const known = this.#waiting.get(key);
    if (known) {
      known.occurrences += event.occurrences ?? 1;
      return;
    }
    const wait = action === 'search-studies' ? SEARCHES_EVERY_MS : EVERY_MS;
    this.#waiting.set(key, { event, occurrences: event.occurrences ?? 1, dueAt: Date.now() + wait });
    if (this.#waiting.size >= MOST) void this.flush(Infinity);
  }

  /** Writes what is due, by default what is by now; `Infinity`: all. Resolves when it is written, or could not be. */
  async flush(now = Date.now()): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(now));
    await this.#writing;
  }

  /** Writes all that waits. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush(Infinity);
  }

  async #write(now: number): Promise<void> {
    const due = [...this.#waiting].filter(([, { dueAt }]) => dueAt <= now);
    if (due.length === 0) return;
    for (const [key] of due) this.#waiting.delete(key);
    try {
      await recordAuditEvents(
        this.#options.pool,
        due.map(([, { event, occurrences }]) => ({ ...event, occurrences })),
      );
    } catch (error) {
      // They wait for the database; what goes beyond the limit meanwhile is lost, which the log says.
      for (const [key, one] of due) if (this.#waiting.size < MOST) this.#waiting.set(key, one);
      this.#options.onError(asPacsError(error, 'storage-unavailable'));
    }
  }
}
