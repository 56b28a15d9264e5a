import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { apply, applyToBox, invert } from '../../dicom/vocabulary/geometry.ts';
import { percentiles } from '../../models/normalise/percentile.ts';
import { resample } from '../../models/normalise/resample.ts';
import { toTensor } from '../../models/normalise/to-tensor.ts';
import { REGION } from './manifests.ts';

const size = fc.integer({ min: 16, max: 300 });

describe('resampling', () => {
  it('keeps a constant image constant', () => {
    const result = resample(new Float32Array(50 * 30).fill(0.25), 50, 30, 17, 23);
    expect(result).toHaveLength(17 * 23);
    expect(result.every((value) => Math.abs(value - 0.25) < 1e-6)).toBe(true);
  });

  it('is the identity at equal size', () => {
    const samples = Float32Array.from({ length: 12 }, (_, index) => index / 12);
    expect(resample(samples, 4, 3, 4, 3)).toEqual(samples);
  });

  it('averages with a triangle when it halves: 0 0 0 1 1 1 → the weights 1/8 3/8 3/8 1/8 inside', () => {
    const [, middle] = resample(Float32Array.of(0, 0, 0, 1, 1, 1), 6, 1, 3, 1);
    expect(middle).toBeCloseTo(0.5, 6);
    const [first] = resample(Float32Array.of(1, 0, 0, 0, 0, 0), 6, 1, 3, 1);
    expect(first).toBeCloseTo(3 / 7, 6);
  });
});

describe('percentiles', () => {
  it('interpolates between ranks as numpy does', () => {
    expect(percentiles(Float32Array.of(4, 1, 3, 2), [0, 50, 100, 25])).toEqual([1, 2.5, 4, 1.75]);
  });

  it('equals the sorted list for any numbers', () => {
    fc.assert(
      fc.property(
        fc.float32Array({
          minLength: 1,
          maxLength: 500,
          noNaN: true,
          noDefaultInfinity: true,
          min: -10,
          max: 10,
        }),
        (values) => {
          const sorted = values.toSorted();
          const [low, high] = percentiles(values, [0, 100]);
          return low === sorted[0] && high === sorted.at(-1);
        },
      ),
    );
  });
});

describe('the tensor and the way back', () => {
  it('brings any point of the image back to itself', () => {
    fc.assert(
      fc.property(
        size,
        size,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (columns, rows, u, v) => {
          const image = { columns, rows, samples: new Float32Array(columns * rows) };
          const { toImage } = toTensor(image, REGION.input);
          const there = apply(invert(toImage), u * columns, v * rows);
          const back = apply(toImage, there.x, there.y);
          return Math.abs(back.x - u * columns) < 1e-6 && Math.abs(back.y - v * rows) < 1e-6;
        },
      ),
    );
  });

  it('finds a bright rectangle of the source within half a tensor cell of where its box maps to', () => {
    const [columns, rows] = [200, 100];
    const box = { left: 60, top: 20, right: 140, bottom: 80 };
    const samples = Float32Array.from({ length: columns * rows }, (_, index) => {
      const [x, y] = [(index % columns) + 0.5, Math.floor(index / columns) + 0.5];
      return x > box.left && x < box.right && y > box.top && y < box.bottom ? 1 : 0;
    });
    const { tensor, toImage } = toTensor({ columns, rows, samples }, REGION.input);
    const lit = [...tensor.data].flatMap((value, index) =>
      value > 0.5 ? [[index % 64, Math.floor(index / 64)] as const] : [],
    );
    const seen = {
      left: Math.min(...lit.map(([x]) => x)),
      top: Math.min(...lit.map(([, y]) => y)),
      right: Math.max(...lit.map(([x]) => x)) + 1,
      bottom: Math.max(...lit.map(([, y]) => y)) + 1,
    };
    const back = applyToBox(toImage, seen);
    const cell = Math.max(columns, rows) / 64;
    for (const edge of ['left', 'top', 'right', 'bottom'] as const) {
      expect(Math.abs(back[edge] - box[edge])).toBeLessThanOrEqual(cell / 2);
    }
  });

  it('fills the padding with the standardised 0 and stretches only the content', () => {
    const image = {
      columns: 64,
      rows: 32,
      samples: Float32Array.from({ length: 64 * 32 }, (_, i) => 0.4 + (i % 64) / 640),
    };
    const { tensor } = toTensor(image, REGION.input);
    expect(tensor.dims).toEqual([1, 1, 64, 64]);
    expect(tensor.data.slice(0, 64 * 16).every((value) => value === 0)).toBe(true);
    expect(Math.max(...tensor.data)).toBe(1);
  });
});
