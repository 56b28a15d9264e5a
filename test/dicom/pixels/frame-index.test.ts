import { describe, expect, it } from 'vitest';
import { indexFrames } from '../../../dicom/pixels/frame-index.ts';
import { joinedItems } from '../../../dicom/pixels/frame-locator.ts';
import { kindOfRejection } from '../../support/failures.ts';
import { bytes, fragments } from '../../support/part10-bytes.ts';

const START = Uint8Array.of(0xff, 0xd8, 0xff, 1);
const MORE = Uint8Array.of(7, 8);
const BEFORE = Uint8Array.of(9, 9, 9, 9, 9, 9);

/** The code streams that an index of these fragments leads to. */
async function streams(
  table: readonly number[],
  parts: readonly Uint8Array[],
  frames: number,
  extended: readonly number[] = [],
): Promise<number[][]> {
  const file = bytes(BEFORE, fragments(table, ...parts), BEFORE);
  const read = (start: number, end: number) => Promise.resolve(file.subarray(start, end));
  const index = await indexFrames(read, BEFORE.length, { frames }, extended);
  expect(index).toHaveLength(frames + 1);
  return index.slice(1).map((end, frame) => [...joinedItems(file.subarray(index[frame], end))]);
}

describe('an index of frames (PS3.5 A.4)', () => {
  const joined = [...START, ...MORE];

  it.each<[string, readonly number[], readonly Uint8Array[], number, readonly number[]]>([
    ['the Basic Offset Table', [0, 22], [START, MORE, START, MORE], 2, []],
    ['the Extended Offset Table, which wins', [0, 1], [START, MORE, START, MORE], 2, [0, 22]],
    ['where code streams begin', [], [START, MORE, START, MORE], 2, []],
    ['there being one frame', [], [START, MORE], 1, []],
  ])('follows %s', async (_, table, parts, frames, extended) => {
    expect(await streams(table, parts, frames, extended)).toEqual(
      Array.from({ length: frames }, () => joined),
    );
  });

  it('takes a fragment a frame where there are as many', async () => {
    expect(await streams([], [MORE, START, MORE], 3)).toEqual([[...MORE], [...START], [...MORE]]);
  });

  it.each<[string, readonly number[], readonly Uint8Array[], number]>([
    ['offsets that point at no fragment', [0, 3], [START, MORE, START], 2],
    ['offsets that fall', [22, 0], [START, MORE, START], 2],
    ['fragments that no rule divides', [], [START, MORE, MORE], 2],
    ['no fragment at all', [], [], 1],
  ])('is refused for %s', async (_, table, parts, frames) => {
    expect(await kindOfRejection(streams(table, parts, frames))).toBe('malformed-dicom');
  });
});
