/** One loop of questions, however often the page is hidden and shown. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { poll, type PageVisibility } from '../../viewer-extension/standalone/poll.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('keeps one loop when it is woken while a question is in flight', async () => {
  let wake: () => void = () => undefined;
  const page: PageVisibility = {
    hidden: false,
    addEventListener: (_: string, listener: unknown) => {
      if (typeof listener === 'function') wake = listener as () => void;
    },
    removeEventListener: () => undefined,
  };
  const answers: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const ask = (signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<boolean>((resolve) =>
      answers.push(() => {
        resolve(true);
      }),
    );
  };
  const { stop } = poll(ask, { busyMs: 100, idleMs: 1000 }, page);
  wake();
  wake();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  for (const answer of answers.splice(0)) answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(answers).toHaveLength(1);
  stop();
  expect(signals.at(-1)?.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(5000);
  expect(answers).toHaveLength(1);
});
