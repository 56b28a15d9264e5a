/**
 * Classifier outputs: independent probabilities per label, and one calibrated probability.
 */
import type { BodyRegion } from '../../dicom/vocabulary/finding.ts';
import type { ContractOf } from '../manifest.ts';
import { type Outputs, outputOf } from './outputs.ts';

/** Label → probability, 0–1, in the manifest's order. Throws `model-failed` when the output does not fit. */
export function decodeSigmoidClassifier(
  outputs: Outputs,
  contract: ContractOf<'sigmoid-classifier'>,
): ReadonlyMap<string, number> {
  const { data } = outputOf(outputs, contract.name, [1, contract.labels.length], [0, 1]);
  return new Map(contract.labels.map(({ label }, index) => [label, data[index] ?? 0]));
}

/**
 * One probability, 0–1, with the region's calibration applied when exactly one region is known.
 * Platt scaling: logit' = slope · logit + intercept (Platt, 1999).
 */
export function decodeBinaryProbability(
  outputs: Outputs,
  contract: ContractOf<'binary-probability'>,
  regions: readonly BodyRegion[],
): number {
  const probability = outputOf(outputs, contract.name, [1, 1], [0, 1]).data[0] ?? 0;
  const [region, ...others] = regions;
  const calibration = region && others.length === 0 ? contract.calibrationByRegion?.[region] : undefined;
  if (!calibration) return probability;
  const clamped = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  const logit = Math.log(clamped / (1 - clamped));
  return 1 / (1 + Math.exp(-(calibration.slope * logit + calibration.intercept)));
}
