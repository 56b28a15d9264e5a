/**
 * Faster and Mask R-CNN as torchvision gives them: as many rows as things were found, overlaps suppressed already.
 * Boxes `[n, 4]` as left, top, right, bottom in tensor points, labels `[n]`, scores `[n]`, masks `[n, 1, rows, columns]` of
 * the whole tensor, as probabilities.
 *
 * Trap: label 0 is the background, so the first class has the label 1; Detectron2 counts from 0.
 */
import { z } from 'zod';
import type { Code } from '../../dicom/vocabulary/codes.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Polygon } from '../../dicom/vocabulary/geometry.ts';
import { detectorClasses, findingCount, fraction, tensorName } from '../manifest-parts.ts';
import { outlineOf } from './contours.ts';
import { type Outputs, outputOf } from './outputs.ts';
import type { Decoder, FoundInstance } from './reading.ts';

export const torchvisionRcnnContract = z.strictObject({
  decoder: z.literal('torchvision-rcnn'),
  tensors: z.strictObject({ boxes: tensorName, labels: tensorName, scores: tensorName }),
  masks: z.strictObject({ name: tensorName, threshold: fraction }).optional(),
  classes: detectorClasses,
  /** The label of the first class. Absent: 1. */
  firstLabel: z.union([z.literal(0), z.literal(1)]).optional(),
  maxDetections: findingCount,
});

type Contract = z.infer<typeof torchvisionRcnnContract>;

export const torchvisionRcnn: Decoder<Contract> = {
  yields: 'instances',
  shapes: ({ tensors, masks }) => ({
    [tensors.boxes]: [-1, 4],
    [tensors.labels]: [-1],
    [tensors.scores]: [-1],
    ...(masks && { [masks.name]: [-1, 1, -1, -1] }),
  }),
  read(outputs, contract, { threshold }) {
    const scores = outputOf(outputs, contract.tensors.scores, [-1], [0, 1]);
    const count = scores.data.length;
    const labels = outputOf(outputs, contract.tensors.labels, [count]).data;
    const boxes = outputOf(outputs, contract.tensors.boxes, [count, 4]).data;
    const outline = outlinesOf(outputs, contract, count);
    const found = Array.from(scores.data, (score, row): FoundInstance | undefined => {
      const concept = conceptOf(labels[row]!, contract);
      const [left = 0, top = 0, right = 0, bottom = 0] = boxes.subarray(row * 4, row * 4 + 4);
      if (!concept || score < threshold || right <= left || bottom <= top) return undefined;
      const box = { left, top, right, bottom };
      const polygon = outline?.(row, box);
      return { concept, score, box, ...(polygon && { polygon }) };
    }).filter((instance) => instance !== undefined);
    const instances = found
      .toSorted((one, other) => other.score - one.score)
      .slice(0, contract.maxDetections);
    return { kind: 'instances', instances };
  },
};

/** The concept of a label; `undefined` for a class that is not reported. */
function conceptOf(label: number, { classes, tensors, firstLabel = 1 }: Contract): Code | undefined {
  const found = classes[label - firstLabel];
  if (!found) {
    const last = firstLabel + classes.length - 1;
    throw new PacsError(
      'model-failed',
      `output "${tensors.labels}" holds ${label}; expected ${firstLabel} to ${last}`,
    );
  }
  return found.concept;
}

/** A function that draws the outline of a row's mask; `undefined` for a network without masks. */
function outlinesOf(outputs: Outputs, { masks }: Contract, count: number) {
  if (!masks) return undefined;
  const { data, dims } = outputOf(outputs, masks.name, [count, 1, -1, -1], [0, 1]);
  const [, , rows = 0, columns = 0] = dims;
  return (row: number, box: FoundInstance['box']): Polygon | undefined => {
    const mask = data.subarray(row * rows * columns, (row + 1) * rows * columns);
    return outlineOf({ data: mask, columns, rows, stride: 1 }, box, masks.threshold);
  };
}
