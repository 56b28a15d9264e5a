/**
 * Grey image → network input, by the steps of a manifest, **with the affine way back to image points**.
 *
 * The steps run in the order: fit, `percentile-stretch` on the content, padding, `scale`, `standardise`, replicate
 * channels, order the axes. Python's `models/training/osteon_training/normalise.py` is the same definition of what the
 * shipped models use; a test compares both.
 */
import { type Affine, invert, scaleAndShift } from '../../dicom/vocabulary/geometry.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { inputShapeOf, type InputSpec } from '../input-contract.ts';
import { percentiles } from './percentile.ts';
import { resample } from './resample.ts';

/** A network's tensor, row-major. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** The image as a tensor of the manifest's layout, and where it came from. */
export interface NormalisedImage {
  readonly tensor: Tensor;
  /** Tensor points (from the outer corner of its first cell) → image points. */
  readonly toImage: Affine;
}

/** Builds the input of one network. */
export function toTensor(image: GreyImage, spec: InputSpec): NormalisedImage {
  const { columns, rows, left, top } = placementOf(image, spec);
  const content = stretched(resample(image.samples, image.columns, image.rows, columns, rows), spec);
  const plane = new Float32Array(spec.width * spec.height).fill(spec.padding ?? 0);
  for (let row = 0; row < rows; row++) {
    plane.set(content.subarray(row * columns, (row + 1) * columns), (top + row) * spec.width + left);
  }
  return {
    tensor: { data: channelsOf(plane, spec), dims: inputShapeOf(spec) },
    toImage: invert(scaleAndShift(columns / image.columns, rows / image.rows, left, top)),
  };
}

/** Where the image lies in the tensor, in cells. */
function placementOf(image: GreyImage, { fit, width, height }: InputSpec) {
  if (fit === 'hand-regions')
    throw new PacsError('model-invalid', 'input.fit is "hand-regions"; expected a fit of the whole image');
  if (fit === 'stretch') return { columns: width, rows: height, left: 0, top: 0 };
  const scale = Math.min(width / image.columns, height / image.rows);
  const columns = Math.max(1, Math.floor(image.columns * scale + 0.5));
  const rows = Math.max(1, Math.floor(image.rows * scale + 0.5));
  return { columns, rows, left: Math.floor((width - columns) / 2), top: Math.floor((height - rows) / 2) };
}

function stretched(content: Float32Array, spec: InputSpec): Float32Array {
  for (const step of spec.steps) {
    if (step.op !== 'percentile-stretch') continue;
    const [low = 0, high = 1] = percentiles(content, [step.low, step.high]);
    const perUnit = 1 / Math.max(high - low, 1e-6);
    for (let index = 0; index < content.length; index++) {
      content[index] = Math.min(1, Math.max(0, (content[index]! - low) * perUnit));
    }
  }
  return content;
}

/** A plane of the tensor's size, 0–1, as its channels: `scale`, `standardise`, order of colours and axes. */
export function channelsOf(plane: Float32Array, spec: InputSpec): Float32Array {
  const { channels, channelOrder, layout } = spec;
  const data = new Float32Array(plane.length * channels);
  const standardise = spec.steps.find((step) => step.op === 'standardise');
  const factor = spec.steps.find((step) => step.op === 'scale')?.factor ?? 1;
  // Channels last: the channels of one pixel lie side by side.
  const isChannelsLast = layout === 'nhwc';
  const step = isChannelsLast ? channels : 1;
  for (let channel = 0; channel < channels; channel++) {
    const colour = channelOrder === 'bgr' ? channels - 1 - channel : channel;
    const mean = standardise?.mean[colour] ?? 0;
    const perUnit = 1 / (standardise?.std[colour] ?? 1);
    const from = isChannelsLast ? channel : channel * plane.length;
    for (let index = 0; index < plane.length; index++) {
      data[from + index * step] = (plane[index]! * factor - mean) * perUnit;
    }
  }
  return data;
}
