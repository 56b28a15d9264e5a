/**
 * One independent probability per class, `[1, classes]`: several may hold at once.
 */
import { z } from 'zod';
import { classifierLabels, tensorName } from '../manifest-parts.ts';
import { sigmoid } from './activation.ts';
import { outputOf } from './outputs.ts';
import type { Decoder } from './reading.ts';

export const sigmoidClassifierContract = z.strictObject({
  decoder: z.literal('sigmoid-classifier'),
  name: tensorName,
  labels: classifierLabels(1),
  /** Stated when the graph gives logits. Absent: it gives probabilities. */
  activation: z.literal('sigmoid').optional(),
});

type Contract = z.infer<typeof sigmoidClassifierContract>;

export const sigmoidClassifier: Decoder<Contract> = {
  yields: 'classes',
  shapes: ({ name, labels }) => ({ [name]: [1, labels.length] }),
  read(outputs, contract) {
    const { name, labels, activation } = contract;
    const shape = [1, labels.length];
    const { data } = activation
      ? { data: outputOf(outputs, name, shape).data.map(sigmoid) }
      : outputOf(outputs, name, shape, [0, 1]);
    const classes = labels.map((label, index) => ({ ...label, probability: data[index] ?? 0 }));
    return { kind: 'classes', classes, areExclusive: false };
  },
};
