/**
 * A segmented hand → its four regions, by the seed system's proportions, and whether they can be right.
 *
 * Lengths of the checks are in widths of the four joints' box; the limits were set on real hands (see the model's card).
 * Trap: products are truncated, not rounded.
 */
import { HAND_REGIONS, type HandRegion } from '../../../dicom/vocabulary/finding.ts';
import { hollowsOf } from './convexity.ts';
import type { Contour } from './contours.ts';
import type { Spot } from './plane.ts';

/** From (x0, y0) up to, not including, (x1, y1), in pixels of the upright canvas. */
export interface RegionBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export type RegionBoxes = Readonly<Record<HandRegion, RegionBox>>;

/** The six deepest hollows, deepest first, and the fingertip. The first four are webs of fingers, the last two sides of the wrist. */
export interface HandAnatomy {
  readonly far: readonly Spot[];
  readonly start: readonly Spot[];
  readonly tip: Spot;
}

const HOLLOWS = 6;
const WEBS = 4;
/** Pixels of the canvas; a narrower crop cuts through the finger it should hold. */
const SHORTEST_SIDE = 40;
const STEEPEST_DEGREES = 30;

/** What the outline says; `undefined` where it has fewer than six hollows. */
export function anatomyOf(contour: Contour, tip: Spot): HandAnatomy | undefined {
  const deepest = hollowsOf(contour)
    .toSorted((one, other) => other.depth256 - one.depth256)
    .slice(0, HOLLOWS);
  if (deepest.length < HOLLOWS) return undefined;
  return { far: deepest.map(({ far }) => far), start: deepest.map(({ start }) => start), tip };
}

/** The seed's proportions; nothing is checked yet. */
export function boxesOf({ far, start, tip }: HandAnatomy): RegionBoxes {
  const webs = far.slice(0, WEBS);
  const wrist = far.slice(WEBS);
  const [first = tip, second = tip] = far;
  const reach = 1.5 * Math.min(Math.abs(tip.x - first.x), Math.abs(tip.x - second.x));
  const rightmost = start.reduce((best, point) => (point.x > best.x ? point : best));
  const [wristY, webX] = [most(wrist, 'y'), most(webs, 'x')];
  return {
    carpus: box(least(wrist, 'x') * 0.9, wristY * 0.9, most(wrist, 'x') * 1.05, wristY * 1.15),
    'four-joints': box(least(webs, 'x') * 0.7, least(webs, 'y') * 0.95, webX * 1.05, most(webs, 'y') * 1.05),
    'middle-finger': box(tip.x - reach, tip.y * 0.85, tip.x + reach, first.y * 1.05),
    thumb: box(webX * 1.05, rightmost.y * 0.95, rightmost.x * 1.05, most(far, 'y') * 0.9),
  };
}

/**
 * Why the boxes cannot be the regions of a frontal hand with its thumb on the right; `undefined` when they can.
 * `degrees` is the rotation that brought the hand upright.
 */
export function objectionTo(
  hand: HandAnatomy,
  boxes: RegionBoxes,
  degrees: number,
  canvas: { readonly columns: number; readonly rows: number },
): string | undefined {
  for (const name of HAND_REGIONS) {
    const { x0, y0, x1, y1 } = boxes[name];
    if (x0 < 0 || y0 < 0 || x1 > canvas.columns) return `the ${name} reaches out of the image`;
    if (x1 - x0 < SHORTEST_SIDE || Math.min(y1, canvas.rows) - y0 < SHORTEST_SIDE) {
      return `the ${name} is too small`;
    }
  }
  const wrong = measuresOf(hand, boxes, degrees).find(
    ({ value, limits: [low, high] }) => !(value >= low && value <= high),
  );
  return wrong && `${wrong.claim} is implausible`;
}

interface Measure {
  readonly claim: string;
  readonly value: number;
  readonly limits: readonly [number, number];
}

function measuresOf(hand: HandAnatomy, boxes: RegionBoxes, degrees: number): readonly Measure[] {
  const { carpus, thumb, 'four-joints': joints, 'middle-finger': finger } = boxes;
  const unit = widthOf(joints);
  const [first = hand.tip, second = hand.tip] = hand.far;
  const gap = Math.max(1, Math.abs(first.x - second.x));
  const webs = hand.far.slice(0, WEBS).toSorted((one, other) => one.x - other.x || one.y - other.y);
  const thumbWeb = (webs.at(-1)?.y ?? 0) - (webs[0]?.y ?? 0);
  const [fore = 0, , last = 0] = webs.slice(1).map((web, index) => apart(webs[index] ?? web, web));
  const measure = (claim: string, value: number, low: number, high: number): Measure => ({
    claim,
    value,
    limits: [low, high],
  });
  return [
    measure('the rotation', Math.abs(((degrees + 180) % 360) - 180), 0, STEEPEST_DEGREES),
    measure(
      'the fingertip between the webs beside it',
      (hand.tip.x - Math.min(first.x, second.x)) / gap,
      0.05,
      0.95,
    ),
    measure('the level of those webs', Math.abs(first.y - second.y) / unit, 0, 0.2),
    measure("the thumb's web under the others", thumbWeb / unit, -0.02, 1),
    measure("the thumb's web apart from the others", last / Math.max(1, fore), 1, 4),
    measure("the middle finger's length", (first.y - hand.tip.y) / unit, 0.5, 1.6),
    measure("the middle finger's shape", widthOf(finger) / heightOf(finger), 0.12, 0.6),
    measure("the four joints' height", heightOf(joints) / unit, 0.2, 0.85),
    measure("the carpus's width", widthOf(carpus) / unit, 0.55, 1.2),
    measure('the carpus under the joints', (middleX(carpus) - middleX(joints)) / unit, -0.3, 0.3),
    measure("the carpus's distance", (middleY(carpus) - middleY(joints)) / unit, 0.5, 1.3),
    measure("the thumb's height", heightOf(thumb) / unit, 0.3, 1.15),
    measure("the thumb's width", widthOf(thumb) / unit, 0.2, 1),
    measure("the thumb's level", (middleY(thumb) - middleY(joints)) / unit, -0.1, 0.5),
    measure('the thumb over the carpus', (middleY(carpus) - middleY(thumb)) / unit, 0.2, 2),
  ];
}

function box(x0: number, y0: number, x1: number, y1: number): RegionBox {
  return { x0: Math.trunc(x0), y0: Math.trunc(y0), x1: Math.trunc(x1), y1: Math.trunc(y1) };
}

function least(spots: readonly Spot[], axis: keyof Spot): number {
  return Math.min(...spots.map((spot) => spot[axis]));
}

function most(spots: readonly Spot[], axis: keyof Spot): number {
  return Math.max(...spots.map((spot) => spot[axis]));
}

function apart(one: Spot, other: Spot): number {
  return Math.sqrt((one.x - other.x) ** 2 + (one.y - other.y) ** 2);
}

function widthOf({ x0, x1 }: RegionBox): number {
  return x1 - x0;
}

function heightOf({ y0, y1 }: RegionBox): number {
  return y1 - y0;
}

function middleX({ x0, x1 }: RegionBox): number {
  return (x0 + x1) / 2;
}

function middleY({ y0, y1 }: RegionBox): number {
  return (y0 + y1) / 2;
}
