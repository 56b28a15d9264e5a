/**
 * Answers the requests of an association, one after the other: the table of what is done for which command. PS3.7 6.3.1.
 */
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import type { AuditEvent } from '../security/audit-event.ts';
import type { Association } from './association.ts';
import type { IncomingMessage } from './association-terms.ts';
import { COMMAND } from './command-set.ts';
import type { CommitmentScp } from './commitment-scp.ts';
import type { CommitmentScu } from './commitment-scu.ts';
import type { CallingSide } from './open-association.ts';
import { answerStepChange, answerStepCreation } from './procedure-step-scp.ts';
import { answerFind } from './query-scp.ts';
import { failureResponse, isConnectionLost, respond, STATUS } from './responses.ts';
import { answerGet, answerMove } from './retrieve-scp.ts';
import type { ScpServices } from './scp-services.ts';
import { serviceOf, type Service } from './sop-classes.ts';
import { receiveInstance } from './storage-scp.ts';

/** All that is provided over an association. */
export interface Providers {
  readonly services: ScpServices;
  /** How others are called for C-MOVE. */
  readonly side: CallingSide;
  readonly commitmentScp: CommitmentScp;
  readonly commitmentScu: CommitmentScu;
}

/** What was done of which a record is kept: studies, as far as they are known. */
type Act = Pick<AuditEvent, 'action' | 'studyInstanceUids'>;

interface Operation {
  /** The service whose presentation contexts the command may come in. */
  readonly service: Service;
  perform(providers: Providers, association: Association, message: IncomingMessage): Promise<Act | undefined>;
}

/** One row per command that is answered. */
const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [
    COMMAND.echo,
    {
      service: 'verification',
      async perform(_providers, association, message) {
        await respond(association, message, { Status: STATUS.success });
        return undefined;
      },
    },
  ],
  [
    COMMAND.store,
    {
      service: 'storage',
      async perform({ services }, association, message) {
        const { studyInstanceUid } = await receiveInstance(services, association, message);
        if (studyInstanceUid === undefined) return undefined;
        return { action: 'store-instances', studyInstanceUids: [studyInstanceUid] };
      },
    },
  ],
  [
    COMMAND.find,
    {
      service: 'find',
      async perform({ services }, association, message) {
        await answerFind(services, association, message);
        return { action: 'search-studies', studyInstanceUids: [] };
      },
    },
  ],
  [
    COMMAND.move,
    {
      service: 'move',
      async perform({ services, side }, association, message) {
        const studyInstanceUids = await answerMove(services, side, association, message);
        return { action: 'read-studies', studyInstanceUids };
      },
    },
  ],
  [
    COMMAND.get,
    {
      service: 'get',
      async perform({ services }, association, message) {
        return { action: 'read-studies', studyInstanceUids: await answerGet(services, association, message) };
      },
    },
  ],
  [
    COMMAND.action,
    {
      service: 'storage-commitment',
      async perform({ commitmentScp }, association, message) {
        await commitmentScp.answer(association, message);
        return undefined;
      },
    },
  ],
  [
    COMMAND.create,
    {
      service: 'procedure-step',
      async perform({ services }, association, message) {
        await answerStepCreation(services, association, message);
        return undefined;
      },
    },
  ],
  [
    COMMAND.set,
    {
      service: 'procedure-step',
      async perform({ services }, association, message) {
        await answerStepChange(services, association, message);
        return undefined;
      },
    },
  ],
  [
    COMMAND.eventReport,
    {
      service: 'storage-commitment',
      async perform({ commitmentScu }, association, message) {
        await commitmentScu.answer(association, message);
        return undefined;
      },
    },
  ],
]);

/** Serves until the association ends. Never rejects. */
export async function serveAssociation(providers: Providers, association: Association): Promise<void> {
  const recorded = new Set<string>();
  try {
    for await (const message of association.requests()) {
      const act = await answer(providers, association, message);
      if (act) await record(providers, association, act, recorded);
    }
  } catch (error) {
    association.abort(asPacsError(error)); // Nothing can be said any more, or an answer broke off.
  }
}

async function answer(
  providers: Providers,
  association: Association,
  message: IncomingMessage,
): Promise<Act | undefined> {
  const { command, context } = message;
  const operation = OPERATIONS.get(command.CommandField ?? 0);
  if (operation?.service !== serviceOf(context.abstractSyntax) || !operation) {
    await message.data?.drain();
    await respond(association, message, { Status: STATUS.unrecognizedOperation });
    return undefined;
  }
  try {
    return await operation.perform(providers, association, message);
  } catch (error) {
    if (isConnectionLost(association, error)) throw error;
    await message.data?.drain();
    await respond(association, message, failureResponse(error));
    return undefined;
  }
}

/** A study that many instances of come over one association is recorded once. */
async function record(
  { services }: Providers,
  association: Association,
  { action, studyInstanceUids }: Act,
  recorded: Set<string>,
): Promise<void> {
  const fresh = studyInstanceUids.filter((uid) => !recorded.has(`${action} ${uid}`));
  if (studyInstanceUids.length > 0 && fresh.length === 0) return;
  for (const uid of fresh) recorded.add(`${action} ${uid}`);
  await services.server.audit({
    at: new Date(),
    principalId: `ae:${association.peerAeTitle}`,
    action,
    outcome: 'success',
    studyInstanceUids: fresh,
    networkAddress: association.remoteAddress,
  });
}
