/**
 * Pieces that several keys of a manifest are made of.
 */
import { z } from 'zod';
import { BODY_REGIONS } from '../dicom/vocabulary/finding.ts';

/** A coded concept as it is written into a report. PS3.3 8.8. */
export const conceptCode = z.strictObject({
  value: z.string().min(1).max(16),
  scheme: z.string().min(1).max(16),
  meaning: z.string().min(1).max(64),
});

/** A probability, a score or a threshold: 0–1. */
export const fraction = z.number().min(0).max(1);

/** Name of an input or output of the ONNX graph. */
export const tensorName = z.string().min(1);

/** The most findings that one image may have. */
export const findingCount = z.number().int().min(1).max(200);

const classifierLabel = z.strictObject({
  label: z.string().min(1),
  concept: conceptCode.optional(),
  /** Least probability that is reported; absent: the operating point *suspicious*. */
  threshold: fraction.optional(),
  /** For the task body-region: the region meant, where the label is not its name. */
  region: z.enum(BODY_REGIONS).optional(),
});

/** A class of a classifier. */
export type ClassifierLabel = z.infer<typeof classifierLabel>;

/**
 * What a classifier tells apart, `least` classes or more, in the order of its output. A class with a `concept` is what the
 * task looks for and is reported under it; one without (sound, background, another part of the body) is read and never
 * reported.
 */
export function classifierLabels(least: number) {
  return z
    .array(classifierLabel)
    .min(least)
    .refine((labels) => labels.some(({ concept }) => concept), 'expected a concept in at least one label');
}

/** What a detector tells apart, in the order of its output. One without a `concept` (metal, cast) is never reported. */
export const detectorClasses = z
  .array(z.strictObject({ label: z.string().min(1), concept: conceptCode.optional() }))
  .min(1)
  .refine((classes) => classes.some(({ concept }) => concept), 'expected a concept in at least one class');
