/** Sizes that no radiograph has are refused by what a header declares. */
import { describe, expect, it } from 'vitest';
import { colourRefusalOf, refusalOf, sizeRefusalOf } from '../../models/usable-image.ts';

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

describe('colours', () => {
  /** 100 pixels, of which the first `coloured` are red and the others grey. */
  const frameWith = (coloured: number, full: 255 | 65_535) => {
    const values = Array.from({ length: 300 }, (_, index) => {
      const pixel = Math.floor(index / 3);
      return pixel < coloured ? (index % 3 === 0 ? full : 0) : (pixel / 100) * full;
    });
    const samples = full === 255 ? Uint8Array.from(values) : Uint16Array.from(values);
    return { columns: 10, rows: 10, samplesPerPixel: 3, photometricInterpretation: 'RGB', samples } as const;
  };

  it.each([255, 65_535] as const)('of a photograph are a reason to refuse it, full scale %i', (full) => {
    expect(colourRefusalOf(frameWith(60, full))).toEqual({
      reason: 'colour-image',
      detail: '60 % of the pixels are coloured',
    });
  });

  it('of a mark on a grey image are not', () => {
    expect(colourRefusalOf(frameWith(10, 255))).toBeUndefined();
  });

  it('are not asked of one sample a pixel', () => {
    const frame = {
      ...frameWith(60, 255),
      samplesPerPixel: 1,
      photometricInterpretation: 'MONOCHROME2',
    } as const;
    expect(colourRefusalOf(frame)).toBeUndefined();
  });
});
