/**
 * A segmentation of the whole image (U-Net): `[1, channels, rows, columns]`, one channel of which is meant. Every
 * connected patch that reaches the threshold is one finding; its score is the mean probability of its cells, its box
 * holds them, its outline is traced around them.
 *
 * Patches hang together across edges, not corners, as the outline does.
 */
import { z } from 'zod';
import { conceptCode, findingCount, fraction, tensorName } from '../manifest-parts.ts';
import { sigmoid, softmax } from './activation.ts';
import { type MaskPlane, outlineOf } from './contours.ts';
import { type Outputs, outputOf } from './outputs.ts';
import { type Patch, patchesOf } from './patches.ts';
import type { Decoder, FoundInstance } from './reading.ts';

const channelCount = z.number().int().min(1).max(64);

export const probabilityMaskContract = z.strictObject({
  decoder: z.literal('probability-mask'),
  name: tensorName,
  /** Least probability of a cell that belongs to a patch. */
  threshold: fraction,
  /** Patches of fewer cells are noise. */
  minimumCells: z.number().int().min(1),
  /** Tensor points per cell. */
  stride: z.number().int().min(1).max(64),
  maxDetections: findingCount,
  concept: conceptCode,
  /** Channels of the output, and which one is meant, from 0. Absent: the only one. */
  channels: z
    .strictObject({ count: channelCount, index: z.number().int().min(0) })
    .refine(({ count, index }) => index < count, 'expected index < count')
    .optional(),
  /** `nhwc`: `[1, rows, columns, channels]`, as Keras gives it. Absent: `nchw`. */
  layout: z.enum(['nchw', 'nhwc']).optional(),
  /** Stated when the graph gives logits: `sigmoid` for each channel by itself, `softmax` across channels. */
  activation: z.enum(['sigmoid', 'softmax']).optional(),
});

type Contract = z.infer<typeof probabilityMaskContract>;

export const probabilityMask: Decoder<Contract> = {
  yields: 'instances',
  shapes: (contract) => ({ [contract.name]: shapeOf(contract) }),
  read(outputs, contract, { threshold }) {
    const plane = planeOf(outputs, contract);
    const instances = patchesOf(plane.data, plane.columns, plane.rows, contract.threshold)
      .filter(({ cells }) => cells.length >= contract.minimumCells)
      .map((patch) => ({ patch, score: meanOf(plane.data, patch) }))
      .filter(({ score }) => score >= threshold)
      .toSorted((one, other) => other.score - one.score)
      .slice(0, contract.maxDetections)
      .map(({ patch, score }) => instanceOf(patch, score, plane, contract));
    return { kind: 'instances', instances };
  },
};

function shapeOf({ channels, layout }: Contract): readonly number[] {
  const count = channels?.count ?? 1;
  return layout === 'nhwc' ? [1, -1, -1, count] : [1, count, -1, -1];
}

/** The probabilities of the channel that is meant. */
function planeOf(outputs: Outputs, contract: Contract): Omit<MaskPlane, 'stride'> {
  const { name, channels = { count: 1, index: 0 }, layout, activation } = contract;
  const { data, dims } = outputOf(outputs, name, shapeOf(contract), activation ? undefined : [0, 1]);
  const [rows = 0, columns = 0] = layout === 'nhwc' ? dims.slice(1) : dims.slice(2);
  const { count, index } = channels;
  const cells = rows * columns;
  const valueAt = (cell: number, channel: number) =>
    layout === 'nhwc' ? data[cell * count + channel]! : data[channel * cells + cell]!;
  const probabilityAt = {
    none: (cell: number) => valueAt(cell, index),
    sigmoid: (cell: number) => sigmoid(valueAt(cell, index)),
    softmax: (cell: number) =>
      softmax(Float32Array.from({ length: count }, (_, channel) => valueAt(cell, channel)))[index]!,
  }[activation ?? 'none'];
  return { data: Float32Array.from({ length: cells }, (_, cell) => probabilityAt(cell)), columns, rows };
}

function meanOf(data: Float32Array, { cells }: Patch): number {
  return cells.reduce((sum, cell) => sum + data[cell]!, 0) / cells.length;
}

function instanceOf(
  { cells, bounds }: Patch,
  score: number,
  plane: Omit<MaskPlane, 'stride'>,
  { stride, threshold, concept }: Contract,
): FoundInstance {
  const box = {
    left: bounds.left * stride,
    top: bounds.top * stride,
    right: bounds.right * stride,
    bottom: bounds.bottom * stride,
  };
  // The cells below the threshold stay, so that the outline runs between cells; other patches go.
  const data = plane.data.map((value) => (value < threshold ? value : 0));
  for (const cell of cells) data[cell] = plane.data[cell]!;
  const polygon = outlineOf({ ...plane, data, stride }, box, threshold);
  return { concept, score, box, ...(polygon && { polygon }) };
}
