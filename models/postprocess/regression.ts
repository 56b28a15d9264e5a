/**
 * One number, `[1, 1]`, with its interval.
 */
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { conceptCode, tensorName } from '../manifest-parts.ts';
import { outputOf } from './outputs.ts';
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
});

type Contract = z.infer<typeof regressionContract>;

export const regression: Decoder<Contract> = {
  yields: 'value',
  shapes: ({ value, uncertainty }) => ({
    [value]: [1, 1],
    ...(uncertainty !== undefined && { [uncertainty]: [1, 1] }),
  }),
  read(outputs, contract) {
    const value = outputOf(outputs, contract.value, [1, 1], contract.range).data[0];
    if (value === undefined)
      throw new PacsError('model-failed', `output "${contract.value}" is empty; expected one value`);
    const { concept } = contract;
    if (contract.uncertainty === undefined) return { kind: 'value', concept, value };
    const uncertainty = outputOf(outputs, contract.uncertainty, [1, 1], [0, Infinity]).data[0];
    return { kind: 'value', concept, value, ...(uncertainty !== undefined && { uncertainty }) };
  },
};
