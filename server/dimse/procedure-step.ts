/**
 * What a Modality Performed Procedure Step says, as values. Pure. PS3.4 F.7.2, Table F.7.2-1.
 *
 * Read is what tells when a study is complete: its UID, the state, and what was made.
 */
import { itemsOf, textOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { isUid, parseUid } from '../../dicom/vocabulary/uids.ts';

/** Values of Performed Procedure Step Status (0040,0252). The last two are final. PS3.3 C.4.14. */
export const STEP_STATES = ['IN PROGRESS', 'COMPLETED', 'DISCONTINUED'] as const;
export type StepState = (typeof STEP_STATES)[number];

/** Most items of Scheduled Step Attributes Sequence (0040,0270), and most instances that a step may name. */
const MOST_SCHEDULED = 100;
const MOST_MADE = 10_000;

/** A change of a step; absent is what stays as it is. */
export interface StepChange {
  readonly state?: StepState;
  /** SOP Instance UIDs of all that was made. */
  readonly madeUids?: readonly string[];
}

/** Reads an N-CREATE: the studies that the step belongs to. Throws `invalid-value`, `invalid-uid`. */
export function readStepCreation(dataSet: DataSet): readonly string[] {
  const { state } = readStepChange(dataSet);
  if (state !== 'IN PROGRESS') {
    throw new PacsError('invalid-value', 'PerformedProcedureStepStatus (0040,0252) must be IN PROGRESS');
  }
  const scheduled = itemsOf(dataSet, TAG.ScheduledStepAttributesSequence);
  requireAtMost(MOST_SCHEDULED, scheduled.length, 'ScheduledStepAttributesSequence (0040,0270)');
  const studies = scheduled.map((item) =>
    parseUid(textOf(item, TAG.StudyInstanceUID), 'StudyInstanceUID (0020,000D)'),
  );
  if (studies.length === 0) {
    throw new PacsError('invalid-value', 'ScheduledStepAttributesSequence (0040,0270) has no item');
  }
  return [...new Set(studies)];
}

/** Reads an N-SET. Throws `invalid-value`. */
export function readStepChange(dataSet: DataSet): StepChange {
  const said = textOf(dataSet, TAG.PerformedProcedureStepStatus)?.trim();
  const state = STEP_STATES.find((known) => known === said);
  if (said !== undefined && !state) {
    throw new PacsError(
      'invalid-value',
      `PerformedProcedureStepStatus (0040,0252) must be one of ${STEP_STATES.join(', ')}`,
    );
  }
  const series = dataSet[TAG.PerformedSeriesSequence] && itemsOf(dataSet, TAG.PerformedSeriesSequence);
  const madeUids = series?.flatMap(madeIn);
  requireAtMost(MOST_MADE, madeUids?.length ?? 0, 'PerformedSeriesSequence (0040,0340)');
  return { ...(state && { state }), ...(madeUids && { madeUids }) };
}

function requireAtMost(most: number, count: number, name: string): void {
  if (count > most) {
    throw new PacsError(
      'invalid-value',
      `${name} names ${String(count)}, and may name ${String(most)} at most`,
    );
  }
}

function madeIn(series: DataSet): readonly string[] {
  return [TAG.ReferencedImageSequence, TAG.ReferencedNonImageCompositeSOPInstanceSequence]
    .flatMap((tag) => itemsOf(series, tag))
    .map((item) => textOf(item, TAG.ReferencedSOPInstanceUID) ?? '')
    .filter(isUid);
}
