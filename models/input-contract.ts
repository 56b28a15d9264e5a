/**
 * What a network is shown: the keys `input` and `extraInputs` of a manifest.
 *
 * Trap: everything here shapes results, so what is absent must mean what it meant before a key was added.
 */
import { z } from 'zod';
import { tensorName } from './manifest-parts.ts';

/** Side in pixels of the montage of hand regions. */
export const MONTAGE_SIDE = 256;

const side = z.number().int().min(16).max(4096);

/** One step from grey values in 0–1 to what the network was trained on; Python's training runs the same list. */
export const normalisationStep = z.discriminatedUnion('op', [
  /** Stretch between two percentiles (0–100) of the image's content, clipped to 0–1. */
  z.strictObject({
    op: z.literal('percentile-stretch'),
    low: z.number().min(0).max(100),
    high: z.number().min(0).max(100),
  }),
  /** x · factor, before `standardise`; 255 for networks trained on bytes. */
  z.strictObject({ op: z.literal('scale'), factor: z.number().positive() }),
  /** (x − mean) / std, one value per channel, listed red, green, blue whatever `channelOrder` is. */
  z.strictObject({
    op: z.literal('standardise'),
    mean: z.array(z.number()).min(1),
    std: z.array(z.number().positive()).min(1),
  }),
]);

/** The image as a tensor. */
export const inputContract = z.strictObject({
  name: tensorName,
  width: side,
  height: side,
  channels: z.union([z.literal(1), z.literal(3)]),
  /**
   * `letterbox` keeps the shape and pads; `stretch` fills the tensor and changes the shape; `hand-regions` is the montage of
   * carpus, four joints, middle finger and thumb, 256 × 256, for the task bone-age-regions alone.
   */
  fit: z.enum(['letterbox', 'stretch', 'hand-regions']),
  steps: z.array(normalisationStep),
  /** Order of the axes: PyTorch's `nchw` (absent), Keras' `nhwc`, or `chw` without a batch, as torchvision's detectors. */
  layout: z.enum(['nchw', 'nhwc', 'chw']).optional(),
  /** `bgr`: the first channel is blue, as OpenCV and Caffe count. Absent: `rgb`. */
  channelOrder: z.enum(['rgb', 'bgr']).optional(),
  /** Grey (0–1, before `scale` and `standardise`) around a letterboxed image. Absent: 0, black. */
  padding: z.number().min(0).max(1).optional(),
});

/** A number about the patient that the network takes beside the image, as a tensor `[1, 1]`. */
export const extraInputContract = z.strictObject({
  name: tensorName,
  source: z.literal('patient-sex'),
  values: z.strictObject({ F: z.number(), M: z.number(), O: z.number(), unknown: z.number() }),
});

export type InputSpec = z.infer<typeof inputContract>;
export type NormalisationStep = z.infer<typeof normalisationStep>;

/** The shape of the image tensor. */
export function inputShapeOf({ layout = 'nchw', channels, height, width }: InputSpec): readonly number[] {
  switch (layout) {
    case 'nchw':
      return [1, channels, height, width];
    case 'nhwc':
      return [1, height, width, channels];
    case 'chw':
      return [channels, height, width];
  }
}

/** What is wrong with an input although its keys are right, in words; `undefined` when nothing is. */
export function inputProblemOf({
  fit,
  width,
  height,
  steps,
  channels,
  channelOrder,
}: InputSpec): string | undefined {
  if (fit === 'hand-regions' && (width !== MONTAGE_SIDE || height !== MONTAGE_SIDE))
    return `fit "hand-regions" is ${width} × ${height}; expected ${MONTAGE_SIDE} × ${MONTAGE_SIDE}`;
  for (const step of steps) {
    if (step.op !== 'standardise') continue;
    if (step.mean.length !== channels || step.std.length !== channels)
      return `standardise has ${step.mean.length} means and ${step.std.length} deviations; expected ${channels} of each`;
  }
  if (channelOrder !== undefined && channels !== 3)
    return 'channelOrder is stated; expected channels to be 3';
  return undefined;
}
