/**
 * One calibrated probability, `[1, 1]`.
 */
import { z } from 'zod';
import { BODY_REGIONS } from '../../dicom/vocabulary/finding.ts';
import { tensorName } from '../manifest-parts.ts';
import { sigmoid } from './activation.ts';
import { outputOf } from './outputs.ts';
import type { Decoder } from './reading.ts';

export const binaryProbabilityContract = z.strictObject({
  decoder: z.literal('binary-probability'),
  name: tensorName,
  /** Per region: logit' = slope · logit + intercept. */
  calibrationByRegion: z
    .partialRecord(z.enum(BODY_REGIONS), z.strictObject({ slope: z.number(), intercept: z.number() }))
    .optional(),
  /** Stated when the graph gives a logit. Absent: it gives a probability. */
  activation: z.literal('sigmoid').optional(),
  /**
   * A second output `[1, 1, height / stride, width / stride]`, 0–1: what each place of the input added to the probability.
   * Absent: the network has no heat map.
   */
  activationMap: z.strictObject({ name: tensorName, stride: z.number().int().min(1).max(64) }).optional(),
});

type Contract = z.infer<typeof binaryProbabilityContract>;

/** Applies the region's calibration when exactly one region is known. Platt scaling (Platt, 1999). */
export const binaryProbability: Decoder<Contract> = {
  yields: 'probability',
  shapes: ({ name, activationMap }) => ({
    [name]: [1, 1],
    ...(activationMap && { [activationMap.name]: [1, 1, -1, -1] }),
  }),
  read(outputs, contract, { regions }) {
    const { name, activation, calibrationByRegion } = contract;
    const { data } = outputOf(outputs, name, [1, 1], activation ? undefined : [0, 1]);
    const probability = activation ? sigmoid(data[0] ?? 0) : (data[0] ?? 0);
    const [region, ...others] = regions;
    const calibration = region && others.length === 0 ? calibrationByRegion?.[region] : undefined;
    if (!calibration) return { kind: 'probability', probability };
    const clamped = Math.min(1 - 1e-6, Math.max(1e-6, probability));
    const logit = Math.log(clamped / (1 - clamped));
    return {
      kind: 'probability',
      probability: sigmoid(calibration.slope * logit + calibration.intercept),
    };
  },
};
