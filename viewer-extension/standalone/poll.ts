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

/** `ask` answers true when something is under way. A question that fails counts as idle. Returns the way to stop. */
export function poll(ask: (signal: AbortSignal) => Promise<boolean>, options: PollOptions): () => void {
  const controller = new AbortController();
  let pause = options.busyMs;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const round = async () => {
    const isBusy = document.hidden ? false : await ask(controller.signal).catch(() => false);
    if (controller.signal.aborted) return;
    pause = isBusy ? options.busyMs : Math.min(options.idleMs, pause * 1.5);
    timer = setTimeout(() => void round(), pause);
  };
  const wake = () => {
    if (document.hidden) return;
    clearTimeout(timer);
    pause = options.busyMs;
    void round();
  };
  document.addEventListener('visibilitychange', wake);
  void round();
  return () => {
    controller.abort();
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
  };
}
