/**
 * Questions and answers between two processes, both ways, over the channel that `fork` gives. Errors keep their kind.
 *
 * Trap: when the other process ends, its answers never come: {@link Link.end} rejects what is open.
 */
import { asPacsError, PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';

/** What one side can be asked: name → input and output. Both are copied by structured clone. */
export type Questions = Readonly<Record<string, { readonly input: unknown; readonly output: unknown }>>;

/** How a side answers. `note` tells the asker something before the answer. */
export type Answers<Q extends Questions> = {
  readonly [Name in keyof Q]: (
    input: Q[Name]['input'],
    note: (note: unknown) => void,
    signal: AbortSignal,
  ) => Promise<Q[Name]['output']>;
};

/** The other side. */
export interface Link<Q extends Questions> {
  /** Asks; rejects with the `PacsError` that the other side throws. An aborted `signal` is passed on; the answer still comes. */
  ask<Name extends keyof Q & string>(
    name: Name,
    input: Q[Name]['input'],
    options?: { readonly onNote?: (note: unknown) => void; readonly signal?: AbortSignal },
  ): Promise<Q[Name]['output']>;
  /** Takes a message of the channel. */
  hear(message: unknown): void;
  /** Rejects every question that is open. */
  end(reason: PacsError): void;
}

type Message =
  | { readonly link: 'question'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly link: 'note'; readonly id: number; readonly note: unknown }
  | { readonly link: 'abort'; readonly id: number }
  | { readonly link: 'answer'; readonly id: number; readonly output: unknown }
  | { readonly link: 'failure'; readonly id: number; readonly kind: FailureKind; readonly message: string };

interface Open {
  readonly resolve: (output: unknown) => void;
  readonly reject: (reason: PacsError) => void;
  readonly onNote: ((note: unknown) => void) | undefined;
}

/** Links this process with another: `send` gives a message to the channel. */
export function linkOf<Theirs extends Questions, Ours extends Questions>(
  send: (message: unknown) => void,
  answers: Answers<Ours>,
): Link<Theirs> {
  const open = new Map<number, Open>();
  const running = new Map<number, AbortController>();
  let lastId = 0;
  let ended: PacsError | undefined;
  const post = (message: Message): void => {
    send(message);
  };
  const answer = async (id: number, name: string, input: unknown): Promise<void> => {
    const controller = new AbortController();
    running.set(id, controller);
    const note = (told: unknown): void => {
      post({ link: 'note', id, note: told });
    };
    try {
      const work = Object.hasOwn(answers, name) ? answers[name] : undefined;
      if (!work) throw new PacsError('internal', `Another process asked for ${name}, which is unknown here`);
      const output = await work(input, note, controller.signal);
      post({ link: 'answer', id, output });
    } catch (error) {
      const { kind, message } = asPacsError(error);
      post({ link: 'failure', id, kind, message });
    } finally {
      running.delete(id);
    }
  };
  return {
    ask: (name, input, { onNote, signal } = {}) =>
      new Promise<unknown>((resolve, reject) => {
        if (ended) {
          reject(ended);
          return;
        }
        const id = (lastId += 1);
        const abort = (): void => {
          post({ link: 'abort', id });
        };
        const settling =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            signal?.removeEventListener('abort', abort);
            settle(value);
          };
        open.set(id, { resolve: settling(resolve), reject: settling(reject), onNote });
        post({ link: 'question', id, name, input });
        if (signal?.aborted === true) abort();
        signal?.addEventListener('abort', abort, { once: true });
      }),
    hear(heard) {
      const message = heard as Message;
      switch (message.link) {
        case 'question':
          void answer(message.id, message.name, message.input);
          return;
        case 'note':
          open.get(message.id)?.onNote?.(message.note);
          return;
        case 'abort':
          running.get(message.id)?.abort();
          return;
        case 'answer':
          open.get(message.id)?.resolve(message.output);
          open.delete(message.id);
          return;
        case 'failure':
          open.get(message.id)?.reject(new PacsError(message.kind, message.message));
          open.delete(message.id);
      }
    },
    end(reason) {
      ended = reason;
      for (const { reject } of open.values()) reject(reason);
      open.clear();
      for (const controller of running.values()) controller.abort();
    },
  };
}
