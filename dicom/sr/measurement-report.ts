/**
 * The content of the report: TID 1500 Measurement Report (PS3.16) over a set of image outcomes.
 *
 * Trap: OHIF finds "Imaging Measurements" by its code and takes the first, so there is one such container, and none
 * where nothing was found: an empty container is forbidden.
 */
import { DCM } from '../vocabulary/codes.ts';
import type { DataSet } from '../vocabulary/data-set.ts';
import type { ImageOutcome } from '../vocabulary/finding.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { container, rootContainer, type ContentItem, type InstanceReference } from './content-items.ts';
import { writeFinding } from './finding-codec.ts';
import type { GroupContext } from './finding-group.ts';
import { qualitativeEvaluations } from './image-statements.ts';
import {
  imageLibrary,
  observationContext,
  procedureReported,
  type DeviceObserver,
} from './observation-context.ts';
import { resultObjects } from './result-objects.ts';

export interface MeasurementReportInput extends GroupContext {
  /** Attributes of the study, for the procedure reported. */
  readonly studyAttributes: DataSet;
  readonly observer: DeviceObserver;
  /** One of each image; at least one. */
  readonly outcomes: readonly ImageOutcome[];
  /** The other objects of the result set. */
  readonly siblings: readonly InstanceReference[];
}

/**
 * The attributes of the SR Document Content Module (PS3.3 C.17.3). Throws `invalid-value` for an empty set and for a
 * finding that may not be written.
 */
export function measurementReport(input: MeasurementReportInput): DataSet {
  const { outcomes } = input;
  if (outcomes.length === 0) throw new PacsError('invalid-value', 'a report needs an image');
  const groups = outcomes.flatMap((outcome) => groupsOf(outcome, input));
  const referenceTo = input.referenceTo.bind(input);
  return rootContainer(DCM.imagingMeasurementReport, '1500', [
    ...observationContext(input.observer),
    procedureReported(input.studyAttributes),
    imageLibrary(outcomes.map(({ source }) => ({ source, reference: referenceTo(source) }))),
    ...(groups.length > 0 ? [container('CONTAINS', DCM.imagingMeasurements, groups)] : []),
    qualitativeEvaluations(outcomes, referenceTo),
    ...resultObjects(input.siblings),
  ]);
}

function groupsOf(outcome: ImageOutcome, context: GroupContext): readonly ContentItem[] {
  const seen = new Set<string>();
  return outcome.findings.map((finding) => {
    if (finding.source.sopInstanceUid !== outcome.source.sopInstanceUid) {
      throw new PacsError('invalid-value', 'a finding names another image than its outcome');
    }
    if (seen.has(finding.trackingId)) {
      throw new PacsError('invalid-value', 'two findings of an image have the same tracking identifier');
    }
    seen.add(finding.trackingId);
    return writeFinding(finding.kind, finding, context);
  });
}
