/**
 * The content of the report: TID 1500 Measurement Report (PS3.16) over a set of image outcomes.
 *
 * Trap: OHIF finds "Imaging Measurements" by its code and takes the first, so there is one such container, and none
 * where nothing was found: an empty container is forbidden. What a reader rejected stands in a container of its own,
 * since a viewer that knows nothing of reviews would draw it as a finding.
 */
import { DCM, OSTEON, type Code } from '../vocabulary/codes.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import type { Finding, ImageOutcome, SourceImage } from '../vocabulary/finding.ts';
import { PacsError } from '../vocabulary/failure.ts';
import type { ReaderStatement } from '../vocabulary/review.ts';
import { container, rootContainer, type ContentItem, type InstanceReference } from './content-items.ts';
import { writeFinding } from './finding-codec.ts';
import type { GroupContext } from './finding-group.ts';
import { imageLibrary, type ImageDescriptors } from './image-library.ts';
import { qualitativeEvaluations } from './image-statements.ts';
import { observationContext, procedureReported, type DeviceObserver } from './observation-context.ts';
import { writeStatement } from './reader-statements.ts';
import { resultObjects } from './result-objects.ts';

export interface MeasurementReportInput extends GroupContext {
  /** Attributes of the study, for the procedure reported. */
  readonly studyAttributes: DataSet;
  readonly observer: DeviceObserver;
  /** One of each image; at least one. */
  readonly outcomes: readonly ImageOutcome[];
  /** What the header of an image says of it. */
  describe(source: SourceImage): ImageDescriptors;
  /** The other objects of the result set. */
  readonly siblings: readonly InstanceReference[];
  /** What the reader states beside the models. */
  readonly statements?: readonly ReaderStatement[];
}

/**
 * The attributes of the SR Document Content Module (PS3.3 C.17.3). Throws `invalid-value` for an empty set and for a
 * finding that may not be written.
 */
export function measurementReport(input: MeasurementReportInput): DataSet {
  const { outcomes } = input;
  if (outcomes.length === 0) throw new PacsError('invalid-value', 'a report needs an image');
  const findings = outcomes.flatMap(findingsOf);
  const isRejected = (finding: Finding) =>
    input.reviews?.get(input.trackingUidOf(finding))?.decision === 'rejected';
  const groupsOf = (chosen: readonly Finding[]) =>
    chosen.map((finding) => writeFinding(finding.kind, finding, input));
  const referenceTo = input.referenceTo.bind(input);
  return rootContainer(DCM.imagingMeasurementReport, '1500', [
    ...observationContext(input.observer),
    procedureReported(input.studyAttributes),
    imageLibrary(
      outcomes.map(({ source }) => ({
        source,
        reference: referenceTo(source),
        descriptors: input.describe(source),
      })),
    ),
    ...groups(DCM.imagingMeasurements, [
      ...groupsOf(findings.filter((finding) => !isRejected(finding))),
      ...(input.statements ?? []).map((statement) => writeStatement(statement, input)),
    ]),
    ...groups(OSTEON.rejectedFindings, groupsOf(findings.filter(isRejected))),
    qualitativeEvaluations(outcomes, referenceTo),
    ...resultObjects(input.siblings),
  ]);
}

/** A container of groups; nothing where there are none. */
function groups(concept: Code, items: readonly ContentItem[]): readonly ContentItem[] {
  return items.length > 0 ? [container('CONTAINS', concept, items)] : [];
}

/** Findings of an image. Throws `invalid-value` for one of another image, or a second of the same name. */
function findingsOf(outcome: ImageOutcome): readonly Finding[] {
  const seen = new Set<string>();
  for (const finding of outcome.findings) {
    if (finding.source.sopInstanceUid !== outcome.source.sopInstanceUid) {
      throw new PacsError('invalid-value', 'a finding names another image than its outcome');
    }
    if (seen.has(finding.trackingId)) {
      throw new PacsError('invalid-value', 'two findings of an image have the same tracking identifier');
    }
    seen.add(finding.trackingId);
  }
  return outcome.findings;
}
