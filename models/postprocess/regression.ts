/**
 * One number with its interval.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { ContractOf } from '../manifest.ts';
import { type Outputs, outputOf } from './outputs.ts';

/** A value in the manifest's unit and the half width of its interval of about 95 %, in the same unit. */
export interface RegressionResult {
  readonly value: number;
  readonly uncertainty?: number;
}

/** Reads value and uncertainty. Throws `model-failed` for a value outside the manifest's range or an uncertainty below 0. */
export function decodeRegression(outputs: Outputs, contract: ContractOf<'regression'>): RegressionResult {
  const value = outputOf(outputs, contract.value, [1, 1], contract.range).data[0];
  if (value === undefined)
    throw new PacsError('model-failed', `output "${contract.value}" is empty; expected one value`);
  if (contract.uncertainty === undefined) return { value };
  const uncertainty = outputOf(outputs, contract.uncertainty, [1, 1], [0, Infinity]).data[0];
  return uncertainty === undefined ? { value } : { value, uncertainty };
}
