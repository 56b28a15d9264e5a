/**
 * What the heads of the YOLO family have in common: a list of anchors, each with a box, scores and perhaps the
 * coefficients of its mask.
 *
 * Boxes are centre x, centre y, width and height in tensor points, as the exports of Ultralytics and of YOLOv7 give them.
 * Masks after YOLACT (Bolya et al., 2019): the sum of prototypes times coefficients, through a sigmoid, cut at the box.
 */
import { z } from 'zod';
import type { Code } from '../../dicom/vocabulary/codes.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { BoundingBox, Polygon } from '../../dicom/vocabulary/geometry.ts';
import { detectorClasses, findingCount, fraction, tensorName } from '../manifest-parts.ts';
import { sigmoid } from './activation.ts';
import { outlineOf } from './contours.ts';
import { type Outputs, outputOf } from './outputs.ts';
import { type ScoredBox, suppressOverlaps } from './overlaps.ts';
import type { FoundInstance } from './reading.ts';

/** The keys of a YOLO manifest beside `decoder`. */
export const yoloKeys = z.strictObject({
  name: tensorName,
  classes: detectorClasses,
  nmsIou: fraction,
  maxDetections: findingCount,
  /** The mask branch of a segmentation model: `[1, count, rows, columns]`, one cell is `stride` tensor points. */
  masks: z
    .strictObject({
      prototypes: tensorName,
      count: z.number().int().min(1).max(256),
      stride: z.number().int().min(1).max(64),
      threshold: fraction,
    })
    .optional(),
});

type YoloKeys = z.infer<typeof yoloKeys>;
type Masks = NonNullable<YoloKeys['masks']>;

/** A head, whatever the order of its axes. */
export interface YoloHead {
  readonly anchors: number;
  /** Field of an anchor: 0 centre x, 1 centre y, 2 width, 3 height, and on as the head has them. */
  valueAt(anchor: number, field: number): number;
  /** Score of a class. */
  scoreAt(anchor: number, classIndex: number): number;
  /** The field of the first mask coefficient. */
  readonly firstCoefficient: number;
}

interface Candidate extends ScoredBox {
  readonly anchor: number;
  readonly concept: Code;
}

/** Fields of an anchor: box and scores first, then the coefficients of its mask. */
export function fieldsOf({ classes, masks }: YoloKeys, fieldsBeforeClasses: number): number {
  return fieldsBeforeClasses + classes.length + (masks?.count ?? 0);
}

/** The shape of the prototypes, when there are any. */
export function prototypeShape({ masks }: YoloKeys): Readonly<Record<string, readonly number[]>> {
  return masks ? { [masks.prototypes]: [1, masks.count, -1, -1] } : {};
}

/**
 * What a head found: the best class with a concept counts for each anchor, and of boxes that overlap the best is kept,
 * whatever its class, so that one fracture is not reported under two names.
 */
export function instancesOf(
  head: YoloHead,
  outputs: Outputs,
  contract: YoloKeys,
  threshold: number,
): readonly FoundInstance[] {
  const candidates: Candidate[] = [];
  for (let anchor = 0; anchor < head.anchors; anchor++) {
    const best = bestClassOf(head, anchor, contract);
    if (best.score < threshold) continue;
    const box = boxOf(head, anchor);
    if (box) candidates.push({ anchor, box, ...best });
  }
  const kept = suppressOverlaps(candidates, contract.nmsIou, contract.maxDetections);
  const outline = contract.masks && outlines(head, outputs, contract.masks);
  return kept.map(({ anchor, box, score, concept }) => {
    const polygon = outline?.(anchor, box);
    return { concept, score, box, ...(polygon && { polygon }) };
  });
}

function bestClassOf(
  head: YoloHead,
  anchor: number,
  { classes, name }: YoloKeys,
): { readonly score: number; readonly concept: Code } {
  let best: { score: number; concept: Code } | undefined;
  classes.forEach(({ concept }, index) => {
    const score = head.scoreAt(anchor, index);
    // A head that was exported without its sigmoid has scores far outside.
    if (!(score >= -1e-4 && score <= 1 + 1e-4))
      throw new PacsError('model-failed', `output "${name}" holds a score outside 0 to 1`);
    if (concept && score > (best?.score ?? -1)) best = { score: Math.min(1, Math.max(0, score)), concept };
  });
  if (!best) throw new PacsError('model-invalid', 'no class has a concept; expected one at least');
  return best;
}

/** `undefined` for a box without area. */
function boxOf(head: YoloHead, anchor: number): BoundingBox | undefined {
  const [x, y] = [head.valueAt(anchor, 0), head.valueAt(anchor, 1)];
  const [width, height] = [head.valueAt(anchor, 2), head.valueAt(anchor, 3)];
  const box = { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
  return box.right > box.left && box.bottom > box.top ? box : undefined;
}

/** A function that draws the outline of an anchor's mask. */
function outlines(
  head: YoloHead,
  outputs: Outputs,
  { prototypes, count, stride, threshold }: Masks,
): (anchor: number, box: BoundingBox) => Polygon | undefined {
  const { data, dims } = outputOf(outputs, prototypes, [1, count, -1, -1]);
  const [, , rows = 0, columns = 0] = dims;
  return (anchor, box) => {
    const mask = new Float32Array(rows * columns);
    const [left, right] = cellsWithin(box.left, box.right, stride, columns);
    const [top, bottom] = cellsWithin(box.top, box.bottom, stride, rows);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const cell = row * columns + column;
        let sum = 0;
        for (let index = 0; index < count; index++) {
          sum += head.valueAt(anchor, head.firstCoefficient + index) * data[index * mask.length + cell]!;
        }
        mask[cell] = sigmoid(sum);
      }
    }
    return outlineOf({ data: mask, columns, rows, stride }, box, threshold);
  };
}

/** First cell and the one after the last whose centres lie between two tensor coordinates. */
function cellsWithin(from: number, to: number, stride: number, cells: number): readonly [number, number] {
  return [Math.max(0, Math.ceil(from / stride - 0.5)), Math.min(cells, Math.floor(to / stride + 0.5))];
}
