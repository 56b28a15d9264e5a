/**
 * How far the OHIF application is: there, under way, or not to be had. The server is of use without it, so nothing here
 * ends the server.
 */
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import { ensureOhif, storedOhif, type DownloadOptions } from './ohif-download.ts';

export type OhifState =
  | { readonly kind: 'ready'; readonly folder: string }
  /** `share` of the download, 0–1. */
  | { readonly kind: 'fetching'; readonly share: number }
  /** `reason` as a sentence for people. */
  | { readonly kind: 'absent'; readonly reason: string };

/** The application, fetched in the background where it is not in the cache. */
export class OhifApplication {
  #state: OhifState;
  readonly #listeners = new Set<(state: OhifState) => void>();
  readonly #abort = new AbortController();
  readonly #work: Promise<void>;

  constructor(options: Pick<DownloadOptions, 'cacheFolder'> = {}) {
    const folder = storedOhif(options);
    this.#state = folder === undefined ? { kind: 'fetching', share: 0 } : { kind: 'ready', folder };
    this.#work = folder === undefined ? this.#fetch(options) : Promise.resolve();
  }

  get state(): OhifState {
    return this.#state;
  }

  /** Calls `listener` at every change of the state. */
  onChange(listener: (state: OhifState) => void): void {
    this.#listeners.add(listener);
  }

  /** Ends a download that is under way. */
  async stop(): Promise<void> {
    this.#listeners.clear();
    this.#abort.abort();
    await this.#work;
  }

  async #fetch(options: DownloadOptions): Promise<void> {
    try {
      const folder = await ensureOhif({
        ...options,
        signal: this.#abort.signal,
        onProgress: (share) => {
          this.#become({ kind: 'fetching', share });
        },
      });
      this.#become({ kind: 'ready', folder });
    } catch (error) {
      const reason = `The OHIF viewer could not be fetched: ${asPacsError(error).message}. Everything else works; the next start tries again.`;
      this.#become({ kind: 'absent', reason });
    }
  }

  #become(state: OhifState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}
