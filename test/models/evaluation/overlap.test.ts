import { describe, expect, it } from 'vitest';
import { boundsOf, imagePoint } from '../../../dicom/vocabulary/geometry.ts';
import { boxOverlap, maskOverlap, matchFound, type Outlined } from '../../../models/evaluation/overlap.ts';

function outline(...points: readonly (readonly [number, number])[]): Outlined {
  const polygon = points.map(([x, y]) => imagePoint(x, y));
  return { box: boundsOf(polygon), polygon };
}
const square = (left: number, top: number, side: number) =>
  outline([left, top], [left + side, top], [left + side, top + side], [left, top + side]);

describe('overlap of outlines', () => {
  it('is 1 for the same outline and 0 for one that lies apart', () => {
    expect(maskOverlap(square(0, 0, 10), square(0, 0, 10))).toBeCloseTo(1);
    expect(maskOverlap(square(0, 0, 10), square(20, 0, 10))).toBe(0);
  });

  it('is a third for squares that share a half', () => {
    expect(maskOverlap(square(0, 0, 10), square(5, 0, 10))).toBeCloseTo(1 / 3, 6);
  });

  it('is a half for a triangle and the square around it, although their boxes agree', () => {
    const triangle = outline([0, 0], [10, 0], [0, 10]);
    expect(boxOverlap(triangle, square(0, 0, 10))).toBe(1);
    expect(maskOverlap(triangle, square(0, 0, 10))).toBeCloseTo(0.5, 3);
  });

  it('follows an outline that is not convex', () => {
    const horseshoe = outline([0, 0], [30, 0], [30, 30], [20, 30], [20, 10], [10, 10], [10, 30], [0, 30]);
    expect(maskOverlap(horseshoe, square(0, 0, 30))).toBeCloseTo(700 / 900, 2);
  });

  it('is 0 where no outline was drawn', () => {
    expect(maskOverlap({ box: square(0, 0, 10).box }, square(0, 0, 10))).toBe(0);
  });
});

describe('matching', () => {
  it('lets a true fracture be found once, by the better score', () => {
    expect(matchFound([square(0, 0, 10), square(0, 0, 10)], [square(0, 0, 10)], boxOverlap, 0.5)).toEqual([
      true,
      false,
    ]);
  });

  it('gives a box to the true one it overlaps most', () => {
    const truths = [square(0, 0, 10), square(2, 0, 10)];
    expect(matchFound([square(2, 0, 10), square(0, 0, 10)], truths, boxOverlap, 0.5)).toEqual([true, true]);
  });

  it('asks for the least overlap given', () => {
    expect(matchFound([square(5, 0, 10)], [square(0, 0, 10)], boxOverlap, 0.5)).toEqual([false]);
    expect(matchFound([square(5, 0, 10)], [square(0, 0, 10)], boxOverlap, 0.3)).toEqual([true]);
  });
});
