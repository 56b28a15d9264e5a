/**
 * What a process pool and its processes say to each other. Apart from the pool, so that processes do not load it.
 */

/** Pool → process: first the set-up, then one task at a time. */
export type ToProcess =
  { readonly kind: 'setup'; readonly setup: unknown } | { readonly kind: 'task'; readonly task: unknown };

/** Process → pool. `broken`: it cannot start, and ends. `failed`: a task rejected. `note`: anything else it has to tell. */
export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'broken'; readonly name: string; readonly message: string }
  | { readonly kind: 'done'; readonly result: unknown }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'note'; readonly note: unknown };

/** A process at work: `note` tells the pool something beside results. */
export interface Prepared<Task, Result> {
  work(task: Task): Promise<Result>;
}

/**
 * Makes this process one of a pool: `prepare` is given the set-up and loads what is needed. The process ends with its
 * parent, however that ends.
 */
export function serveTasks<Task, Result>(
  prepare: (setup: unknown, note: (note: unknown) => void) => Promise<Prepared<Task, Result>>,
): void {
  const send = (message: FromProcess) => process.send?.(message);
  // Ctrl-C and a service manager signal the whole group; the parent finishes what runs and then lets go.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
  let prepared: Prepared<Task, Result> | undefined;
  process.on('message', (message: ToProcess) => {
    if (message.kind === 'setup') {
      prepare(message.setup, (note) => send({ kind: 'note', note })).then(
        (ready) => {
          prepared = ready;
          send({ kind: 'ready' });
        },
        (error: unknown) => {
          const { name, message: text } = error instanceof Error ? error : new Error('no reason was given');
          process.send?.({ kind: 'broken', name, message: text } satisfies FromProcess, () =>
            process.exit(1),
          );
        },
      );
      return;
    }
    const running = prepared?.work(message.task as Task) ?? Promise.reject(new Error('not ready'));
    running.then(
      (result) => send({ kind: 'done', result }),
      (error: unknown) =>
        send({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' }),
    );
  });
}
