/**
 * The regions of a hand, stage by stage against the seed system's own output on a synthetic hand (OpenCV 4.6): all bit by bit.
 *
 * `golden/bone-age-regions`: `0_input` is the image; `1_resize` … `4_clahe` the enhancement; `5_bin`/`5_mask` what is
 * brighter than the mean and its largest area, `6_rotated` the upright hand, `7_*` the same again; `8_*` the four tiles;
 * `9_montage256` what the network sees. `numbers.json` holds what is no image: `far`, `start` and `dist256` are the
 * convexity defects, deepest first.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anatomyOf, boxesOf } from '../../models/normalise/hand-regions/anatomy.ts';
import {
  areaOf,
  centroidOf,
  fingertipOf,
  outerContours,
} from '../../models/normalise/hand-regions/contours.ts';
import { equalise, smooth, stretchToFullRange } from '../../models/normalise/hand-regions/contrast.ts';
import { hollowsOf } from '../../models/normalise/hand-regions/convexity.ts';
import {
  enhance,
  findHandRegions,
  segmentOf,
  uprightDegrees,
  type Segment,
} from '../../models/normalise/hand-regions/find-regions.ts';
import { montageOf, tileOf } from '../../models/normalise/hand-regions/montage.ts';
import type { Plane } from '../../models/normalise/hand-regions/plane.ts';
import { resize } from '../../models/normalise/hand-regions/resize.ts';
import { rotate } from '../../models/normalise/hand-regions/rotate.ts';
import { readGreyPng } from '../support/png.ts';

const folder = join(import.meta.dirname, '../golden/bone-age-regions');
const golden = (name: string): Plane => readGreyPng(join(folder, `${name}.png`));

interface Numbers {
  readonly rotation: { area: number; centroid: number[]; tip: number[]; angle: number };
  readonly roi: {
    area: number;
    contours: number;
    contour_points: number;
    n_defects: number;
    tip: number[];
    far: number[][];
    start: number[][];
    dist256: number[];
  } & Record<'carpus' | 'four' | 'middle' | 'thumb', number[][]>;
}
const numbers = JSON.parse(readFileSync(join(folder, 'numbers.json'), 'utf8')) as Numbers;

function segment(plane: Plane): Segment {
  const found = segmentOf(plane);
  if (!found) throw new Error('expected a segment');
  return found;
}

/** How many samples differ. */
function differences(found: Plane, expected: Plane): number {
  expect([found.columns, found.rows]).toEqual([expected.columns, expected.rows]);
  return expected.samples.reduce(
    (count, level, index) => count + (level === found.samples[index] ? 0 : 1),
    0,
  );
}

const pair = ({ x, y }: { x: number; y: number }) => [x, y];

describe('each stage equals the golden image', () => {
  it('resizing to 800 × 1000', () => {
    expect(differences(resize(golden('0_input'), 800, 1000), golden('1_resize'))).toBe(0);
  });
  it('stretching', () => {
    expect(differences(stretchToFullRange(golden('1_resize')), golden('2_minmax'))).toBe(0);
  });
  it('smoothing', () => {
    expect(differences(smooth(golden('2_minmax')), golden('3_blur'))).toBe(0);
  });
  it('equalising, also where the tiles do not divide the image', () => {
    expect(differences(equalise(golden('3_blur'), 1, 3), golden('4_clahe'))).toBe(0);
    expect(differences(enhance(golden('0_input')), golden('4_clahe'))).toBe(0);
  });
  it('the mask of the largest area, before and after rotation', () => {
    expect(differences(segment(golden('4_clahe')).mask, golden('5_mask'))).toBe(0);
    expect(differences(segment(golden('6_rotated')).mask, golden('7_mask'))).toBe(0);
  });
  it('rotation', () => {
    expect(differences(rotate(golden('4_clahe'), numbers.rotation.angle), golden('6_rotated'))).toBe(0);
  });
  it('the four tiles and the montage', () => {
    const canvas = golden('6_rotated');
    const { contour, mask } = segment(canvas);
    const hand = anatomyOf(contour, fingertipOf(mask));
    if (!hand) throw new Error('expected six hollows');
    const boxes = boxesOf(hand);
    expect(differences(tileOf(canvas, boxes.carpus), golden('8_carpus'))).toBe(0);
    expect(differences(tileOf(canvas, boxes['four-joints']), golden('8_four'))).toBe(0);
    expect(differences(tileOf(canvas, boxes['middle-finger']), golden('8_middle'))).toBe(0);
    expect(differences(tileOf(canvas, boxes.thumb), golden('8_thumb'))).toBe(0);
    expect(differences(montageOf(canvas, boxes), golden('9_montage256'))).toBe(0);
  });
});

