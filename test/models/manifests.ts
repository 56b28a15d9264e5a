/** Small valid manifests for tests: one a task. */
import { createHash } from 'node:crypto';
import { type Manifest, parseManifest } from '../../models/manifest.ts';

/** No two models of these tests are one network. */
const weightsOf = (id: string) => ({
  file: 'model.onnx',
  sha256: createHash('sha256').update(id).digest('hex'),
});

const common = {
  schemaVersion: 1,
  name: 'Test network',
  version: '0.1.0',
  manufacturer: 'Osteon',
  input: {
    name: 'image',
    width: 64,
    height: 64,
    channels: 1,
    fit: 'letterbox',
    steps: [
      { op: 'percentile-stretch', low: 1, high: 99 },
      { op: 'standardise', mean: [0], std: [1] },
    ],
  },
  extraInputs: [],
  operatingPoints: { suspicious: 0.2, definite: 0.6 },
  routing: { regions: [], requiresRequest: false },
  intendedUse: 'tests',
  limitations: [],
  trainingData: [],
  licence: { weights: 'MIT', researchOnly: false },
};

/** The JSON of a manifest; `overrides` replace top-level keys. */
export const MANIFEST_JSON = {
  region: {
    ...common,
    id: 'body-region',
    weights: weightsOf('body-region'),
    task: 'body-region',
    operatingPoints: { suspicious: 0.5, definite: 0.5 },
    output: {
      decoder: 'sigmoid-classifier',
      name: 'probabilities',
      labels: [
        { label: 'hand', concept: { value: '53120007', scheme: 'SCT', meaning: 'Upper limb' } },
        { label: 'leg', concept: { value: '61685007', scheme: 'SCT', meaning: 'Lower limb' } },
        {
          label: 'limb',
          concept: { value: 'limb-radiograph', scheme: '99OSTEON', meaning: 'Limb radiograph' },
        },
      ],
    },
  },
  probability: {
    ...common,
    id: 'fracture-probability',
    weights: weightsOf('fracture-probability'),
    task: 'fracture-probability',
    output: { decoder: 'binary-probability', name: 'probability' },
  },
  detector: {
    ...common,
    id: 'fracture-detector',
    weights: weightsOf('fracture-detector'),
    task: 'fracture-detection',
    output: {
      decoder: 'center-heatmap',
      heat: 'heat',
      distances: 'distances',
      mask: 'mask',
      stride: 8,
      maskStride: 8,
      maskThreshold: 0.5,
      nmsIou: 0.5,
      maxDetections: 20,
      concept: { value: '125605004', scheme: 'SCT', meaning: 'Fracture of bone' },
    },
  },
  oneHand: {
    ...common,
    id: 'one-hand',
    weights: weightsOf('one-hand'),
    task: 'one-hand',
    routing: { regions: ['hand'], requiresRequest: true },
    output: {
      decoder: 'sigmoid-classifier',
      name: 'probability',
      labels: [
        {
          label: 'one-hand',
          concept: { value: 'one-hand', scheme: '99OSTEON', meaning: 'One whole hand' },
          threshold: 0.4,
        },
      ],
    },
  },
  boneAge: {
    ...common,
    id: 'bone-age',
    weights: weightsOf('bone-age'),
    task: 'bone-age',
    extraInputs: [{ name: 'sex', source: 'patient-sex', values: { F: -1, M: 1, O: 0, unknown: 0 } }],
    routing: { regions: ['hand'], requiresRequest: true, maximumAgeYears: 19 },
    licence: { weights: 'RSNA non-commercial', researchOnly: true },
    output: {
      decoder: 'regression',
      value: 'months',
      uncertainty: 'uncertainty',
      unit: { value: 'mo', scheme: 'UCUM', meaning: 'month' },
      concept: { value: '85151-9', scheme: 'LN', meaning: 'XR Bone age' },
      range: [0, 240],
    },
  },
} as const;

export const REGION: Manifest = parseManifest(MANIFEST_JSON.region, 'body-region');
export const PROBABILITY: Manifest = parseManifest(MANIFEST_JSON.probability, 'fracture-probability');
export const DETECTOR: Manifest = parseManifest(MANIFEST_JSON.detector, 'fracture-detector');
export const ONE_HAND: Manifest = parseManifest(MANIFEST_JSON.oneHand, 'one-hand');
export const BONE_AGE: Manifest = parseManifest(MANIFEST_JSON.boneAge, 'bone-age');
