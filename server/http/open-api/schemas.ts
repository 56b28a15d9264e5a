/**
 * The values that `/api` takes and gives, as schemas: the OpenAPI document shows them, and tests hold real answers against
 * them. Optional means: absent where there is nothing to say.
 */
import { z } from 'zod';
import { RESULT_OBJECT_KINDS } from '../../../dicom/results/index.ts';
import { DELIVERY_STATES } from '../../delivery/delivery-records.ts';

const uid = z
  .string()
  .regex(/^[0-9.]{1,64}$/)
  .meta({ description: 'A DICOM UID' });
const when = z.iso.datetime();
const count = z.int().min(0);
const pixels = z.number().meta({ description: 'Pixels from the outer corner of the first one' });
const probability = z.number().min(0).max(1);
const intendedUse = z.string().meta({ description: 'What results may be used for' });

const failure = z.strictObject({
  error: z.string().meta({ description: 'Kind of the failure, as docs/conformance.md lists them' }),
  message: z.string(),
});

const analysis = z.strictObject({
  studyInstanceUid: uid,
  state: z.enum(['waiting', 'running', 'done', 'rejected', 'failed']),
  reason: z.string().optional(),
  queuedAt: when,
  startedAt: when.optional(),
  finishedAt: when.optional(),
  images: z.array(
    z.strictObject({
      sopInstanceUid: uid,
      state: z.enum(['analysed', 'rejected', 'failed']),
      reason: z.string().optional(),
    }),
  ),
  report: z.strictObject({ seriesInstanceUid: uid, sopInstanceUid: uid }).optional(),
});

const step = z.looseObject({ id: z.string(), kind: z.string() });

const delivery = z.strictObject({
  id: z.string(),
  destination: z.string(),
  studyInstanceUid: uid,
  reportUid: uid,
  state: z.enum(DELIVERY_STATES),
  priority: z.int(),
  tries: count,
  reason: z.string().optional(),
  objects: count,
  accepted: count,
  queuedAt: when,
  dueAt: when,
  finishedAt: when.optional(),
});

const destination = z.strictObject({
  name: z.string(),
  isConfigured: z.boolean().meta({ description: 'False where the routing file does not name it any more' }),
  kind: z.enum(['dicomweb', 'dicom', 'folder']).optional(),
  address: z.string().optional(),
  objects: z.array(z.enum(RESULT_OBJECT_KINDS)).optional(),
  concurrency: z.int().min(1).optional(),
  giveUpHours: z.number().optional(),
  counts: z.strictObject({
    waiting: count,
    sending: count,
    dead: count,
    delivered: count,
    deliveredLastHour: count,
    waitingSince: when.optional(),
  }),
  pause: z.strictObject({ until: when, reason: z.string(), failures: z.int().min(1) }).optional(),
});

