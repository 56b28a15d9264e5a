/**
 * The form of the routing file: destinations, and rules that say what is done with a study and where its results go.
 * `docs/routing.md` describes it for people.
 */
import { z } from 'zod';
import { RESULT_OBJECT_KINDS } from '../../dicom/results/index.ts';
import { isPrivate, tagOfKeyword } from '../../dicom/read/tag-dictionary.ts';

/** Which studies go first, the most urgent first; the number orders the queues. */
export const PRIORITIES = { emergency: 20, high: 10, normal: 0, low: -10 } as const;
export type Priority = keyof typeof PRIORITIES;

export const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const NAME = /^[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}$/;
const name = z.string().regex(NAME, 'expected a name of letters, digits, spaces, and _ . -');

/** Where a secret lies: never in the file itself, which is read, copied and shown. */
const secret = z.union(
  [z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })],
  {
    error: 'a secret is named by { env: VARIABLE } or { file: PATH }, never written here',
  },
);
export type SecretPlace = z.infer<typeof secret>;

const webAddress = z
  .url({ protocol: /^https?$/, error: 'expected an address that begins with https:// or http://' })
  .refine((text) => !URL.canParse(text) || !(new URL(text).username || new URL(text).password), {
    error: 'an address holds no user or password; use auth',
  });

const auth = z.union(
  [
    z.strictObject({ basic: z.strictObject({ user: z.string().min(1), password: secret }) }),
    z.strictObject({ bearer: secret }),
    z.strictObject({
      oauth: z.strictObject({
        tokenUrl: webAddress,
        clientId: z.string().min(1),
        clientSecret: secret,
        scope: z.string().optional(),
      }),
    }),
  ],
  {
    error:
      'expected one of basic { user, password }, bearer, oauth { tokenUrl, clientId, clientSecret, scope }',
  },
);
export type DestinationAuth = z.infer<typeof auth>;

/** Paths of PEM files. */
const tls = z.strictObject({
  certificate: z.string().optional(),
  key: z.string().optional(),
  ca: z.string().optional(),
});

const objects = z.array(z.enum(RESULT_OBJECT_KINDS)).min(1);

const common = {
  /** Which of a result set it takes; absent: all that the study's set is made of. */
  objects: objects.optional(),
  /** Deliveries under way at once. */
  concurrency: z.int().min(1).max(32).default(2),
  /** After so long a delivery that never got through becomes a dead letter. */
  giveUpHours: z.number().positive().max(8760).default(72),
};

const aeTitle = z
  .string()
  .regex(
    /^[\x21-\x5b\x5d-\x7e]([\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?$/,
    'expected an AE title of 1 to 16 characters',
  );

const dicomWebDestination = z.strictObject({
  dicomweb: webAddress,
  auth: auth.optional(),
  tls: tls.optional(),
  ...common,
});
const folderDestination = z.strictObject({ folder: z.string().min(1), ...common });
const dicomDestination = z.strictObject({
  dicom: z.strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65_535),
    aeTitle,
    /** The title we call ourselves; absent: `OSTEON_AE_TITLE`. */
    callingAeTitle: aeTitle.optional(),
    tls: z.union([z.boolean(), tls]).default(false),
    /** Ask for storage commitment (PS3.4 Annex J); a delivery is then complete when the peer commits. */
    commitment: z.boolean().default(false),
  }),
  ...common,
});
export type DicomWebDestinationSettings = z.infer<typeof dicomWebDestination>;
export type FolderDestinationSettings = z.infer<typeof folderDestination>;
export type DicomDestinationSettings = z.infer<typeof dicomDestination>;
export type DestinationSettings =
  DicomWebDestinationSettings | FolderDestinationSettings | DicomDestinationSettings;

