/**
 * C-STORE as SCP. PS3.4 Annex B, PS3.7 9.1.1.
 *
 * The data set goes to disk as it comes; success is answered when the server has made file and index row durable.
 */
import { writeFileMeta } from '../../dicom/transcode/file-meta.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { isUid } from '../../dicom/vocabulary/uids.ts';
import type { Association } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { errorComment } from './command-set.ts';
import { respond, statusOf } from './responses.ts';
import type { ScpServices, StoreAnswer } from './scp-services.ts';
import { stageDataSet } from './staging.ts';

export type StorageScp = Pick<ScpServices, 'folder' | 'hasRoom'> & {
  readonly server: Pick<ScpServices['server'], 'keep'>;
};

/** Takes one instance and answers. Rejects only when the answer cannot be sent. */
export async function receiveInstance(
  scp: StorageScp,
  association: Association,
  message: IncomingMessage,
): Promise<StoreAnswer> {
  const answer = await stored(scp, association, message);
  const { AffectedSOPInstanceUID } = message.command;
  await respond(association, message, {
    ...(AffectedSOPInstanceUID === undefined ? {} : { AffectedSOPInstanceUID }),
    Status: answer.status,
    ...(answer.comment === undefined ? {} : { ErrorComment: errorComment(answer.comment) }),
  });
  return answer;
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
    const { peerAeTitle: callingAeTitle, calledAeTitle } = association;
    return await scp.server.keep(staged, { callingAeTitle, calledAeTitle, sopClassUid, sopInstanceUid });
  } catch (error) {
    const { kind, message } = asPacsError(error);
    await data?.drain();
    return { status: statusOf(kind), comment: message };
  }
}