describe('each number equals the golden one', () => {
  it('area, centroid, fingertip and angle of the first segment', () => {
    const found = segment(golden('4_clahe'));
    expect(areaOf(found.contour)).toBe(numbers.rotation.area);
    expect(pair(centroidOf(found.contour) ?? { x: NaN, y: NaN })).toEqual(numbers.rotation.centroid);
    expect(pair(fingertipOf(found.mask))).toEqual(numbers.rotation.tip);
    expect(uprightDegrees(found)).toBeCloseTo(numbers.rotation.angle, 9);
  });

  it('outlines, hollows and boxes of the upright hand', () => {
    const canvas = golden('6_rotated');
    expect(outerContours(canvas, 59, 760, 900)).toHaveLength(numbers.roi.contours);
    const { contour, mask } = segment(canvas);
    expect(contour).toHaveLength(numbers.roi.contour_points);
    expect(areaOf(contour)).toBe(numbers.roi.area);
    const hollows = hollowsOf(contour);
    expect(hollows).toHaveLength(numbers.roi.n_defects);
    const depths = hollows.map(({ depth256 }) => depth256).toSorted((one, other) => other - one);
    expect(depths.slice(0, 6)).toEqual(numbers.roi.dist256);
    const hand = anatomyOf(contour, fingertipOf(mask));
    if (!hand) throw new Error('expected six hollows');
    expect(hand.far.map(pair)).toEqual(numbers.roi.far);
    expect(hand.start.map(pair)).toEqual(numbers.roi.start);
    expect(pair(hand.tip)).toEqual(numbers.roi.tip);
    const boxes = boxesOf(hand);
    const corners = ({ x0, y0, x1, y1 }: (typeof boxes)['carpus']) => [
      [x0, y0],
      [x1, y1],
    ];
    expect(corners(boxes.carpus)).toEqual(numbers.roi.carpus);
    expect(corners(boxes['four-joints'])).toEqual(numbers.roi.four);
    expect(corners(boxes['middle-finger'])).toEqual(numbers.roi.middle);
    expect(corners(boxes.thumb)).toEqual(numbers.roi.thumb);
  });
});

describe('what is no upright hand has no regions', () => {
  const search = ({ columns, rows, samples }: Plane) =>
    findHandRegions({ columns, rows, samples: Float32Array.from(samples, (level) => level / 255) });

  it('finds them on the golden hand', () => {
    expect(search(golden('0_input'))).toMatchObject({ isFound: true });
  });
  it('refuses an even image, a bright rectangle and noise, and says why', () => {
    const plane = (level: (x: number, y: number) => number): Plane => ({
      columns: 200,
      rows: 300,
      samples: Uint8Array.from({ length: 60_000 }, (_, index) => level(index % 200, Math.floor(index / 200))),
    });
    const isInside = (x: number, y: number) => x > 60 && x < 140 && y > 40 && y < 260;
    for (const image of [
      plane(() => 90),
      plane((x, y) => (isInside(x, y) ? 200 : 10)),
      plane((x, y) => (x * 7919 + y * 104_729 + x * y * 31) % 256),
    ]) {
      expect(search(image)).toEqual({ isFound: false, reason: expect.stringMatching(/\w+/) as string });
    }
  });
});

describe('border following (Suzuki and Abe 1985)', () => {
  const plane = (...lines: string[]): Plane => ({
    columns: lines[0]?.length ?? 0,
    rows: lines.length,
    samples: Uint8Array.from(lines.join(''), (sign) => (sign === '#' ? 255 : 0)),
  });
  const outlines = (picture: Plane) =>
    outerContours(picture, 0, picture.columns, picture.rows).map((contour) => contour.map(pair));

  it('goes counter-clockwise from the first pixel and keeps corners alone', () => {
    expect(outlines(plane('.....', '.###.', '.###.', '.###.', '.....'))).toEqual([
      [
        [1, 1],
        [1, 3],
        [3, 3],
        [3, 1],
      ],
    ]);
  });
  it('leaves out what lies inside another outline', () => {
    expect(outlines(plane('#####', '#...#', '#.#.#', '#...#', '#####'))).toHaveLength(1);
  });
  it('sees a single pixel, a thin line and what touches the border', () => {
    expect(outlines(plane('#..', '...', '.##'))).toEqual([
      [[0, 0]],
      [
        [1, 2],
        [2, 2],
      ],
    ]);
  });
});
