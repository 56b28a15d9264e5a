/**
 * What the analysis says: findings, image outcomes and the identity of the models that spoke.
 *
 * A finding carries where it was seen, how sure the model was and who said it; every kind is one row of
 * {@link FindingDetails}. Adding a kind is adding a row: the writers, readers and painters that lack it stop compiling.
 */
import type { Code } from './codes.ts';
import type { BoundingBox, Polygon } from './geometry.ts';

/** Printed on everything a machine said. */
export const INTENDED_USE_NOTICE = 'Research use only. Not a medical device.';

/** Which operating point a score reached: *definite* is the high-specificity one, *suspicious* the high-sensitivity one. */
export type Certainty = 'definite' | 'suspicious';

/** The regions a body-region model tells apart; "hand" is the whole upper limb, "leg" the whole lower limb. */
export const BODY_REGIONS = ['hand', 'leg', 'hip', 'shoulder'] as const;
export type BodyRegion = (typeof BODY_REGIONS)[number];

/** Image Laterality (0020,0062) as far as the header says it. */
export type Laterality = 'L' | 'R' | 'B' | 'U';

/** Which network spoke, as its manifest names it. */
export interface ModelIdentity {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly manufacturer: string;
  /** SHA-256 of the weights file, lower-case hexadecimal. */
  readonly weightsSha256: string;
  /** True when the weights' licence forbids commercial use. */
  readonly isResearchOnly: boolean;
  /** Settings that shape the result, e.g. `suspicious=0.2`, in a fixed order. */
  readonly parameters: readonly string[];
}

/** The frame a statement is about. */
export interface SourceImage {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** 1-based. */
  readonly frameNumber: number;
  /** Size in pixels; 0 where neither header nor pixels say it, which only an image that was not analysed may have. */
  readonly rows: number;
  readonly columns: number;
}

/** Why a bone age has no standard deviation score, in a closed list. Keys are code values too, so at most 16 characters (SH). */
export const NO_SCORE_REASONS = {
  'sex-unknown': "The patient's sex is not known as female or male",
  'age-unknown': "The patient's age at the study is not known",
  'age-not-covered': 'The reference has no figures for this age',
} as const;
export type NoScoreReason = keyof typeof NO_SCORE_REASONS;

/** A bone age against the chronological age, or why it cannot be scored. */
export type BoneAgeScore =
  | {
      /** (bone age − chronological age) / standard deviation; positive where the bones are ahead. */
      readonly standardDeviations: number;
      /** One standard deviation of the skeletal age at this chronological age, in months. */
      readonly standardDeviationMonths: number;
      /** Who the reference was made from. */
      readonly population: string;
      /** Name and source of the reference. */
      readonly reference: string;
    }
  | { readonly missing: NoScoreReason };

/** The parts of a hand that an age can be read from; the four joints are the metacarpophalangeal ones of the fingers. */
export const HAND_REGIONS = ['carpus', 'four-joints', 'middle-finger', 'thumb'] as const;
export type HandRegion = (typeof HAND_REGIONS)[number];

/** A part of the hand, as a rectangle that is turned as the hand is; a corner may lie beyond the image's border. */
export interface HandRegionOutline {
  readonly region: HandRegion;
  readonly outline: Polygon;
}

