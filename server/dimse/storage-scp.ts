/**
 * C-STORE as SCP. PS3.4 Annex B, PS3.7 9.1.1.
 *
 * The data set goes to disk as it comes; success is answered when the server has made file and index row durable.
 */
import { writeFileMeta } from '../../dicom/transcode/file-meta.ts';
import { asPacsError, FAILURES, PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { Association } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { COMMAND, errorComment, RESPONSE } from './command-set.ts';
import type { ServerSide, StoreAnswer } from './scp-services.ts';
import { stageDataSet, type StagingFolder } from './staging.ts';

export interface StorageScp {
  readonly server: Pick<ServerSide, 'keep'>;
  readonly folder: StagingFolder;
  /** False when the disk is so full that nothing more is taken. */
  hasRoom(): Promise<boolean>;
}

/** Takes one instance and answers. Rejects only when the answer cannot be sent. */
export async function receiveInstance(
  scp: StorageScp,
  association: Association,
  message: IncomingMessage,
): Promise<void> {
  const { context, command } = message;
  const { status, comment } = await stored(scp, association, message);
  await association.send(context.id, {
    CommandField: COMMAND.store | RESPONSE,
    MessageIDBeingRespondedTo: command.MessageID ?? 0,
    ...(command.AffectedSOPClassUID && { AffectedSOPClassUID: command.AffectedSOPClassUID }),
    ...(command.AffectedSOPInstanceUID && { AffectedSOPInstanceUID: command.AffectedSOPInstanceUID }),
    Status: status,
    ...(comment !== undefined && { ErrorComment: errorComment(comment) }),
  });
}

async function stored(
  scp: StorageScp,
  association: Association,
  { context, command, data }: IncomingMessage,
): Promise<StoreAnswer> {
  const { AffectedSOPClassUID: sopClassUid = '', AffectedSOPInstanceUID: sopInstanceUid = '' } = command;
  try {
    if (sopClassUid !== context.abstractSyntax) {
      throw new PacsError(
        'unsupported-sop-class',
        'Affected SOP Class UID is not that of the presentation context',
      );
    }
    if (!isUid(sopInstanceUid)) throw new PacsError('invalid-uid', 'Affected SOP Instance UID is not a UID');
    if (!data) throw new PacsError('bad-request', 'A C-STORE request came without a data set');
    if (!(await scp.hasRoom())) throw new PacsError('storage-unavailable', 'The disk is nearly full');
    const head = writeFileMeta({ sopClassUid, sopInstanceUid, transferSyntaxUid: context.transferSyntax });
    const staged = await stageDataSet(scp.folder, head, data);
    return await scp.server.keep(staged, {
      callingAeTitle: association.peerAeTitle,
      calledAeTitle: association.calledAeTitle,
      address: association.remoteAddress,
      sopClassUid,
      sopInstanceUid,
    });
  } catch (error) {
    const { kind, message } = asPacsError(error);
    await data?.drain();
    return { status: statusOf(kind), comment: message };
  }
}

/** Status (0000,0900) of a failure. PS3.4 Table B.2-1, PS3.7 Annex C. */
export function statusOf(kind: FailureKind): number {
  return FAILURES[kind].failureReason;
}
