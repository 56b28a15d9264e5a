import { describe, expect, test } from 'vitest';
import { voiFunction, windowBetween } from '../../../dicom/pixels/voi-lut.ts';
import type { VoiFunction } from '../../../dicom/read/pixel-module.ts';
import { kindOf } from '../../support/failures.ts';

const window = (center: number, width: number, name: VoiFunction = 'LINEAR') =>
  voiFunction({ kind: 'window', center, width, function: name });
const table = (firstMapped: number, bits: number, ...entries: number[]) =>
  voiFunction({ kind: 'lut', lut: { firstMapped, bits, entries: Uint16Array.from(entries) } });

describe('LINEAR (PS3.3 C.11.2.1.2.1)', () => {
  test('the standard’s own example: c=2048 w=4096 maps 0 to black and 4095 to white', () => {
    const display = window(2048, 4096);
    expect(display(0)).toBe(0);
    expect(display(4095)).toBe(1);
    expect(display(2047.5)).toBeCloseTo(0.5, 12);
    expect(display(1)).toBeGreaterThan(0);
    expect(display(4094)).toBeLessThan(1);
  });

  test('c=2048 w=1 is a step: 2047 and 2047.5 black, 2048 white', () => {
    const display = window(2048, 1);
    expect([2047, 2047.5, 2048].map(display)).toEqual([0, 0, 1]);
  });

  test('c=0 w=100 starts at −50 and ends at 49', () => {
    const display = window(0, 100);
    expect(display(-50)).toBe(0);
    expect(display(-49)).toBeCloseTo(1 / 99, 12);
    expect(display(49)).toBe(1);
  });

  test('c=0 w=2 has two values: −1 black, 0 white', () => {
    expect([-1, 0].map(window(0, 2))).toEqual([0, 1]);
  });

  test('a width below 1 is an invalid value', () => {
    expect(kindOf(() => window(0, 0.99))).toBe('invalid-value');
    expect(kindOf(() => window(0, 0))).toBe('invalid-value');
    expect(kindOf(() => window(0, NaN))).toBe('invalid-value');
  });
});

describe('LINEAR_EXACT (PS3.3 C.11.2.1.3.2)', () => {
  test('c=0 w=100 starts at −50, ends at 50, and is half at the center', () => {
    const display = window(0, 100, 'LINEAR_EXACT');
    expect([-50, 0, 50].map(display)).toEqual([0, 0.5, 1]);
    expect(display(49)).toBeCloseTo(0.99, 12);
  });

  test('a width below 1 is a width', () => {
    expect([-0.25, 0, 0.25].map(window(0, 0.5, 'LINEAR_EXACT'))).toEqual([0, 0.5, 1]);
    expect(kindOf(() => window(0, 0, 'LINEAR_EXACT'))).toBe('invalid-value');
  });
});

describe('SIGMOID (PS3.3 C.11.2.1.3.1)', () => {
  test('is half at the center and symmetric around it, and never leaves 0–1', () => {
    const display = window(100, 50, 'SIGMOID');
    expect(display(100)).toBe(0.5);
    expect(display(112.5)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect(display(120) + display(80)).toBeCloseTo(1, 12);
    expect(display(-1e9)).toBe(0);
    expect(display(1e9)).toBe(1);
  });
});

describe('table (PS3.3 C.11.2.1.1)', () => {
  test('inputs below the first mapped value take the first entry, above the last one the last', () => {
    const display = table(10, 8, 51, 102, 255);
    expect([-999, 9, 10, 11, 12, 13, 999].map(display)).toEqual([0.2, 0.2, 0.2, 0.4, 1, 1, 1]);
  });

  test('output is in proportion to the declared bits', () => {
    expect(table(0, 12, 0, 4095)(1)).toBe(1);
    expect(table(0, 16, 0, 4095)(1)).toBeCloseTo(4095 / 65535, 12);
  });

  test('entries that need more bits than declared stay within 0–1', () => {
    expect(table(0, 8, 0, 1023)(1)).toBe(1);
  });
});

test('without a window the range of the image is the window; a flat image is black', () => {
  expect([-5, 0, 5, 10, 15].map(windowBetween(0, 10))).toEqual([0, 0, 0.5, 1, 1]);
  expect(windowBetween(3, 3)(3)).toBe(0);
});
