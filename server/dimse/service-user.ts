/**
 * What the DIMSE process does at other application entities: the work behind `dimse-client.ts`. PS3.4 Annexes A, B, C.
 */
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import type { StoredPlace } from '../storage/stored-instance.ts';
import type { Association } from './association.ts';
import { COMMAND, MEDIUM_PRIORITY, type CommandSet } from './command-set.ts';
import type { MoveOutcome, PeerMove, PeerQuery, SendOutcome } from './dimse-client.ts';
import { encodeDataSet, readDataSet } from './identifier.ts';
import { openAssociation, requireContext, type CallingSide } from './open-association.ts';
import type { DimsePeer } from './peer.ts';
import { STATUS } from './responses.ts';
import type { InstanceSource } from './scp-services.ts';
import { IDENTIFIER_SYNTAXES, SERVICE_SOP_CLASS } from './sop-classes.ts';
import { planStorage, sendInstance } from './storage-scu.ts';

const MOST_MATCHES = 10_000;

const MODEL = {
  'patient-root': { find: SERVICE_SOP_CLASS.patientRootFind, move: SERVICE_SOP_CLASS.patientRootMove },
  'study-root': { find: SERVICE_SOP_CLASS.studyRootFind, move: SERVICE_SOP_CLASS.studyRootMove },
} as const;

/** C-ECHO. */
export async function echo(side: CallingSide, peer: DimsePeer): Promise<number> {
  const began = performance.now();
  const abstractSyntax = SERVICE_SOP_CLASS.verification;
  await withAssociation(side, peer, abstractSyntax, 'verification', async (association, id) => {
    const request = await association.request(id, {
      CommandField: COMMAND.echo,
      AffectedSOPClassUID: abstractSyntax,
    });
    const { command } = await request.next();
    request.end();
    if (command.Status !== STATUS.success) throw refused('C-ECHO', command);
  });
  return performance.now() - began;
}

/** C-STORE of instances, one association after the other where one is not enough. `onOutcome` is told each. */
export async function send(
  side: CallingSide,
  source: InstanceSource,
  peer: DimsePeer,
  places: readonly StoredPlace[],
  onOutcome: (outcome: SendOutcome) => void,
  signal: AbortSignal,
): Promise<readonly SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  const tell = (outcome: SendOutcome): void => {
    outcomes.push(outcome);
    onOutcome(outcome);
  };
  for (const plan of planStorage(places)) {
    const association = await openAssociation(side, peer, plan);
    const abort = (): void => {
      association.abort();
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    for (const place of plan.places) {
      try {
        if (association.ended) throw association.ended;
        tell(await sendInstance(source, association, place));
      } catch (error) {
        const { message } = asPacsError(error);
        tell({ sopInstanceUid: place.sopInstanceUid, status: 'unsent', reason: message });
      }
    }
    signal.removeEventListener('abort', abort);
    await association.release();
  }
  return outcomes;
}

/** C-FIND. */
export async function find(
  side: CallingSide,
  peer: DimsePeer,
  query: PeerQuery,
): Promise<readonly DataSet[]> {
  const abstractSyntax = MODEL[query.model].find;
  const limit = query.limit ?? MOST_MATCHES;
  const matches: DataSet[] = [];
  await withAssociation(side, peer, abstractSyntax, 'the query model', async (association, id) => {
    const context = contextOf(association, id);
    const request = await association.request(
      id,
      { CommandField: COMMAND.find, Priority: MEDIUM_PRIORITY, AffectedSOPClassUID: abstractSyntax },
      encodeDataSet(query.identifier, context),
    );
    for (;;) {
      const message = await request.next();
      const { Status = 0x0110 } = message.command;
      if (Status !== STATUS.pending && Status !== STATUS.pendingWithUnsupportedKeys) {
        await message.data?.drain();
        request.end();
        if (Status === STATUS.success || Status === STATUS.cancelled) return;
        throw refused('C-FIND', message.command);
      }
      if (matches.length < limit) {
        matches.push(await readDataSet(message));
        if (matches.length === limit) {
          await association.send(id, {
            CommandField: COMMAND.cancel,
            MessageIDBeingRespondedTo: request.messageId,
          });
        }
      } else await message.data?.drain();
    }
  });
  return matches;
}

/** C-MOVE. */
export async function move(side: CallingSide, peer: DimsePeer, request: PeerMove): Promise<MoveOutcome> {
  const abstractSyntax = MODEL[request.model].move;
  return await withAssociation(side, peer, abstractSyntax, 'the retrieve model', async (association, id) => {
    const asked = await association.request(
      id,
      {
        CommandField: COMMAND.move,
        Priority: MEDIUM_PRIORITY,
        AffectedSOPClassUID: abstractSyntax,
        MoveDestination: request.destination ?? side.aeTitle,
      },
      encodeDataSet(request.identifier, contextOf(association, id)),
    );
    for (;;) {
      const { command, data } = await asked.next();
      await data?.drain();
      if (command.Status === STATUS.pending) continue;
      asked.end();
      return {
        dimseStatus: command.Status ?? 0x0110,
        completed: command.NumberOfCompletedSuboperations ?? 0,
        failed: command.NumberOfFailedSuboperations ?? 0,
        warnings: command.NumberOfWarningSuboperations ?? 0,
      };
    }
  });
}

async function withAssociation<T>(
  side: CallingSide,
  peer: DimsePeer,
  abstractSyntax: string,
  what: string,
  work: (association: Association, contextId: number) => Promise<T>,
): Promise<T> {
  const contexts = [{ id: 1, abstractSyntax, transferSyntaxes: IDENTIFIER_SYNTAXES }];
  const association = await openAssociation(side, peer, { contexts });
  const { id } = requireContext(association, what);
  try {
    const result = await work(association, id);
    await association.release();
    return result;
  } catch (error) {
    association.abort();
    throw error;
  }
}

function contextOf(association: Association, id: number) {
  const context = association.contexts.get(id);
  if (!context) throw new PacsError('internal', 'A presentation context is asked for that was not accepted');
  return context;
}

function refused(what: string, { Status = 0x0110 }: CommandSet): PacsError {
  const said = Status.toString(16).toUpperCase().padStart(4, '0');
  return new PacsError('peer-refused', `${what} was answered with status ${said}`);
}
