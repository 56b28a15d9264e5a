import { describe, expect, test } from 'vitest';
import { encapsulatedFrame, nativeFrame } from '../../../dicom/pixels/frame-locator.ts';
import type { ImagePixel } from '../../../dicom/read/image-pixel.ts';
import { bytes, fragments, u32 } from '../../support/part10-bytes.ts';
import { kindOf } from '../../support/failures.ts';

const pixel = (frames: number, extra: Partial<ImagePixel> = {}): ImagePixel => ({
  rows: 1,
  columns: 2,
  frames,
  samplesPerPixel: 1,
  photometricInterpretation: 'MONOCHROME2',
  isPlanar: false,
  bitsAllocated: 8,
  bitsStored: 8,
  highBit: 7,
  isSigned: false,
  ...extra,
});
const A = Uint8Array.of(0xff, 0xd8, 0xff, 1);
const B = Uint8Array.of(2, 2);
const C = Uint8Array.of(0xff, 0xd8, 0xff, 3);
const frame = (value: Uint8Array, frames: number, index: number, extended?: number[]): number[] => [
  ...encapsulatedFrame(value, 0, pixel(frames), index, extended),
];

describe('native frames lie one behind the other (PS3.5 8.2)', () => {
  test('by arithmetic from the offset', () => {
    const found = nativeFrame(Uint8Array.of(9, 1, 2, 3, 4), 1, pixel(2), 1);
    expect([...found.frame]).toEqual([3, 4]);
  });

  test('frames of 1 bit a pixel are not padded to bytes', () => {
    const odd = pixel(3, { columns: 3, bitsAllocated: 1, bitsStored: 1, highBit: 0 });
    expect(nativeFrame(Uint8Array.of(1, 2), 0, odd, 2)).toEqual({ frame: Uint8Array.of(1, 2), firstBit: 6 });
  });

  test('a file that ends early is malformed', () => {
    expect(kindOf(() => nativeFrame(Uint8Array.of(1, 2, 3), 0, pixel(2), 1))).toBe('malformed-dicom');
  });

  test.each([-1, 2, 0.5, NaN])('there is no frame of index %d among two', (index) => {
    expect(kindOf(() => nativeFrame(new Uint8Array(4), 0, pixel(2), index))).toBe('not-found');
  });
});

describe('encapsulated frames (PS3.5 A.4)', () => {
  test('one frame is all fragments joined, whatever the table says', () => {
    expect(frame(fragments([], A, B), 1, 0)).toEqual([...A, ...B]);
    expect(frame(fragments([77], A, B), 1, 0)).toEqual([...A, ...B]);
  });

  test('as many fragments as frames: one each', () => {
    expect(frame(fragments([], A, B, C), 3, 1)).toEqual([...B]);
  });

  test('the Basic Offset Table counts from behind itself, to the item tag', () => {
    const value = fragments([0, 22], A, B, C);
    expect(frame(value, 2, 0)).toEqual([...A, ...B]);
    expect(frame(value, 2, 1)).toEqual([...C]);
  });

  test('without a table frames begin where code streams begin', () => {
    const value = fragments([], A, B, C);
    expect(frame(value, 2, 0)).toEqual([...A, ...B]);
    expect(frame(value, 2, 1)).toEqual([...C]);
  });

  test('the Extended Offset Table is used like the basic one (PS3.3 C.7.6.3.1.8)', () => {
    expect(frame(fragments([], A, C), 2, 1, [0, 12])).toEqual([...C]);
  });

  test('the file may end without a sequence delimiter, not within a fragment', () => {
    const value = fragments([], A);
    expect(frame(value.subarray(0, -8), 1, 0)).toEqual([...A]);
    expect(kindOf(() => frame(value.subarray(0, -9), 1, 0))).toBe('malformed-dicom');
    expect(kindOf(() => frame(value.subarray(0, -3), 1, 0))).toBe('malformed-dicom');
  });

  test.each<[string, Uint8Array, number]>([
    ['offsets that point between fragments', fragments([0, 5], A, B, C), 2],
    ['offsets that go back', fragments([22, 0], A, B, C), 2],
    ['fewer offsets than frames', fragments([0], A, B, C), 2],
    ['an offset beyond the end', fragments([0, 0xfffffff0], A, B, C), 2],
    ['more frames than code streams', fragments([], A, B, C), 4],
    ['no fragments', fragments([]), 1],
    ['no offset table', bytes(u32(0xe0ddfffe, 0)), 1],
    ['something else than an item', bytes(u32(0xe000fffe, 0, 0x00100010, 0)), 1],
    ['a fragment beyond the end', bytes(u32(0xe000fffe, 0, 0xe000fffe, 0xffffff00)), 1],
    ['an offset table beyond the end', bytes(u32(0xe000fffe, 0xffffff00)), 1],
    ['nothing', new Uint8Array(0), 1],
  ])('%s: malformed', (_, value, frames) => {
    expect(kindOf(() => frame(value, frames, 0))).toBe('malformed-dicom');
  });
});
