/**
 * The words of a review while it is being made: what a reader does in one step, and what is still open. Browser-safe.
 */
import type { SourceImage } from '../vocabulary/finding.ts';
import { boundsOf, type BoundingBox, type Polygon } from '../vocabulary/geometry.ts';
import type { Decided, RejectedFindingReason } from '../vocabulary/review.ts';
import type { ReportFinding } from './group-reader.ts';
import type { Report } from './report-reader.ts';

/** Where a reader says a fracture is. */
export interface DrawnRegion {
  /** Bounds of the polygon where there is one. */
  readonly box: BoundingBox;
  readonly polygon?: Polygon;
}

/** A frame by name. */
export type ImageName = Pick<SourceImage, 'sopInstanceUid' | 'frameNumber'>;

/** What a reader does in one step. `finding` is a Tracking Unique Identifier; `fracture` one of a statement, or the id of the step that added it. */
export type ReviewAct =
  | { readonly kind: 'accept'; readonly finding: string }
  | {
      readonly kind: 'reject';
      readonly finding: string;
      readonly reason: RejectedFindingReason;
      readonly comment?: string;
    }
  | ({ readonly kind: 'redraw'; readonly finding: string } & DrawnRegion)
  | { readonly kind: 'bone-age'; readonly finding: string; readonly months: number }
  | ({ readonly kind: 'add'; readonly image: ImageName } & DrawnRegion)
  | ({ readonly kind: 'redraw-added'; readonly fracture: string } & DrawnRegion)
  | { readonly kind: 'remove-added'; readonly fracture: string }
  | { readonly kind: 'no-fracture'; readonly image: ImageName }
  | { readonly kind: 'agree' };

/** A step with its name, which is unique within the draft. */
export type ReviewStep = ReviewAct & { readonly id: string };

/** The part of a report that a review is about. */
export type ReviewedReport = Pick<Report, 'findings' | 'statements'>;

/** What the functions below are told of the reader. */
export interface ReviewContext {
  /** Who took a step, and when. */
  decidedBy(step: ReviewStep): Decided;
  /** Tracking Unique Identifier of what a step adds. */
  trackingUidOf(stepId: string): string;
}

/** A report as its reader leaves it. */
export interface DraftedReport extends ReviewedReport {
  /** Ids of the steps about something that the report does not hold; they count for nothing. */
  readonly unmatched: readonly string[];
}

/** What a reader has not decided: a fracture or bone age, or whether an image without a located fracture shows one. */
export type OpenQuestion =
  | { readonly kind: 'finding'; readonly finding: ReportFinding }
  | { readonly kind: 'image'; readonly presence: ReportFinding<'fracture-presence'> };

/** What is still to be decided before a report can be signed. */
export function openQuestions({ findings, statements }: ReviewedReport): readonly OpenQuestion[] {
  return findings.flatMap((finding): readonly OpenQuestion[] => {
    if (finding.review) return [];
    if (finding.kind === 'fracture' || finding.kind === 'bone-age') return [{ kind: 'finding', finding }];
    if (finding.kind !== 'fracture-presence') return [];
    const isOn = onSameFrame(finding.source);
    const isLocated = findings.some((other) => other.kind === 'fracture' && isOn(other.source));
    return isLocated || statements.some(({ source }) => isOn(source))
      ? []
      : [{ kind: 'image', presence: finding }];
  });
}

/** True for the frame of a source. */
export function onSameFrame(one: ImageName): (other: ImageName) => boolean {
  return (other) => other.sopInstanceUid === one.sopInstanceUid && other.frameNumber === one.frameNumber;
}

/** The region alone, its box the bounds of its polygon. */
export function regionOf({ box, polygon }: DrawnRegion): DrawnRegion {
  return polygon ? { box: boundsOf(polygon), polygon } : { box };
}
