import { describe, expect, it } from 'vitest';
import { createGate } from '../../../server/operations/gate.ts';

describe('a gate', () => {
  it('never lets more through than it has places, keeps the order, and loses no place to a failure', async () => {
    const gate = createGate(2);
    let inside = 0;
    let most = 0;
    const started: number[] = [];
    const work = (number: number) => async () => {
      started.push(number);
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      inside -= 1;
      if (number % 3 === 0) throw new Error('failed');
      return number;
    };
    const ends = await Promise.allSettled([0, 1, 2, 3, 4, 5, 6].map((number) => gate.pass(work(number))));
    expect(most).toBe(2);
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(ends.map(({ status }) => status === 'rejected')).toEqual([
      true,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    await expect(gate.pass(() => Promise.resolve('after'))).resolves.toBe('after');
  });
});
