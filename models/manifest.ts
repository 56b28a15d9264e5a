/**
 * `models/<id>/manifest.json`: all that Osteon needs to know of a network to serve it.
 *
 * A model is a folder; adding one is adding a folder. Unknown keys are refused, so a misspelt setting cannot be ignored.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { BODY_REGIONS, type ModelIdentity } from '../dicom/vocabulary/finding.ts';
import { PacsError } from '../dicom/vocabulary/failure.ts';

const code = z.strictObject({
  value: z.string().min(1).max(16),
  scheme: z.string().min(1).max(16),
  meaning: z.string().min(1).max(64),
});
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const fraction = z.number().min(0).max(1);
const side = z.number().int().min(16).max(4096);

/** One step from grey values in 0–1 to what the network was trained on; Python's training runs the same list. */
const normalisationStep = z.discriminatedUnion('op', [
  /** Stretch between two percentiles (0–100) of the image's content, clipped to 0–1. */
  z.strictObject({
    op: z.literal('percentile-stretch'),
    low: z.number().min(0).max(100),
    high: z.number().min(0).max(100),
  }),
  /** (x − mean) / std, one value per channel. */
  z.strictObject({
    op: z.literal('standardise'),
    mean: z.array(z.number()).min(1),
    std: z.array(z.number().positive()).min(1),
  }),
]);

const inputSpec = z.strictObject({
  name: z.string().min(1),
  width: side,
  height: side,
  channels: z.union([z.literal(1), z.literal(3)]),
  fit: z.literal('letterbox'),
  steps: z.array(normalisationStep),
});

const extraInput = z.strictObject({
  name: z.string().min(1),
  source: z.literal('patient-sex'),
  values: z.strictObject({ F: z.number(), M: z.number(), O: z.number(), unknown: z.number() }),
});

/** How the output tensors are read; one row here is one decoder in `postprocess/`. */
const outputContract = z.discriminatedUnion('decoder', [
  z.strictObject({
    decoder: z.literal('sigmoid-classifier'),
    name: z.string().min(1),
    labels: z
      .array(z.strictObject({ label: z.string().min(1), concept: code, threshold: fraction.optional() }))
      .min(1),
  }),
  z.strictObject({
    decoder: z.literal('binary-probability'),
    name: z.string().min(1),
    /** Per region: logit' = slope · logit + intercept. */
    calibrationByRegion: z
      .partialRecord(z.enum(BODY_REGIONS), z.strictObject({ slope: z.number(), intercept: z.number() }))
      .optional(),
  }),
  z.strictObject({
    decoder: z.literal('center-heatmap'),
    heat: z.string().min(1),
    distances: z.string().min(1),
    mask: z.string().min(1),
    stride: z.number().int().min(1).max(64),
    maskStride: z.number().int().min(1).max(64),
    maskThreshold: fraction,
    nmsIou: fraction,
    maxDetections: z.number().int().min(1).max(200),
    concept: code,
  }),
  z.strictObject({
    decoder: z.literal('regression'),
    value: z.string().min(1),
    uncertainty: z.string().min(1).optional(),
    unit: code,
    concept: code,
    /** Values outside are a failure of the model, not a finding. */
    range: z.tuple([z.number(), z.number()]),
  }),
]);

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words joined by hyphens'),
  task: z.enum(['body-region', 'fracture-probability', 'fracture-detection', 'bone-age']),
  name: z.string().min(1).max(64),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'expected a semantic version'),
  manufacturer: z.string().min(1).max(64),
  weights: z.strictObject({
    file: z.string().regex(/^[\w.-]+\.onnx$/, 'expected a file name ending in .onnx'),
    sha256,
  }),
  input: inputSpec,
  extraInputs: z.array(extraInput),
  output: outputContract,
  operatingPoints: z
    .strictObject({ suspicious: fraction, definite: fraction })
    .refine((points) => points.suspicious <= points.definite, 'expected suspicious <= definite'),
  routing: z.strictObject({
    /** Regions the model is meant for; empty means any. */
    regions: z.array(z.enum(BODY_REGIONS)),
    /** True: runs only when a rule or a person asked for it. */
    requiresRequest: z.boolean(),
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
export type InputSpec = Manifest['input'];
export type NormalisationStep = z.infer<typeof normalisationStep>;
export type OutputContract = Manifest['output'];
export type DecoderName = OutputContract['decoder'];
/** The contract of one decoder. */
export type ContractOf<D extends DecoderName> = Extract<OutputContract, { decoder: D }>;

/** The decoder each task's output is read by. */
const DECODER_OF_TASK: Record<ModelTask, DecoderName> = {
  'body-region': 'sigmoid-classifier',
  'fracture-probability': 'binary-probability',
  'fracture-detection': 'center-heatmap',
  'bone-age': 'regression',
};

/** Reads a manifest. `folder` is the folder's name, which must be the model's id. Throws `model-invalid` naming each wrong key. */
export function parseManifest(json: unknown, folder: string): Manifest {
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success)
    throw new PacsError('model-invalid', `models/${folder}/manifest.json: ${z.prettifyError(parsed.error)}`);
  const manifest = parsed.data;
  if (manifest.id !== folder) {
    throw new PacsError(
      'model-invalid',
      `models/${folder}/manifest.json: id is "${manifest.id}"; expected the folder's name`,
    );
  }
  const expected = DECODER_OF_TASK[manifest.task];
  if (manifest.output.decoder !== expected) {
    throw new PacsError(
      'model-invalid',
      `models/${folder}/manifest.json: output.decoder is "${manifest.output.decoder}"; task "${manifest.task}" expects "${expected}"`,
    );
  }
  checkChannels(manifest, folder);
  return manifest;
}

function checkChannels({ input }: Manifest, folder: string): void {
  for (const step of input.steps) {
    if (step.op !== 'standardise') continue;
    if (step.mean.length !== input.channels || step.std.length !== input.channels) {
      throw new PacsError(
        'model-invalid',
        `models/${folder}/manifest.json: standardise has ${step.mean.length} means and ${step.std.length} deviations; expected ${input.channels} of each`,
      );
    }
  }
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
