import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import {
  type Affine,
  apply,
  applyToBox,
  boundsOf,
  centreOf,
  compose,
  cornersOf,
  intersectionOverUnion,
  invert,
  pixelAt,
  pixelIndex,
  rotationAbout,
  scaleAndShift,
} from '../../../dicom/vocabulary/geometry.ts';

const coordinate = fc.double({ min: 0, max: 4000, noNaN: true });
const scale = fc.double({ min: 0.05, max: 4, noNaN: true });
const shift = fc.double({ min: -500, max: 500, noNaN: true });

/** Fit, crop, rotate and scale in a row. */
const chain = fc
  .tuple(scale, scale, shift, shift, fc.double({ min: -180, max: 180, noNaN: true }))
  .map(([sx, sy, dx, dy, degrees]): Affine =>
    compose(
      compose(scaleAndShift(sx, sy, dx, dy), rotationAbout(320, 200, degrees)),
      scaleAndShift(1.5, 0.7, -20, 9),
    ),
  );

describe('points', () => {
  it('puts the centre of the first pixel at 0.5\\0.5 (PS3.3 C.18.6.1.1)', () => {
    expect(centreOf(pixelIndex(0, 0))).toEqual({ x: 0.5, y: 0.5 });
  });

  it('finds every pixel at its own centre', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(9999), (column, row) => {
        const pixel = pixelAt(centreOf(pixelIndex(column, row)));
        return pixel.column === column && pixel.row === row;
      }),
    );
  });
});

describe('the affine', () => {
  it('brings a box drawn on the source back within half a pixel through any fit, crop, rotation and scale', () => {
    fc.assert(
      fc.property(chain, coordinate, coordinate, coordinate, coordinate, (affine, x0, y0, x1, y1) => {
        const box = {
          left: Math.min(x0, x1),
          top: Math.min(y0, y1),
          right: Math.max(x0, x1),
          bottom: Math.max(y0, y1),
        };
        const there = cornersOf(box).map(({ x, y }) => apply(affine, x, y));
        const back = boundsOf(there.map(({ x, y }) => apply(invert(affine), x, y)));
        return (['left', 'top', 'right', 'bottom'] as const).every(
          (edge) => Math.abs(back[edge] - box[edge]) < 0.5,
        );
      }),
    );
  });

  it('turns counter-clockwise on the screen for a positive angle', () => {
    const turned = apply(rotationAbout(0, 0, 90), 1, 0);
    expect(turned.x).toBeCloseTo(0, 12);
    expect(turned.y).toBeCloseTo(-1, 12);
  });

  it('refuses to invert a map that loses a dimension', () => {
    expect(() => invert(scaleAndShift(0, 1, 0, 0))).toThrow(RangeError);
  });

  it('maps a box to the hull of its corners', () => {
    expect(applyToBox(scaleAndShift(-1, 2, 10, 0), { left: 1, top: 1, right: 3, bottom: 2 })).toEqual({
      left: 7,
      top: 2,
      right: 9,
      bottom: 4,
    });
  });
});

describe('overlap', () => {
  it('is 1 for equal boxes, 0 for boxes that touch, 1/7 for two 2×2 boxes a step apart', () => {
    const box = { left: 0, top: 0, right: 2, bottom: 2 };
    expect(intersectionOverUnion(box, box)).toBe(1);
    expect(intersectionOverUnion(box, { left: 2, top: 0, right: 4, bottom: 2 })).toBe(0);
    expect(intersectionOverUnion(box, { left: 1, top: 1, right: 3, bottom: 3 })).toBeCloseTo(1 / 7, 12);
  });
});
