/**
 * What a reader decided about what the models said, and what the reader states alone.
 *
 * Every decision carries who took it and when; what was changed keeps what it was before.
 */
import type { Code } from './codes.ts';
import type { PersonName } from './data-set.ts';
import type { Laterality, SourceImage } from './finding.ts';
import type { BoundingBox, Polygon } from './geometry.ts';

/** Why a finding was rejected, in a closed list. Keys are code values too, so at most 16 characters (SH). */
export const REJECTED_FINDING_REASONS = {
  'no-fracture': 'No fracture here',
  'growth-plate': 'Growth plate',
  'normal-variant': 'Normal variant or accessory bone',
  'old-fracture': 'Old or healed fracture',
  overlap: 'Overlapping structures',
  artefact: 'Artefact, cast or hardware',
  duplicate: 'The same finding stands there twice',
  'wrong-value': 'The value is wrong',
  'other-reason': 'Another reason, given as a comment',
} as const;
export type RejectedFindingReason = keyof typeof REJECTED_FINDING_REASONS;

/** The person who decided. TID 1003. */
export interface Reviewer {
  readonly name: PersonName;
  /** Account under which the person was known to the system. */
  readonly loginName?: string;
}

/** What every decision says. */
export interface Decided {
  readonly reviewer: Reviewer;
  /** DICOM DT `YYYYMMDDHHMMSS`, in the time zone of the document. */
  readonly decidedAt: string;
  readonly comment?: string;
}

/** A finding before it was edited. */
export type OriginalFinding =
  | { readonly kind: 'fracture'; readonly box: BoundingBox; readonly polygon?: Polygon }
  | {
      readonly kind: 'bone-age';
      readonly months: number;
      readonly uncertaintyMonths?: number;
      readonly method: Code;
    };

/** A decision about a finding of a model. An edited finding says what it is now, its review what it was. */
export type Review = Decided &
  (
    | { readonly decision: 'accepted' }
    | { readonly decision: 'rejected'; readonly reason: RejectedFindingReason }
    | { readonly decision: 'edited'; readonly original: OriginalFinding }
  );

/** What the reader states alone: a fracture that no model marked, or that an image shows none. */
export type ReaderStatement = Decided & {
  /** Stable within a report and distinct from those of the findings, e.g. `reader-1`. */
  readonly trackingId: string;
  /** Tracking Unique Identifier, given to the statement once and kept through drafts and signature. */
  readonly trackingUid: string;
  readonly source: SourceImage;
} & (
    | {
        readonly kind: 'added-fracture';
        /** Bounds of the polygon where there is one. */
        readonly box: BoundingBox;
        readonly polygon?: Polygon;
        readonly site?: Code;
        readonly laterality?: Laterality;
      }
    | { readonly kind: 'no-fracture' }
  );
