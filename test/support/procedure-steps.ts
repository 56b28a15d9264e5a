/** A modality that tells of its performed procedure steps. PS3.4 F.7. */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { COMMAND, type CommandSet } from '../../server/dimse/command-set.ts';
import { encodeDataSet } from '../../server/dimse/identifier.ts';
import { openAssociation, requireContext } from '../../server/dimse/open-association.ts';
import { IDENTIFIER_SYNTAXES, SERVICE_SOP_CLASS } from '../../server/dimse/sop-classes.ts';

const LIMITS = { maxPduBytes: 16_384, negotiationMs: 5_000, idleMs: 5_000, stallMs: 5_000 };

/** A step of a study that has begun. */
export function stepBegun(studyInstanceUid: string): DataSet {
  return dataSetOf({
    PerformedProcedureStepStatus: 'IN PROGRESS',
    PerformedSeriesSequence: [],
    ScheduledStepAttributesSequence: [dataSetOf({ StudyInstanceUID: studyInstanceUid })],
  });
}

/** What is said of a step in the end: its state, and the images that were made. */
export function stepEnded(PerformedProcedureStepStatus: string, ...uids: readonly string[]): DataSet {
  const images = uids.map((uid) => dataSetOf({ ReferencedSOPInstanceUID: uid }));
  return dataSetOf({
    PerformedProcedureStepStatus,
    PerformedSeriesSequence: [dataSetOf({ ReferencedImageSequence: images })],
  });
}

/** N-CREATE; status and UID of the answer. */
export async function createStep(port: number, dataSet: DataSet, uid?: string): Promise<CommandSet> {
  const command = {
    CommandField: COMMAND.create,
    AffectedSOPClassUID: SERVICE_SOP_CLASS.procedureStep,
    ...(uid !== undefined && { AffectedSOPInstanceUID: uid }),
  };
  return await say(port, command, dataSet);
}

/** N-SET; status and UID of the answer. */
export async function setStep(port: number, dataSet: DataSet, uid: string): Promise<CommandSet> {
  const command = {
    CommandField: COMMAND.set,
    RequestedSOPClassUID: SERVICE_SOP_CLASS.procedureStep,
    RequestedSOPInstanceUID: uid,
  };
  return await say(port, command, dataSet);
}

/** In an association of its own, as `CR1`. */
async function say(port: number, command: CommandSet, dataSet: DataSet): Promise<CommandSet> {
  const abstractSyntax = SERVICE_SOP_CLASS.procedureStep;
  const association = await openAssociation(
    { aeTitle: 'CR1', limits: LIMITS },
    { aeTitle: 'OSTEON', host: '127.0.0.1', port },
    { contexts: [{ id: 1, abstractSyntax, transferSyntaxes: IDENTIFIER_SYNTAXES }] },
  );
  const context = requireContext(association, 'procedure steps');
  const request = await association.request(context.id, command, encodeDataSet(dataSet, context));
  const answer = (await request.next()).command;
  await association.release();
  return answer;
}
