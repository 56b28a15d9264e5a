/**
 * `models/<id>/manifest.json`: all that Osteon needs to know of a network to serve it.
 *
 * A model is a folder; adding one is adding a folder. Unknown keys are refused, so a misspelt setting cannot be ignored.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BODY_REGIONS, type ModelIdentity } from '../dicom/vocabulary/finding.ts';
import { PacsError } from '../dicom/vocabulary/failure.ts';
import { extraInputContract, inputContract, inputProblemOf } from './input-contract.ts';
import { fraction } from './manifest-parts.ts';
import { outputContract, yieldOf } from './postprocess/decoders.ts';
import type { ReadingKind } from './postprocess/reading.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens'),
  task: z.enum([
    'body-region',
    'fracture-probability',
    'fracture-detection',
    'one-hand',
    'bone-age',
    'bone-age-regions',
  ]),
  name: z.string().min(1).max(64),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'expected a semantic version'),
  manufacturer: z.string().min(1).max(64),
  weights: z.strictObject({
    file: z.string().regex(/^[\w.-]+\.onnx$/, 'expected a file name ending in .onnx'),
    sha256,
  }),
  input: inputContract,
  extraInputs: z.array(extraInputContract),
  output: outputContract,
  operatingPoints: z
    .strictObject({ suspicious: fraction, definite: fraction })
    .refine((points) => points.suspicious <= points.definite, 'expected suspicious <= definite'),
  routing: z.strictObject({
    /** Regions the model is meant for; empty means any. */
    regions: z.array(z.enum(BODY_REGIONS)),
    /** True: runs only when a rule or a person asked for it. */
    requiresRequest: z.boolean(),
    /** True: runs only where `OSTEON_MODELS` names it; for a variant that is not the better one. */
    onlyWhenNamed: z.boolean().optional(),
    /** Patients of this age or older are not for this model. */
    maximumAgeYears: z.number().positive().optional(),
  }),
  intendedUse: z.string().min(1),
  limitations: z.array(z.string()),
  trainingData: z.array(
    z.strictObject({ name: z.string(), images: z.number().int(), licence: z.string(), citation: z.string() }),
  ),
  licence: z.strictObject({ weights: z.string().min(1), researchOnly: z.boolean() }),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ModelTask = Manifest['task'];

/** What each task can be told by: any decoder that yields one of these will do. */
const READINGS_OF_TASK: Record<ModelTask, readonly ReadingKind[]> = {
  'body-region': ['classes'],
  'fracture-probability': ['probability', 'classes'],
  'fracture-detection': ['instances'],
  'one-hand': ['probability', 'classes'],
  'bone-age': ['value'],
  'bone-age-regions': ['value'],
};

/** Reads a manifest. `folder` is the folder's name, which must be the model's id. Throws `model-invalid` naming each wrong key. */
export function parseManifest(json: unknown, folder: string): Manifest {
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success)
    throw new PacsError('model-invalid', `models/${folder}/manifest.json: ${z.prettifyError(parsed.error)}`);
  const problem = problemOf(parsed.data, folder);
  if (problem !== undefined)
    throw new PacsError('model-invalid', `models/${folder}/manifest.json: ${problem}`);
  return parsed.data;
}

/** What is wrong with a manifest although each of its keys is right. */
function problemOf({ id, task, input, output }: Manifest, folder: string): string | undefined {
  if (id !== folder) return `id is "${id}"; expected the folder's name`;
  const found = yieldOf(output.decoder);
  const wanted = READINGS_OF_TASK[task];
  if (!wanted.includes(found))
    return `output.decoder "${output.decoder}" gives ${found}; task "${task}" expects ${wanted.join(' or ')}`;
  const takesRegions = task === 'bone-age-regions';
  if (takesRegions !== (input.fit === 'hand-regions'))
    return `input.fit is "${input.fit}"; task "${task}" expects ${takesRegions ? '"hand-regions"' : 'a fit of the whole image'}`;
  return inputProblemOf(input);
}

/**
 * The identity printed on every finding of a model. Parameters stand in a fixed order, so that equal settings are equal
 * text; the last one stands for all that shapes a result (input, decoder, thresholds, routing), so that none can change
 * unnoticed.
 */
export function identityOf(manifest: Manifest): ModelIdentity {
  return {
    id: manifest.id,
    name: manifest.name,
    version: manifest.version,
    manufacturer: manifest.manufacturer,
    weightsSha256: manifest.weights.sha256,
    isResearchOnly: manifest.licence.researchOnly,
    parameters: [
      `suspicious=${manifest.operatingPoints.suspicious}`,
      `definite=${manifest.operatingPoints.definite}`,
      `settings=${settingsHashOf(manifest)}`,
    ],
  };
}

/** The first 16 hexadecimal digits of the SHA-256 of everything in a manifest that shapes a result. */
function settingsHashOf({ input, extraInputs, output, operatingPoints, routing }: Manifest): string {
  const shaping = JSON.stringify([input, extraInputs, output, operatingPoints, routing]);
  return createHash('sha256').update(shaping).digest('hex').slice(0, 16);
}
