/**
 * Grey image → network input, by the steps of a manifest, **with the affine way back to image points**.
 *
 * The steps run in the order: fit, then the listed steps on the content, padding 0, `standardise`, replicate channels.
 * Python's `models/training/osteon_training/normalise.py` is the same definition; a test compares both.
 */
import { type Affine, invert, scaleAndShift } from '../../dicom/vocabulary/geometry.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import type { InputSpec } from '../manifest.ts';
import { percentiles } from './percentile.ts';
import { resample } from './resample.ts';

/** A network's tensor, row-major. */
export interface Tensor {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** A tensor `[1, channels, height, width]` and where it came from. */
export interface NormalisedImage {
  readonly tensor: Tensor;
  /** Tensor points (from the outer corner of its first cell) → image points. */
  readonly toImage: Affine;
}

/** Builds the input of one network. */
export function toTensor(image: GreyImage, spec: InputSpec): NormalisedImage {
  const scale = Math.min(spec.width / image.columns, spec.height / image.rows);
  const columns = Math.max(1, Math.floor(image.columns * scale + 0.5));
  const rows = Math.max(1, Math.floor(image.rows * scale + 0.5));
  const left = Math.floor((spec.width - columns) / 2);
  const top = Math.floor((spec.height - rows) / 2);
  const content = stretched(resample(image.samples, image.columns, image.rows, columns, rows), spec);
  const plane = new Float32Array(spec.width * spec.height);
  for (let row = 0; row < rows; row++) {
    plane.set(content.subarray(row * columns, (row + 1) * columns), (top + row) * spec.width + left);
  }
  return {
    tensor: { data: channelsOf(plane, spec), dims: [1, spec.channels, spec.height, spec.width] },
    toImage: invert(scaleAndShift(columns / image.columns, rows / image.rows, left, top)),
  };
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

function channelsOf(plane: Float32Array, spec: InputSpec): Float32Array {
  const data = new Float32Array(plane.length * spec.channels);
  const standardise = spec.steps.find((step) => step.op === 'standardise');
  for (let channel = 0; channel < spec.channels; channel++) {
    const mean = standardise?.mean[channel] ?? 0;
    const perUnit = 1 / (standardise?.std[channel] ?? 1);
    const from = channel * plane.length;
    for (let index = 0; index < plane.length; index++) data[from + index] = (plane[index]! - mean) * perUnit;
  }
  return data;
}
