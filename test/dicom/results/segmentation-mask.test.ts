/** Polygons as pixels: the rule of pixel centres against a slow and exact count, and the packing of bits. PS3.5 8.1.1, Annex D. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  packMasks,
  spansOf,
  type MaskSize,
  type MaskSpan,
} from '../../../dicom/results/segmentation-mask.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { imagePoint, type Polygon } from '../../../dicom/vocabulary/geometry.ts';

const SIZE: MaskSize = { rows: 9, columns: 13 };
const ring = (...points: readonly (readonly [number, number])[]): Polygon =>
  points.map(([x, y]) => imagePoint(x, y));
const square = (left: number, top: number, right: number, bottom: number) =>
  ring([left, top], [right, top], [right, bottom], [left, bottom]);

/** The mask as text, a line a row: what a person would draw. */
function drawn(spans: readonly MaskSpan[], { rows, columns }: MaskSize = SIZE): readonly string[] {
  const lines = Array.from({ length: rows }, () => Array.from({ length: columns }, () => '.'));
  for (const { row, start, end } of spans) {
    for (let column = start; column < end; column++) {
      if (lines[row]?.[column] !== '.') throw new Error('a pixel is set twice');
      lines[row][column] = '#';
    }
  }
  return lines.map((line) => line.join(''));
}

/** Even-odd rule for one pixel centre in whole numbers of 0.01 px: a ray to the left, edges half open downwards. */
function holdsCentre(polygon: Polygon, column: number, row: number): boolean {
  const [px, py] = [BigInt(column * 100 + 50), BigInt(row * 100 + 50)];
  const points = polygon.map(
    ({ x, y }) => [BigInt(Math.round(x * 100)), BigInt(Math.round(y * 100))] as const,
  );
  let isInside = false;
  points.forEach(([x1, y1], index) => {
    const [x2, y2] = points[(index + 1) % points.length] ?? [x1, y1];
    if (y1 > py === y2 > py) return;
    // x of the crossing ≤ px, multiplied by the height of the edge.
    const [side, height] = [(py - y1) * (x2 - x1) - (px - x1) * (y2 - y1), y2 - y1];
    if (height > 0n ? side <= 0n : side >= 0n) isInside = !isInside;
  });
  return isInside;
}

function slowly(polygon: Polygon, { rows, columns }: MaskSize): readonly string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (__, column) => (holdsCentre(polygon, column, row) ? '#' : '.')).join(''),
  );
}

describe('a polygon on the pixel grid', () => {
  it('holds the pixels whose centre it holds', () => {
    expect(
      drawn(spansOf(ring([1, 1], [5, 1], [1, 5]), { rows: 6, columns: 6 }), { rows: 6, columns: 6 }),
    ).toEqual(['......', '.###..', '.##...', '.#....', '......', '......']);
  });

  it('of exactly one pixel is that pixel, wherever it lies', () => {
    for (const [column, row] of [
      [0, 0],
      [12, 0],
      [0, 8],
      [12, 8],
      [5, 4],
    ] as const) {
      expect(spansOf(square(column, row, column + 1, row + 1), SIZE)).toEqual([
        { row, start: column, end: column + 1 },
      ]);
    }
  });

  it('that holds no centre has no pixel', () => {
    expect(spansOf(square(3.51, 3.51, 4.49, 4.49), SIZE)).toEqual([]);
    expect(spansOf(square(3.1, 3, 3.4, 9), SIZE)).toEqual([]);
  });

  it('of the whole image is the whole image', () => {
    expect(drawn(spansOf(square(0, 0, 13, 9), SIZE))).toEqual(
      Array.from({ length: 9 }, () => '#'.repeat(13)),
    );
  });

  it('shares no pixel with its neighbour, and leaves none between them', () => {
    const [left, right] = [square(0, 0, 4.5, 9), square(4.5, 0, 13, 9)];
    const both = [...spansOf(left, SIZE), ...spansOf(right, SIZE)];
    expect(drawn(both)).toEqual(drawn(spansOf(square(0, 0, 13, 9), SIZE)));
  });

  it('is the same from whichever point and in whichever direction it is told', () => {
    const points = [...ring([1.2, 0.4], [11.9, 2.2], [7.5, 8.8], [3.3, 5.01])];
    const expected = spansOf(points, SIZE);
    expect(spansOf([...points.slice(2), ...points.slice(0, 2)], SIZE)).toEqual(expected);
    expect(spansOf(points.toReversed(), SIZE)).toEqual(expected);
  });

  it('agrees with a slow exact count for any polygon, crossing itself or not', () => {
    const side = (most: number) =>
      fc.oneof(
        fc.integer({ min: 0, max: most * 100 }),
        fc.integer({ min: 0, max: most }).map((pixel) => pixel * 100),
        fc.integer({ min: 0, max: most - 1 }).map((pixel) => pixel * 100 + 50),
      );
    const polygons = fc.array(
      fc.tuple(side(SIZE.columns), side(SIZE.rows)).map(([x, y]) => imagePoint(x / 100, y / 100)),
      { minLength: 3, maxLength: 9 },
    );
    fc.assert(
      fc.property(polygons, (polygon) => {
        expect(drawn(spansOf(polygon, SIZE))).toEqual(slowly(polygon, SIZE));
      }),
      { numRuns: 2000 },
    );
  });

  it('is exact on the largest image', () => {
    const size = { rows: 65_535, columns: 65_535 };
    const polygon = ring([0, 0.49], [65_535, 0.51], [65_535, 65_534.51], [0.01, 65_534.49]);
    const rowAt = (row: number) => spansOf(polygon, size).filter((span) => span.row === row);
    for (const [row, columns] of [
      [0, [0, 32_766, 32_767, 32_768, 65_534]],
      [65_534, [0, 32_766, 32_767, 32_768, 65_534]],
    ] as const) {
      const spans = rowAt(row);
      for (const column of columns) {
        const isSet = spans.some(({ start, end }) => start <= column && column < end);
        expect([row, column, isSet]).toEqual([row, column, holdsCentre(polygon, column, row)]);
      }
    }
  });
});

describe('packed masks', () => {
  it('begin with the first pixel in the lowest bit and go on within a byte (PS3.5 8.1.1)', () => {
    const size = { rows: 1, columns: 5 };
    const masks = [[{ row: 0, start: 0, end: 2 }], [{ row: 0, start: 1, end: 5 }]];
    expect([...packMasks(masks, size)]).toEqual([0b1100_0011, 0b0000_0011]);
  });

  it('have an even length, padded with zeros', () => {
    expect([...packMasks([[{ row: 0, start: 0, end: 1 }]], { rows: 1, columns: 1 })]).toEqual([1, 0]);
    expect(packMasks([[]], { rows: 3, columns: 8 })).toHaveLength(4);
  });

  it('are refused where Pixel Data cannot hold them', () => {
    const masks = Array.from({ length: 9 }, () => []);
    expect(() => packMasks(masks, { rows: 65_535, columns: 65_535 })).toThrow(PacsError);
  });
});