/** By the name that the document gives them. */
export const SCHEMAS = {
  Failure: failure,
  Analyses: z.strictObject({
    intendedUse,
    models: z.array(z.strictObject({ id: z.string(), version: z.string(), researchOnly: z.boolean() })),
    analyses: z.array(analysis),
  }),
  AnalysisRequest: z.strictObject({ studyInstanceUid: uid, boneAge: z.boolean().optional() }),
  Imported: z.strictObject({
    status: z.enum(['stored', 'identical']),
    studyInstanceUid: uid,
    seriesInstanceUid: uid,
    sopInstanceUid: uid,
  }),
  Uploaded: z.strictObject({ filename: z.string() }),
  PredictRequest: z.strictObject({ filename: z.string() }),
  Prediction: z.strictObject({
    filename: z.string(),
    bone_type: z.enum(['hand', 'leg', 'hip', 'shoulder']).nullable(),
    result: z.enum(['fractured', 'normal', 'uncertain', 'unusable']),
    probability: probability.nullable(),
    boxes: z.array(
      z.strictObject({
        x: pixels,
        y: pixels,
        width: pixels,
        height: pixels,
        probability,
        certainty: z.string(),
      }),
    ),
    bone_age_months: z.number().optional(),
    reason: z.string().optional().meta({ description: 'Why the image is unusable' }),
    models: z.array(z.string()),
    study: z.strictObject({ studyInstanceUid: uid, url: z.url() }),
    viewer: z.url(),
    report: z.url().optional(),
    intendedUse,
  }),
  ImageRules: z.strictObject({
    rules: z.array(z.string()),
    picture: z.string(),
    refusals: z.record(z.string(), z.string()),
    intendedUse,
  }),
  Keys: z.strictObject({
    keys: z.array(
      z.strictObject({
        id: z.string(),
        roles: z.array(z.string()),
        permissions: z.array(z.string()).optional(),
        createdAt: when,
        createdBy: z.string(),
        expiresAt: when.optional(),
        revokedAt: when.optional(),
      }),
    ),
  }),
  KeyRequest: z.strictObject({
    id: z.string().max(40),
    roles: z.array(z.string()).min(1),
    permissions: z.array(z.string()).optional(),
    days: z.int().min(1).max(3650).optional(),
  }),
  NewKey: z.strictObject({ id: z.string(), key: z.string().meta({ description: 'Told this once' }) }),
  Review: z.strictObject({
    studyInstanceUid: uid,
    reader: z.strictObject({
      id: z.string(),
      name: z.string().optional(),
      mayReview: z.boolean(),
      maySign: z.boolean(),
    }),
    report: z
      .strictObject({ seriesInstanceUid: uid, sopInstanceUid: uid, isVerified: z.boolean() })
      .optional(),
    draft: z.strictObject({ revision: count, steps: z.array(step) }),
    others: z.array(z.strictObject({ reader: z.string(), changedAt: when, steps: z.array(step) })),
    seen: z.string(),
  }),
  ReviewDraft: z.strictObject({ revision: count, steps: z.array(step) }),
  Signature: z.strictObject({ revision: count, seen: z.string().max(100) }),
  SignedReview: z.strictObject({ studyInstanceUid: uid, seriesInstanceUid: uid, sopInstanceUid: uid }),
  Audit: z.strictObject({
    choices: z.looseObject({}).meta({ description: 'What can be filtered by' }),
    studies: z.array(z.looseObject({ studyInstanceUid: uid })),
    summary: z.looseObject({}),
  }),
  LabelsTaken: z.strictObject({ imported: count, unknown: count }),
  Samples: z.strictObject({
    samples: z.array(z.looseObject({ id: z.string(), seed: z.string(), drawnAt: when })),
  }),
  SampleRequest: z.strictObject({
    size: z.int().min(1).max(5000),
    seed: z.string().min(1).max(100),
    filter: z.looseObject({}).optional(),
  }),
  NewSample: z.strictObject({ id: z.string(), drawn: count }),
  NextOfSample: z.strictObject({ studyInstanceUid: uid.optional(), remaining: count }),
  SecondRead: z.strictObject({
    studyInstanceUid: uid,
    hasFracture: z.boolean(),
    boneAgeMonths: z.number().min(0).max(300).optional(),
  }),
  Adjudication: z.strictObject({ studyInstanceUid: uid, hasFracture: z.boolean() }),
  Routing: z.strictObject({
    file: z.string().optional(),
    readAt: when.optional(),
    faults: z
      .array(z.strictObject({ line: z.int().min(1).optional(), message: z.string() }))
      .meta({ description: 'Why the file as it is now does not hold; empty: it holds' }),
    rules: z.array(z.looseObject({ name: z.string(), line: z.int().min(1), when: z.looseObject({}) })),
  }),
  ExplanationRequest: z.strictObject({ studyInstanceUid: uid, rules: z.string().optional() }),
  Explanation: z.strictObject({ images: count, explanation: z.string() }),
  Destinations: z.strictObject({ destinations: z.array(destination) }),
  Echo: z.strictObject({ isUp: z.boolean(), reason: z.string().optional(), milliseconds: count }),
  Deliveries: z.strictObject({ deliveries: z.array(delivery) }),
  Revived: z.strictObject({ revived: count }),
  Throughput: z.strictObject({
    hours: z.array(z.strictObject({ from: when, instances: count, analyses: count, deliveries: count })),
  }),
  AuditTrail: z.strictObject({
    events: z.array(
      z.strictObject({
        id: z.string(),
        sequence: count.optional(),
        at: when,
        principal: z.string(),
        action: z.string(),
        outcome: z.enum(['success', 'refused', 'failed']),
        studies: z.array(uid),
        address: z.string().optional(),
        occurrences: count,
        detail: z.string().optional(),
      }),
    ),
  }),
  Node: z.strictObject({
    name: z.string(),
    version: z.string(),
    dicomWebRoot: z.url(),
    dimse: z
      .strictObject({
        aeTitle: z.string(),
        host: z.string(),
        port: z.int().optional(),
        tlsPort: z.int().optional(),
      })
      .optional(),
  }),
} as const;

export type SchemaName = keyof typeof SCHEMAS;
