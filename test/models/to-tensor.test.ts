import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { apply, applyToBox } from '../../dicom/vocabulary/geometry.ts';
import type { InputSpec } from '../../models/input-contract.ts';
import { percentiles } from '../../models/normalise/percentile.ts';
import { resample } from '../../models/normalise/resample.ts';
import { toTensor } from '../../models/normalise/to-tensor.ts';
import { REGION } from './manifests.ts';

const size = fc.integer({ min: 60, max: 300 });
const fraction = fc.double({ min: 0, max: 1, noNaN: true });

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
  it('finds any box painted into any image where it was painted, within half a source pixel', () => {
    const plain = { ...REGION.input, steps: [] };
    fc.assert(
      fc.property(size, size, fraction, fraction, fraction, fraction, (columns, rows, u, v, w, h) => {
        // The box keeps a tensor cell away from the border, where the filter is cut off.
        const margin = Math.ceil(Math.max(columns, rows) / 64) * 2;
        const left = margin + Math.floor(u * (columns - 2 * margin - 4));
        const top = margin + Math.floor(v * (rows - 2 * margin - 4));
        const right = left + 4 + Math.floor(w * (columns - margin - left - 4));
        const bottom = top + 4 + Math.floor(h * (rows - margin - top - 4));
        const samples = new Float32Array(columns * rows);
        for (let row = top; row < bottom; row++) samples.fill(1, row * columns + left, row * columns + right);
        const { tensor, toImage } = toTensor({ columns, rows, samples }, plain);
        // Area and centre of what is lit, taken back to the image.
        let [mass, x, y] = [0, 0, 0];
        tensor.data.forEach((value, index) => {
          mass += value;
          x += value * ((index % 64) + 0.5);
          y += value * (Math.floor(index / 64) + 0.5);
        });
        const centre = apply(toImage, x / mass, y / mass);
        const area = mass * toImage.a * toImage.d;
        const painted = (right - left) * (bottom - top);
        return (
          Math.abs(centre.x - (left + right) / 2) < 0.5 &&
          Math.abs(centre.y - (top + bottom) / 2) < 0.5 &&
          Math.abs(area - painted) / painted < 0.05
        );
      }),
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

  it('stretches an image over the whole tensor, each axis by itself, and finds the way back', () => {
    const image = { columns: 200, rows: 100, samples: new Float32Array(200 * 100).fill(0.5) };
    const { tensor, toImage } = toTensor(image, { ...REGION.input, fit: 'stretch', steps: [] });
    expect(tensor.data.every((value) => value === 0.5)).toBe(true);
    expect(apply(toImage, 64, 64)).toEqual({ x: 200, y: 100 });
    expect(apply(toImage, 16, 32)).toEqual({ x: 50, y: 50 });
  });

  it('pads with the grey that the manifest states, scaled and standardised as the image is', () => {
    const image = { columns: 64, rows: 32, samples: new Float32Array(64 * 32).fill(1) };
    const steps: InputSpec['steps'] = [
      { op: 'scale', factor: 255 },
      { op: 'standardise', mean: [55], std: [2] },
    ];
    const { tensor } = toTensor(image, { ...REGION.input, padding: 0.2, steps });
    expect(tensor.data[0]).toBeCloseTo((0.2 * 255 - 55) / 2, 4);
    expect(tensor.data[64 * 32]).toBeCloseTo(100, 4);
  });

  it('puts channels last, and blue first, where the manifest says so; means stay red, green, blue', () => {
    const image = {
      columns: 64,
      rows: 64,
      samples: Float32Array.from({ length: 4096 }, (_, at) => at / 4096),
    };
    const steps = [{ op: 'standardise' as const, mean: [1, 2, 3], std: [1, 1, 1] }];
    const spec = { ...REGION.input, channels: 3 as const, steps };
    const first = toTensor(image, spec);
    const last = toTensor(image, { ...spec, layout: 'nhwc', channelOrder: 'bgr' });
    expect(last.tensor.dims).toEqual([1, 64, 64, 3]);
    for (const pixel of [0, 77, 4095]) {
      for (const channel of [0, 1, 2]) {
        expect(last.tensor.data[pixel * 3 + channel]).toBe(first.tensor.data[(2 - channel) * 4096 + pixel]);
      }
    }
    expect(toTensor(image, { ...spec, layout: 'chw' }).tensor.dims).toEqual([3, 64, 64]);
  });
});
