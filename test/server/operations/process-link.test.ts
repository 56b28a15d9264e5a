import { describe, expect, it } from 'vitest';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { linkOf, type Answers, type Link } from '../../../server/operations/process-link.ts';

/** What the other side of these tests can be asked. */
type Asked = {
  readonly double: { readonly input: number; readonly output: number };
  readonly fail: { readonly input: undefined; readonly output: never };
  readonly count: { readonly input: number; readonly output: string };
  readonly wait: { readonly input: undefined; readonly output: string };
};
/** What this side can be asked: nothing. */
type Nothing = Readonly<Record<string, never>>;

const ANSWERS: Answers<Asked> = {
  double: (number) => Promise.resolve(2 * number),
  fail: () => Promise.reject(new PacsError('duplicate-instance', 'is there already')),
  count: async (to, note) => {
    for (let number = 1; number <= to; number++) {
      note(number);
      await Promise.resolve();
    }
    return 'counted';
  },
  wait: (_input, _note, signal) =>
    new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        resolve('aborted');
      });
    }),
};

/** Two sides with a channel between them that copies what it carries, as `fork` does. */
function linked(answers: Answers<Asked> = ANSWERS): Link<Asked> {
  const channel = (other: () => Link<never>) => (message: unknown) => {
    queueMicrotask(() => {
      other().hear(structuredClone(message));
    });
  };
  const asking: Link<Asked> = linkOf<Asked, Nothing>(
    channel(() => answering as never),
    {},
  );
  const answering: Link<Nothing> = linkOf<Nothing, Asked>(
    channel(() => asking as never),
    answers,
  );
  return asking;
}

describe('a link between two processes', () => {
  it('answers many questions at once, each with its own answer', async () => {
    const link = linked();
    const numbers = Array.from({ length: 50 }, (_, index) => index);
    const answers = await Promise.all(numbers.map((number) => link.ask('double', number)));
    expect(answers).toEqual(numbers.map((number) => 2 * number));
  });

  it('carries failures with their kind, and tells of faults without what they say', async () => {
    await expect(linked().ask('fail', undefined)).rejects.toMatchObject({
      kind: 'duplicate-instance',
      message: 'is there already',
    });
    const broken = linked({ ...ANSWERS, double: () => Promise.reject(new Error('secret')) });
    const failure: unknown = await broken.ask('double', 1).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind: 'internal' });
    expect(String(failure)).not.toContain('secret');
  });

  it('refuses a question that the other side does not know', async () => {
    const link = linked() as unknown as { ask(name: string, input: unknown): Promise<unknown> };
    await expect(link.ask('toString', 1)).rejects.toMatchObject({ kind: 'internal' });
  });

  it('passes notes on before the answer, and the wish to end', async () => {
    const notes: unknown[] = [];
    expect(await linked().ask('count', 3, { onNote: (note) => notes.push(note) })).toBe('counted');
    expect(notes).toEqual([1, 2, 3]);
    const controller = new AbortController();
    const waiting = linked().ask('wait', undefined, { signal: controller.signal });
    controller.abort();
    expect(await waiting).toBe('aborted');
    expect(await linked().ask('wait', undefined, { signal: AbortSignal.abort() })).toBe('aborted');
  });

  it('rejects what is open when the other process ends, and whatever comes after', async () => {
    const link = linked();
    const open = link.ask('wait', undefined);
    link.end(new PacsError('peer-unavailable', 'ended'));
    await expect(open).rejects.toMatchObject({ kind: 'peer-unavailable' });
    await expect(link.ask('double', 1)).rejects.toMatchObject({ kind: 'peer-unavailable' });
  });
});
