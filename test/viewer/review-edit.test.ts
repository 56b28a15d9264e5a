/** A region under the hand: what is held, where it goes, and that it never leaves its image. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundsOf, imagePoint } from '../../dicom/vocabulary/geometry.ts';
import {
  boxed,
  draggedRegion,
  editItems,
  handleAt,
  movedRegion,
  outlineOf,
  stretchedRegion,
} from '../../viewer-extension/core/review-edit.ts';

const IMAGE = { columns: 400, rows: 600 };
const BOX = { box: { left: 100, top: 200, right: 180, bottom: 260 } };
const OUTLINE = (() => {
  const polygon = [imagePoint(10, 10), imagePoint(60, 12), imagePoint(40, 70)];
  return { polygon, box: boundsOf(polygon) };
})();
/** Twice as large on the surface, 5 to the right and 7 down. */
const SURFACE = {
  width: 900,
  height: 1300,
  pixelRatio: 1,
  measure: () => 10,
  project: ({ x, y }: { x: number; y: number }) => ({ x: 2 * x + 5, y: 2 * y + 7 }),
};
const at = (x: number, y: number) => SURFACE.project({ x, y });

describe('a pointer', () => {
  test('holds a corner before an edge, an edge before the inside, and nothing beside the box', () => {
    expect(handleAt(BOX, at(180.5, 260.5), SURFACE)).toEqual({ kind: 'sides', sides: ['right', 'bottom'] });
    expect(handleAt(BOX, at(100, 230), SURFACE)).toEqual({ kind: 'sides', sides: ['left'] });
    expect(handleAt(BOX, at(140, 230), SURFACE)).toEqual({ kind: 'inside' });
    expect(handleAt(BOX, at(90, 190), SURFACE)).toBeUndefined();
  });

  test('holds the nearest point of an outline, or all of it', () => {
    expect(handleAt(OUTLINE, at(59, 13), SURFACE)).toEqual({ kind: 'point', index: 1 });
    expect(handleAt(OUTLINE, at(38, 30), SURFACE)).toEqual({ kind: 'inside' });
    expect(handleAt(OUTLINE, at(12, 60), SURFACE)).toBeUndefined();
  });
});

describe('a region', () => {
  test('changes at the sides that are held, and turns over where they cross', () => {
    const held = { kind: 'sides', sides: ['right', 'bottom'] } as const;
    expect(draggedRegion(BOX, held, imagePoint(180, 260), imagePoint(200, 300), IMAGE).box).toEqual({
      ...BOX.box,
      right: 200,
      bottom: 300,
    });
    expect(draggedRegion(BOX, held, imagePoint(180, 260), imagePoint(50, 260), IMAGE).box).toEqual({
      ...BOX.box,
      left: 50,
      right: 100,
    });
  });

  test('goes as a whole, and no farther than the image', () => {
    const { box } = movedRegion(BOX, 1000, -1000, IMAGE);
    expect(box).toEqual({ left: 320, top: 0, right: 400, bottom: 60 });
  });

  test('is stretched with its outline', () => {
    const { polygon = [], box } = stretchedRegion(OUTLINE, 50, 0, IMAGE);
    expect(box).toEqual({ left: 10, top: 10, right: 110, bottom: 70 });
    expect(polygon.map(({ x }) => x)).toEqual([10, 110, 70]);
  });

  test('drawn as an outline has few points that tell the shape, and none where nothing is enclosed', () => {
    const circle = Array.from({ length: 200 }, (_, index) =>
      imagePoint(200 + 50 * Math.cos(index / 32), 300 + 50 * Math.sin(index / 32)),
    );
    const drawn = outlineOf(circle, IMAGE, 1);
    expect(drawn?.polygon?.length).toBeLessThan(40);
    expect(drawn?.box.left).toBeCloseTo(150, 0);
    expect(outlineOf([imagePoint(1, 1), imagePoint(90, 1), imagePoint(40, 1)], IMAGE, 1)).toBeUndefined();
  });

  test('stays on its image and at least a pixel wide and high, whatever is done to it', () => {
    const point = fc
      .tuple(fc.double({ min: -900, max: 900, noNaN: true }), fc.double({ min: -900, max: 900, noNaN: true }))
      .map(([x, y]) => imagePoint(x, y));
    const sides = fc.subarray(['left', 'top', 'right', 'bottom'] as const, { minLength: 1 });
    fc.assert(
      fc.property(point, point, sides, (one, other, held) => {
        const regions = [
          boxed(one, other, IMAGE),
          draggedRegion(BOX, { kind: 'sides', sides: held }, one, other, IMAGE),
          draggedRegion(OUTLINE, { kind: 'inside' }, one, other, IMAGE),
          stretchedRegion(BOX, one.x, one.y, IMAGE),
        ];
        for (const { box } of regions) {
          expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(-1e-9);
          expect(box.right).toBeLessThanOrEqual(IMAGE.columns + 1e-9);
          expect(box.bottom).toBeLessThanOrEqual(IMAGE.rows + 1e-9);
          expect(Math.min(box.right - box.left, box.bottom - box.top)).toBeGreaterThanOrEqual(1 - 1e-9);
        }
      }),
    );
  });

  test('is drawn where it is, with a handle at each corner', () => {
    const [ring, ...handles] = editItems(BOX, SURFACE);
    expect(ring?.kind === 'path' && ring.points[0]).toEqual(at(100, 200));
    expect(handles).toHaveLength(4);
  });
});
