/**
 * A radiograph of a hand → its carpus, four joints, middle finger and thumb, as the seed system finds them.
 *
 * Trap: on real hands this fails one time in four or five; that is an outcome here, not an error.
 */
import { HAND_REGIONS } from '../../../dicom/vocabulary/finding.ts';
import type { GreyImage } from '../../../dicom/vocabulary/image.ts';
import { anatomyOf, boxesOf, objectionTo, type RegionBoxes } from './anatomy.ts';
import { areaOf, centroidOf, type Contour, filled, fingertipOf, outerContours } from './contours.ts';
import { equalise, smooth, stretchToFullRange } from './contrast.ts';
import { eightBit, type Plane, type Spot } from './plane.ts';
import { resize } from './resize.ts';
import { rotate } from './rotate.ts';

/** The canvas of everything that follows, in pixels; the image's aspect is not kept. */
export const CANVAS = { columns: 800, rows: 1000 } as const;
const SEARCHED = { columns: 760, rows: 900 } as const;

/** The upright hand and its boxes. */
export interface FoundRegions {
  readonly isFound: true;
  readonly canvas: Plane;
  /** The rotation that brought the hand upright, counter-clockwise. */
  readonly degrees: number;
  readonly boxes: RegionBoxes;
}

/** The regions, or why there are none. */
export type RegionSearch = FoundRegions | { readonly isFound: false; readonly reason: string };

/** The largest bright area. */
export interface Segment {
  readonly contour: Contour;
  readonly mask: Plane;
}

/** Looks for the four regions. Never throws for what an image shows. */
export function findHandRegions(image: GreyImage): RegionSearch {
  const enhanced = enhance(eightBit(image));
  const first = segmentOf(enhanced);
  const degrees = first && uprightDegrees(first);
  if (degrees === undefined) return { isFound: false, reason: 'nothing stands out' };
  const canvas = rotate(enhanced, degrees);
  const segment = segmentOf(canvas);
  const hand = segment && anatomyOf(segment.contour, fingertipOf(segment.mask));
  if (!hand) return { isFound: false, reason: 'the outline has fewer than six hollows' };
  const boxes = boxesOf(hand);
  const reason = objectionTo(hand, boxes, degrees, CANVAS);
  if (reason !== undefined) return { isFound: false, reason };
  return { isFound: true, canvas, degrees, boxes: withinCanvas(boxes) };
}

/** Brought to the canvas, stretched, smoothed and equalised. */
export function enhance(plane: Plane): Plane {
  return equalise(smooth(stretchToFullRange(resize(plane, CANVAS.columns, CANVAS.rows))), 1, 3);
}

/** The largest area brighter than the mean of the canvas, above its lowest tenth and left of its last twentieth. */
export function segmentOf(canvas: Plane): Segment | undefined {
  let sum = 0;
  for (const level of canvas.samples) sum += level;
  const mean = Math.floor(sum / canvas.samples.length);
  let largest: { contour: Contour; area: number } | undefined;
  for (const contour of outerContours(canvas, mean, SEARCHED.columns, SEARCHED.rows)) {
    const area = areaOf(contour);
    // Of equal ones OpenCV takes the last in raster order: it lists outlines from the bottom.
    if (!largest || area >= largest.area) largest = { contour, area };
  }
  return (
    largest && {
      contour: largest.contour,
      mask: filled(largest.contour, SEARCHED.columns, SEARCHED.rows),
    }
  );
}

/** The rotation, counter-clockwise, that brings the line from centroid to fingertip upright. */
export function uprightDegrees({ contour, mask }: Segment): number | undefined {
  const centre: Spot | undefined = centroidOf(contour);
  if (!centre) return undefined;
  const tip = fingertipOf(mask);
  const lean = 90 - Math.atan2(centre.y - tip.y, Math.abs(tip.x - centre.x)) * (180 / Math.PI);
  return tip.x < centre.x ? 360 - lean : lean;
}

function withinCanvas(boxes: RegionBoxes): RegionBoxes {
  const clipped = HAND_REGIONS.map((name) => {
    const box = boxes[name];
    return [name, { ...box, y1: Math.min(box.y1, CANVAS.rows) }];
  });
  return Object.fromEntries(clipped) as RegionBoxes;
}
