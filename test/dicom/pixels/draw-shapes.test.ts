/** Shapes in pixels: where lines, areas and texts come to lie. PS3.3 C.10.5.1.2 (image points). */
import { describe, expect, it } from 'vitest';
import type { DisplayImage } from '../../../dicom/pixels/display.ts';
import { dashesOf, drawShapes } from '../../../dicom/pixels/draw-shapes.ts';
import { extentOfText, lettersAcross, type DrawnShape } from '../../../dicom/vocabulary/drawing.ts';
import { imagePoint } from '../../../dicom/vocabulary/geometry.ts';

/** The picture as text: what is white, grey or black. */
function drawn(columns: number, rows: number, ...shapes: readonly DrawnShape[]): readonly string[] {
  const image: DisplayImage = { columns, rows, channels: 1, samples: new Uint8Array(columns * rows).fill(1) };
  drawShapes(image, shapes);
  return Array.from({ length: rows }, (_, row) =>
    Array.from(image.samples.subarray(row * columns, (row + 1) * columns), (sample) =>
      sample === 1 ? '.' : sample === 0 ? '0' : sample === 255 ? '#' : '+',
    ).join(''),
  );
}

const points = (...pairs: readonly (readonly [number, number])[]) => pairs.map(([x, y]) => imagePoint(x, y));

describe('a line', () => {
  it('goes through the pixels whose centres it joins', () => {
    const line = {
      kind: 'line',
      points: points([1.5, 1.5], [4.5, 1.5], [4.5, 3.5]),
      width: 1,
      grey: 1,
    } as const;
    expect(drawn(6, 5, line)).toEqual(['......', '.####.', '....#.', '....#.', '......']);
  });

  it('of a width has its middle where it was told', () => {
    const line = { kind: 'line', points: points([0.5, 2.5], [4.5, 2.5]), width: 3, grey: 1 } as const;
    expect(drawn(5, 5, line)).toEqual(['.....', '#####', '#####', '#####', '.....']);
  });

  it('with dashes is drawn in parts', () => {
    const dash = { on: 2, off: 3 };
    const line = { kind: 'line', points: points([0.5, 0.5], [11.5, 0.5]), width: 1, grey: 1, dash } as const;
    const [row = ''] = drawn(12, 1, line);
    expect(row).toMatch(/^#{2,3}\.+#{2,3}\.+#{2,3}$/);
  });

  it('outside the image leaves it as it was', () => {
    const line = { kind: 'line', points: points([-50, -50], [-10, 900]), width: 3, grey: 1 } as const;
    expect(drawn(3, 2, line)).toEqual(['...', '...']);
  });
});

describe('dashes', () => {
  it('go round corners and keep their length', () => {
    const ring = points([0, 0], [10, 0], [10, 10], [0, 10], [0, 0]);
    const dashes = dashesOf(ring, 6, 5);
    expect(dashes[1]).toEqual(points([10, 1], [10, 7]));
    expect(dashes[0]).toEqual(points([0, 0], [6, 0]));
    const lengthOf = (dash: readonly { x: number; y: number }[]) =>
      dash.slice(1).reduce((sum, to, index) => {
        const from = dash[index] ?? to;
        return sum + Math.hypot(to.x - from.x, to.y - from.y);
      }, 0);
    for (const dash of dashes.slice(0, -1)) expect(lengthOf(dash)).toBeCloseTo(6);
  });

  it('of a line shorter than one are the line', () => {
    expect(dashesOf(points([0, 0], [3, 0]), 6, 5)).toEqual([points([0, 0], [3, 0])]);
  });
});

describe('areas and texts', () => {
  it('an area covers the pixels between its borders', () => {
    const area = { kind: 'area', box: { left: 1, top: 0, right: 3, bottom: 2 }, grey: 0.5 } as const;
    expect(drawn(4, 3, area)).toEqual(['.++.', '.++.', '....']);
  });

  it('a text is as wide and high as was reckoned, its ground included', () => {
    const { width, height } = extentOfText('I', 1);
    const text = { kind: 'text', text: 'I', at: imagePoint(1, 1), scale: 1, grey: 1 } as const;
    const picture = drawn(width + 2, height + 1, text);
    expect(picture.map((row) => row.slice(width))).toEqual(picture.map(() => '..'));
    expect(picture.at(-1)).toBe('.'.repeat(width + 2));
    expect(picture[1]).toBe('00###000..');
    expect(picture[0]).toBe('00000000..');
  });

  it('a line holds as many letters as fit, and one at least', () => {
    expect(extentOfText('x'.repeat(lettersAcross(100, 2)), 2).width).toBeLessThanOrEqual(100);
    expect(extentOfText('x'.repeat(lettersAcross(100, 2) + 1), 2).width).toBeGreaterThan(100);
    expect(lettersAcross(3, 2)).toBe(1);
  });
});
