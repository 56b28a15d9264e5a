/** Sizes that no radiograph has are refused by what a header declares. */
import { describe, expect, it } from 'vitest';
import { refusalOf, sizeRefusalOf } from '../../models/usable-image.ts';

describe('a declared size', () => {
  it.each([
    ['a side too short', 63, 100],
    ['a side too long', 12_001, 12_000],
    ['a strip', 100, 801],
  ])('is refused for %s', (_what, columns, rows) => {
    expect(sizeRefusalOf({ columns, rows })?.reason).toBe('bad-dimensions');
  });

  it.each([
    [64, 64],
    [12_000, 12_000],
    [100, 800],
  ])('may be %i × %i', (columns, rows) => {
    expect(sizeRefusalOf({ columns, rows })).toBeUndefined();
  });

  it('is judged before the contrast', () => {
    const samples = new Float32Array(10 * 10);
    expect(refusalOf({ columns: 10, rows: 10, samples })?.reason).toBe('bad-dimensions');
  });
});
