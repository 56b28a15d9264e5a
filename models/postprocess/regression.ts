/**
 * One number, `[1, 1]`, with its interval.
 */
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { conceptCode, tensorName } from '../manifest-parts.ts';
import { type Outputs, outputOf } from './outputs.ts';
import type { Decoder } from './reading.ts';

export const regressionContract = z.strictObject({
  decoder: z.literal('regression'),
  value: tensorName,
  /** Half width of an interval of about 95 %, in the unit of the value. */
  uncertainty: tensorName.optional(),
  unit: conceptCode,
  concept: conceptCode,
  /** Values outside are a failure of the model, not a finding. */
  range: z.tuple([z.number(), z.number()]),
  /** For networks trained on standardised values: value = slope · output + intercept. Absent: the output is the value. */
  linear: z.strictObject({ slope: z.number(), intercept: z.number() }).optional(),
});

type Contract = z.infer<typeof regressionContract>;

export const regression: Decoder<Contract> = {
  yields: 'value',
  shapes: ({ value, uncertainty }) => ({
    [value]: [1, 1],
    ...(uncertainty !== undefined && { [uncertainty]: [1, 1] }),
  }),
  read(outputs, contract) {
    const { concept, range, uncertainty, linear = { slope: 1, intercept: 0 } } = contract;
    const value = linear.slope * numberOf(outputs, contract.value) + linear.intercept;
    if (!(value >= range[0] && value <= range[1])) {
      throw new PacsError(
        'model-failed',
        `output "${contract.value}" stands for a value outside ${range[0]} to ${range[1]}`,
      );
    }
    if (uncertainty === undefined) return { kind: 'value', concept, value };
    const spread = Math.abs(linear.slope) * numberOf(outputs, uncertainty, [0, Infinity]);
    return { kind: 'value', concept, value, uncertainty: spread };
  },
};

function numberOf(outputs: Outputs, name: string, range?: readonly [number, number]): number {
  const [value] = outputOf(outputs, name, [1, 1], range).data;
  if (value === undefined)
    throw new PacsError('model-failed', `output "${name}" is empty; expected one value`);
  return value;
}
