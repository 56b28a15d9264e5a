/**
 * The one gate between a network's raw outputs and their decoders: a wrong name, shape or value is a failure of the
 * model, never a finding.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Tensor } from '../normalise/to-tensor.ts';

/** How far float rounding may carry a value beyond its range; such a value is set on the border. */
const SLACK = 1e-4;

/** A network's outputs by name. */
export type Outputs = Readonly<Record<string, Tensor>>;

/**
 * The named output, checked: dimensions as given (`-1` is any), every value finite and within `range` (a little slack for
 * float rounding). Throws `model-failed`.
 */
export function outputOf(
  outputs: Outputs,
  name: string,
  dims: readonly number[],
  range: readonly [number, number] = [-Infinity, Infinity],
): Tensor {
  const tensor = outputs[name];
  if (!tensor)
    throw new PacsError('model-failed', `output "${name}" is absent; got ${Object.keys(outputs).join(', ')}`);
  const fits =
    tensor.dims.length === dims.length &&
    dims.every((size, axis) => size === -1 || size === tensor.dims[axis]);
  if (!fits) {
    throw new PacsError(
      'model-failed',
      `output "${name}" has shape ${tensor.dims.join('×')}; expected ${dims.join('×')}`,
    );
  }
  const [least, most] = range;
  for (const value of tensor.data) {
    if (!(value >= least - SLACK && value <= most + SLACK) || !Number.isFinite(value)) {
      throw new PacsError(
        'model-failed',
        `output "${name}" holds a value outside ${least} to ${most} or no number`,
      );
    }
  }
  return { dims: tensor.dims, data: tensor.data.map((value) => Math.min(most, Math.max(least, value))) };
}