/** The kind is told by its key, so that an error speaks of that kind alone. */
const destination = z.unknown().transform((value, context): DestinationSettings => {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const schema = keys.includes('dicomweb')
    ? dicomWebDestination
    : keys.includes('folder')
      ? folderDestination
      : keys.includes('dicom')
        ? dicomDestination
        : undefined;
  if (!schema) {
    context.addIssue('expected a destination: one of dicomweb, folder, dicom');
    return z.NEVER;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) context.addIssue({ ...issue, input: undefined } as never);
  return z.NEVER;
});

/** One pattern or several, of which one must match. */
const patterns = z
  .union([
    z.string(),
    z.number().transform(String),
    z.array(z.union([z.string(), z.number().transform(String)])).min(1),
  ])
  .transform((value) => (typeof value === 'string' ? [value] : value));

/** A keyword or a tag, or a path of them through sequences with dots between. */
export function tagsOfPath(path: string): readonly string[] | undefined {
  const tags = path.split('.').map((part) => {
    const plain = part.replaceAll(/[(),]/g, '').toUpperCase();
    return /^[0-9A-F]{8}$/.test(plain) ? plain : tagOfKeyword(part);
  });
  return tags.every((tag) => tag !== undefined && !isPrivate(tag)) ? (tags as string[]) : undefined;
}

const attributes = z.record(z.string(), patterns).check((context) => {
  for (const path of Object.keys(context.value)) {
    if (tagsOfPath(path)) continue;
    context.issues.push({
      code: 'custom',
      message: `${path} is neither a keyword nor a tag of PS3.6`,
      path: [path],
      input: undefined,
    });
  }
});

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day in quotes, such as "18:30"');

const conditions = z.strictObject({
  attributes: attributes.optional(),
  modality: patterns.optional(),
  bodyPart: patterns.optional(),
  /** Study, series, protocol or procedure, whichever holds such words. */
  description: patterns.optional(),
  callingAe: patterns.optional(),
  calledAe: patterns.optional(),
  origin: z
    .array(z.enum(['stow', 'dimse', 'import', 'demo']))
    .min(1)
    .optional(),
  /** Years at the study. */
  age: z
    .strictObject({
      from: z.number().min(0).max(150).optional(),
      below: z.number().min(0).max(150).optional(),
      /** Whether an age that is not known is meant too. */
      unknown: z.boolean().default(false),
    })
    .optional(),
  /** When the image arrived, by the clock of this machine. */
  time: z
    .strictObject({
      from: clock.optional(),
      to: clock.optional(),
      days: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    })
    .optional(),
});
export type Conditions = z.infer<typeof conditions>;

const recipient = z.union([
  name.transform((to) => ({ to })),
  z.strictObject({ to: name, objects: objects.optional() }),
]);

const priors = z.strictObject({
  /** The archive: a destination of kind `dicom`. */
  from: name,
  /** Studies, the newest first. */
  most: z.int().min(1).max(20).default(2),
  /** How far back. */
  years: z.number().positive().max(100).default(5),
  sameBodyPart: z.boolean().default(true),
});
export type PriorWish = z.infer<typeof priors>;

const rule = z.strictObject({
  name,
  when: conditions.default({}),
  analyse: z.boolean().optional(),
  models: z.array(z.string()).min(1).optional(),
  priority: z.enum(Object.keys(PRIORITIES) as [Priority, ...Priority[]]).optional(),
  hold: z
    .strictObject({
      quietSeconds: z.number().min(0).max(86_400).optional(),
      /** As soon as the study has so many images it is not held any longer. */
      images: z.int().min(1).max(10_000).optional(),
    })
    .optional(),
  results: objects
    .refine((kinds) => kinds.includes('sr'), 'a result set has a report: sr is missing')
    .optional(),
  send: z.array(recipient).optional(),
  /** Earlier studies of the patient that are fetched when one arrives. */
  priors: z.union([z.literal(false), priors]).optional(),
});
export type RuleSettings = z.infer<typeof rule>;

/** The whole file. */
export const rulesFile = z.strictObject({
  version: z.literal(1),
  destinations: z.record(name, destination).default({}),
  rules: z.array(rule).default([]),
});
export type RulesFile = z.infer<typeof rulesFile>;
