import { expect, it } from 'vitest';
import { FrameMemory } from '../../../server/imaging/frame-memory.ts';

const MIB = 1024 * 1024;

it('is used again for what fits, and has the size that is asked for', () => {
  const memory = new FrameMemory();
  const first = memory.take(3 * MIB);
  expect(first).toHaveLength(3 * MIB);
  memory.giveBack(first);
  const greater = memory.take(4 * MIB);
  expect(greater.buffer).not.toBe(first.buffer);
  const smaller = memory.take(2 * MIB + 1);
  expect(smaller).toHaveLength(2 * MIB + 1);
  expect(smaller.buffer).toBe(first.buffer);
  expect(memory.take(1).buffer).not.toBe(first.buffer); // it is lent
});

it('keeps only a few, and none that is large', () => {
  const memory = new FrameMemory();
  const many = Array.from({ length: 5 }, () => memory.take(MIB));
  for (const one of many) memory.giveBack(one);
  const again = Array.from({ length: 5 }, () => memory.take(MIB).buffer);
  expect(again.filter((buffer) => many.some((one) => one.buffer === buffer))).toHaveLength(3);
  const large = memory.take(40 * MIB);
  memory.giveBack(large);
  expect(memory.take(40 * MIB).buffer).not.toBe(large.buffer);
});
