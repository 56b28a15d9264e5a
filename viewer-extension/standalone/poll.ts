/**
 * Repeats a question: soon while something is under way, ever later while nothing is, not at all while the page is
 * hidden.
 */
export interface PollOptions {
  /** Milliseconds to the next question while `ask` says that something is under way. */
  readonly busyMs: number;
  /** Longest pause; idle pauses grow by half each time up to it. */
  readonly idleMs: number;
}

/** A question that is being repeated. */
export interface Polling {
  /** Asks at once, unless the page is hidden. */
  readonly again: () => void;
  readonly stop: () => void;
}

/** What hides and shows the page: the document, or a stand-in of a test. */
export type PageVisibility = Pick<Document, 'hidden' | 'addEventListener' | 'removeEventListener'>;

/**
 * `ask` answers true when something is under way. A question that fails counts as idle. There
 * is never more than one loop: waking aborts the question in flight, whose answer then schedules nothing.
 */
export function poll(
  ask: (signal: AbortSignal) => Promise<boolean>,
  options: PollOptions,
  page: PageVisibility = document,
): Polling {
  let pause = options.busyMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current = new AbortController();
  const round = async () => {
    const { signal } = current;
    const isBusy = page.hidden ? false : await ask(signal).catch(() => false);
    if (signal.aborted) return;
    pause = isBusy ? options.busyMs : Math.min(options.idleMs, pause * 1.5);
    timer = setTimeout(() => void round(), pause);
  };
  const end = () => {
    current.abort();
    clearTimeout(timer);
  };
  const wake = () => {
    if (page.hidden) return;
    end();
    current = new AbortController();
    pause = options.busyMs;
    void round();
  };
  page.addEventListener('visibilitychange', wake);
  void round();
  return {
    again: wake,
    stop: () => {
      end();
      page.removeEventListener('visibilitychange', wake);
    },
  };
}
