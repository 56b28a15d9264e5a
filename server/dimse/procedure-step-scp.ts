/**
 * Modality Performed Procedure Step as SCP: N-CREATE and N-SET. PS3.4 F.7, PS3.7 10.1.3, 10.1.5.
 */
import { randomUUID } from 'node:crypto';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { Association } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { errorComment } from './command-set.ts';
import { readDataSet } from './identifier.ts';
import { readStepChange, readStepCreation } from './procedure-step.ts';
import { respond, STATUS } from './responses.ts';
import type { ScpServices } from './scp-services.ts';
import { SERVICE_SOP_CLASS } from './sop-classes.ts';

type StepScp = { readonly server: Pick<ScpServices['server'], 'createStep' | 'changeStep'> };

const CLASS = { AffectedSOPClassUID: SERVICE_SOP_CLASS.procedureStep };

/** Answers an N-CREATE. Throws what the step or the database throws. */
export async function answerStepCreation(
  { server }: StepScp,
  association: Association,
  message: IncomingMessage,
): Promise<void> {
  // The creator may leave the UID to us. PS3.7 10.1.5.1.4.
  const given = message.command.AffectedSOPInstanceUID || undefined;
  if (given !== undefined && !isUid(given)) {
    throw new PacsError('invalid-uid', 'Affected SOP Instance UID is not a UID');
  }
  const uid = given ?? `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`).toString()}`;
  const studyUids = readStepCreation(await readDataSet(message));
  const isNew = await server.createStep(uid, studyUids, association.peerAeTitle);
  await respond(association, message, {
    ...CLASS,
    AffectedSOPInstanceUID: uid,
    Status: isNew ? STATUS.success : STATUS.duplicateInstance,
  });
}

/** Answers an N-SET. Throws like {@link answerStepCreation}. */
export async function answerStepChange(
  { server }: StepScp,
  association: Association,
  message: IncomingMessage,
): Promise<void> {
  const uid = message.command.RequestedSOPInstanceUID ?? '';
  const change = readStepChange(await readDataSet(message));
  const outcome = await server.changeStep(uid, change);
  const head = { ...CLASS, AffectedSOPInstanceUID: uid };
  if (outcome === 'changed') await respond(association, message, { ...head, Status: STATUS.success });
  else if (outcome === 'unknown') {
    await respond(association, message, { ...head, Status: STATUS.noSuchInstance });
  } else {
    // PS3.4 F.7.2.2.2: a step that has ended is not changed any more.
    const ErrorComment = errorComment('Performed Procedure Step Object may no longer be updated');
    await respond(association, message, { ...head, Status: STATUS.processingFailure, ErrorComment });
  }
}
