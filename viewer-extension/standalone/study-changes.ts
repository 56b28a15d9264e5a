/**
 * The server's notices of what has changed (server-sent events): one connection for all who listen, open only while
 * somebody does. The browser connects again by itself.
 */
export type ChangeListener = (studyUids: ReadonlySet<string>) => void;

export class StudyChanges {
  readonly #url: string;
  readonly #listeners = new Set<ChangeListener>();
  #source: EventSource | undefined;

  /** `url` of the event stream, e.g. `/api/events`. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Tells of every change until the returned function is called. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    this.#source ??= this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#source?.close();
      this.#source = undefined;
    };
  }

  #open(): EventSource {
    const source = new EventSource(this.#url);
    source.addEventListener('studies', ({ data }: MessageEvent<unknown>) => {
      const uids = uidsOf(data);
      for (const listener of this.#listeners) listener(uids);
    });
    return source;
  }
}

/** The Study Instance UIDs of a notice; none where it is not one. */
function uidsOf(data: unknown): ReadonlySet<string> {
  try {
    const body: unknown = JSON.parse(String(data));
    return new Set(Array.isArray(body) ? body.map(String) : []);
  } catch {
    return new Set();
  }
}
