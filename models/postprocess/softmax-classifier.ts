/**
 * One probability per class, `[1, classes]`, that add up to 1: exactly one class holds.
 */
import { z } from 'zod';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { classifierLabels, tensorName } from '../manifest-parts.ts';
import { softmax } from './activation.ts';
import { type Outputs, outputOf } from './outputs.ts';
import type { Decoder } from './reading.ts';

export const softmaxClassifierContract = z.strictObject({
  decoder: z.literal('softmax-classifier'),
  name: tensorName,
  labels: classifierLabels(2),
  /** Stated when the graph gives logits. Absent: it gives probabilities. */
  activation: z.literal('softmax').optional(),
});

type Contract = z.infer<typeof softmaxClassifierContract>;

/** How far the sum of the probabilities may be off 1; int8 and float16 round. */
const SUM_SLACK = 0.02;

export const softmaxClassifier: Decoder<Contract> = {
  yields: 'classes',
  shapes: ({ name, labels }) => ({ [name]: [1, labels.length] }),
  read(outputs, contract) {
    const data = probabilitiesOf(outputs, contract);
    const classes = contract.labels.map((label, index) => ({ ...label, probability: data[index] ?? 0 }));
    return { kind: 'classes', classes, areExclusive: true };
  },
};

function probabilitiesOf(outputs: Outputs, { name, labels, activation }: Contract): Float32Array {
  const shape = [1, labels.length];
  if (activation) return softmax(outputOf(outputs, name, shape).data);
  const { data } = outputOf(outputs, name, shape, [0, 1]);
  const sum = data.reduce((one, other) => one + other, 0);
  if (Math.abs(sum - 1) > SUM_SLACK) {
    throw new PacsError(
      'model-failed',
      `output "${name}" adds up to ${sum.toFixed(3)}; expected 1, or activation "softmax" in the manifest`,
    );
  }
  return data;
}