/** What each kind of finding says beyond {@link FindingBase}. Probabilities are 0–1. */
export interface FindingDetails {
  /** Which part of the body the image shows; one finding per region reached. */
  readonly 'body-region': {
    readonly region: BodyRegion;
    readonly probability: number;
    /** The body part that the header names, only where it lies in another region. */
    readonly headerSite?: Code;
  };
  /** The image as a whole: does it show a fracture? */
  readonly 'fracture-presence': {
    readonly verdict: 'present' | 'absent' | 'undetermined';
    readonly certainty?: Certainty;
    readonly probability: number;
  };
  /** One fracture and where it is. `box` is always there; the polygon where the model drew one. */
  readonly fracture: {
    readonly certainty: Certainty;
    readonly probability: number;
    readonly box: BoundingBox;
    readonly polygon?: Polygon;
    /** From the region model only as far as it knows, finer where the header agrees with it; absent when neither knows. */
    readonly site?: Code;
    /** The body part that the header names, only where it contradicts the region model. */
    readonly headerSite?: Code;
    readonly laterality?: Laterality;
  };
  /** Skeletal age of one hand. */
  readonly 'bone-age': {
    readonly months: number;
    /** Half width of an interval of about 95 %, in months. */
    readonly uncertaintyMonths?: number;
    /** Age at the study, in months, where the header says birth date or age. */
    readonly chronologicalMonths?: number;
    /** How far from the chronological age it lies, against a published reference; absent where the report does not say. */
    readonly score?: BoneAgeScore;
    /** True when the model was told the patient's sex. */
    readonly isSexKnown: boolean;
    readonly method: Code;
    /** The parts of the hand that the age was read from; absent where the whole hand was. */
    readonly handRegions?: readonly HandRegionOutline[];
  };
}

export type FindingKind = keyof FindingDetails;

/** What every finding says. */
export interface FindingBase {
  /** Stable within a result set, e.g. `fracture-1`; the tracking UID is derived from it. */
  readonly trackingId: string;
  readonly concept: Code;
  readonly source: SourceImage;
  readonly model: ModelIdentity;
}

/** A finding of one kind, or of any. */
export type Finding<K extends FindingKind = FindingKind> = {
  readonly [Kind in K]: FindingBase & { readonly kind: Kind } & FindingDetails[Kind];
}[K];

/** Why an image or study was not analysed, in a closed list. Keys are code values too, so at most 16 characters (SH). */
export const REJECTION_REASONS = {
  'other-modality': 'The modality is not one that is analysed',
  'secondary-image': 'Image Type says the image is a secondary one, not an acquired radiograph',
  'raw-duplicate': 'A For Presentation image of the same exposure lies beside it',
  'no-pixel-data': 'The instance holds no pixel data',
  undecodable: 'The pixel data cannot be decoded',
  'multi-frame': 'Multi-frame radiographs are not analysed',
  'bad-dimensions': 'The image is too small, too large or too narrow for a radiograph',
  'blank-image': 'The image holds no contrast',
  'colour-image': 'The image is in colour; a radiograph is grey',
  'not-a-limb': 'The region model does not recognise a limb radiograph',
} as const;
export type RejectionReason = keyof typeof REJECTION_REASONS;

/** How the reason begins for which no bone age is read from two hands, a part of a hand or another limb. */
export const NOT_ONE_HAND = 'not one whole hand';

/** What became of one model on one image. */
export type ModelRun =
  | { readonly model: ModelIdentity; readonly status: 'succeeded' }
  | { readonly model: ModelIdentity; readonly status: 'skipped'; readonly reason: string }
  | { readonly model: ModelIdentity; readonly status: 'failed'; readonly reason: string };

/** What became of one image. `rejected` and `failed` are results too: silence is never one. */
export type ImageOutcome =
  | {
      readonly status: 'analysed';
      readonly source: SourceImage;
      readonly findings: readonly Finding[];
      readonly runs: readonly ModelRun[];
    }
  | {
      readonly status: 'rejected';
      readonly source: SourceImage;
      readonly reason: RejectionReason;
      readonly detail?: string;
      readonly findings: readonly Finding[];
      readonly runs: readonly ModelRun[];
    }
  | {
      readonly status: 'failed';
      readonly source: SourceImage;
      readonly detail: string;
      readonly findings: readonly Finding[];
      readonly runs: readonly ModelRun[];
    };

/** The findings of one kind, in their order. */
export function findingsOf<K extends FindingKind>(
  findings: readonly Finding[],
  kind: K,
): readonly Finding<K>[] {
  return findings.filter((finding) => finding.kind === kind) as unknown as readonly Finding<K>[];
}
