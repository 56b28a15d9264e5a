/** Steps on their way to the server: shown at once, lost never, sent twice without harm. */
import { describe, expect, test, vi } from 'vitest';
import type { ReviewStep } from '../../dicom/sr/review-steps.ts';
import {
  ReviewSync,
  type RemoteReview,
  type ReviewAnswer,
  type ReviewRequests,
} from '../../viewer-extension/core/review-sync.ts';

const step = (id: string): ReviewStep => ({ id, kind: 'accept', finding: `1.2.${id}` });

/** A server that holds one draft, and can be out of reach, lose its answers, or be changed by somebody else. */
class Server implements ReviewRequests {
  draft: RemoteReview['draft'] = { revision: 0, steps: [] };
  isReachable = true;
  losesAnswer = false;
  saves = 0;
  signed: unknown[] = [];

  get review(): RemoteReview {
    return {
      reader: { id: 'kim', mayReview: true, maySign: true },
      draft: this.draft,
      others: [],
      seen: `seen-${this.draft.revision}`,
    };
  }

  read = () => Promise.resolve(this.#answer({ status: 'done', done: this.review } as const));

  save = ({ revision, steps }: RemoteReview['draft']): Promise<ReviewAnswer<RemoteReview>> => {
    if (!this.isReachable) return Promise.resolve({ status: 'unreachable' });
    this.saves += 1;
    if (revision !== this.draft.revision) return Promise.resolve({ status: 'changed', review: this.review });
    this.draft = { revision: revision + 1, steps };
    if (!this.losesAnswer) return Promise.resolve({ status: 'done', done: this.review });
    this.losesAnswer = false;
    return Promise.resolve({ status: 'unreachable' });
  };

  sign = (what: { revision: number; seen: string }): Promise<ReviewAnswer<undefined>> => {
    this.signed.push(what);
    return Promise.resolve(this.#answer({ status: 'done', done: undefined } as const));
  };

  #answer<Answer>(answer: Answer): Answer | { readonly status: 'unreachable' } {
    return this.isReachable ? answer : { status: 'unreachable' };
  }
}

function pending(text: string | null = null) {
  const store = { text, get: () => store.text, set: (kept: string | null) => void (store.text = kept) };
  return store;
}

const ids = (steps: readonly ReviewStep[]) => steps.map(({ id }) => id);

describe('a step', () => {
  test('is on the screen before it is sent, and on the server after', async () => {
    const [server, store] = [new Server(), pending()];
    const sync = new ReviewSync(server, store, () => undefined);
    await sync.refresh();
    sync.take(step('a'));
    expect([ids(sync.view.steps), sync.view.unsent]).toEqual([['a'], 1]);
    expect(store.text).toContain('"a"');
    await sync.flush();
    expect([ids(server.draft.steps), sync.view.unsent, store.text]).toEqual([['a'], 0, null]);
  });

  test('that could not be sent is sent by the next page of the same reader, and by no other', async () => {
    const [server, store] = [new Server(), pending()];
    const sync = new ReviewSync(server, store, () => undefined);
    await sync.refresh();
    server.isReachable = false;
    sync.take(step('a'));
    await sync.flush();
    expect(sync.view).toMatchObject({ unsent: 1, isOffline: true });
    sync.stop();
    server.isReachable = true;
    const stranger = new ReviewSync(
      Object.assign(new Server(), {
        read: () =>
          Promise.resolve({
            status: 'done',
            done: { ...server.review, reader: { id: 'lee', mayReview: true, maySign: true } },
          } as const),
      }),
      pending(store.text),
      () => undefined,
    );
    await stranger.refresh();
    expect(stranger.view.steps).toEqual([]);
    const next = new ReviewSync(server, store, () => undefined);
    await next.refresh();
    expect(ids(server.draft.steps)).toEqual(['a']);
  });

  test('is sent again when the connection comes back', async () => {
    vi.useFakeTimers();
    const server = new Server();
    const sync = new ReviewSync(server, pending(), () => undefined);
    await sync.refresh();
    server.isReachable = false;
    sync.take(step('a'));
    await vi.advanceTimersByTimeAsync(3_500);
    server.isReachable = true;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([ids(server.draft.steps), sync.view.isOffline]).toEqual([['a'], false]);
    sync.stop();
    vi.useRealTimers();
  });

  test('whose answer was lost is there once', async () => {
    const server = new Server();
    const sync = new ReviewSync(server, pending(), () => undefined);
    await sync.refresh();
    server.losesAnswer = true;
    sync.take(step('a'));
    await sync.flush();
    expect(sync.view.unsent).toBe(1);
    sync.take(step('b'));
    await sync.flush();
    expect(ids(server.draft.steps)).toEqual(['a', 'b']);
    sync.stop();
  });

  test('of another window of the same reader stays', async () => {
    const server = new Server();
    const sync = new ReviewSync(server, pending(), () => undefined);
    await sync.refresh();
    server.draft = { revision: 7, steps: [step('other')] };
    sync.take(step('a'));
    await sync.flush();
    expect(ids(server.draft.steps)).toEqual(['other', 'a']);
  });

  test('that is undone is gone there too, one at a time', async () => {
    const server = new Server();
    const sync = new ReviewSync(server, pending(), () => undefined);
    await sync.refresh();
    for (const id of ['a', 'b']) sync.take(step(id));
    await sync.flush();
    expect(sync.undo()).toBe(true);
    await sync.flush();
    expect(ids(server.draft.steps)).toEqual(['a']);
    sync.replace('a', step('c'));
    sync.replace('a', step('d'));
    await sync.flush();
    expect(ids(server.draft.steps)).toEqual(['c', 'd']);
  });

  test('that is refused is told, and not sent for ever', async () => {
    const server = Object.assign(new Server(), {
      save: () => Promise.resolve({ status: 'refused', message: 'no such finding' } as const),
    });
    const sync = new ReviewSync(server, pending(), () => undefined);
    await sync.refresh();
    sync.take(step('a'));
    await sync.flush();
    expect(sync.view).toMatchObject({ unsent: 0, refusal: 'no such finding', steps: [] });
  });
});

test('a signature is of what has arrived, and of what was seen', async () => {
  const server = new Server();
  const sync = new ReviewSync(server, pending(), () => undefined);
  await sync.refresh();
  sync.take(step('a'));
  expect(await sync.sign()).toBe(true);
  expect(server.signed).toEqual([{ revision: 1, seen: 'seen-1' }]);
  server.isReachable = false;
  sync.take(step('b'));
  expect(await sync.sign()).toBe(false);
  expect(server.signed).toHaveLength(1);
  sync.stop();
});
