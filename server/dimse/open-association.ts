/**
 * Opens an association with another application entity. PS3.8 7.1.1.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../../dicom/vocabulary/uids.ts';
import { Association } from './association.ts';
import type { AcceptedContext } from './association-terms.ts';
import { Connection, type ConnectionLimits } from './connection.ts';
import {
  ABORT_REASON,
  encodeAssociateRequest,
  PDU_TYPE,
  type AssociateAccept,
  type AssociateReject,
  type ProposedContext,
  type RoleSelection,
} from './pdu.ts';
import { decodeAssociateAccept, decodeAssociateReject } from './pdu-decoder.ts';
import type { DimsePeer } from './peer.ts';
import { secureOptions, type TlsMaterial } from './tls.ts';

/** How we call others. */
export interface CallingSide {
  /** Our own AE title. */
  readonly aeTitle: string;
  readonly limits: ConnectionLimits;
  /** Our certificate, for peers that are spoken to by TLS. */
  readonly tls?: TlsMaterial;
}

/** What is asked for. */
export interface Proposal {
  readonly contexts: readonly ProposedContext[];
  readonly roles?: readonly RoleSelection[];
}

/** Connects and negotiates. Rejects with `peer-unavailable`, or `peer-refused` when the association is rejected for good. */
export async function openAssociation(
  side: CallingSide,
  peer: DimsePeer,
  { contexts, roles = [] }: Proposal,
): Promise<Association> {
  const socket = await connected(side, peer);
  const established = Promise.withResolvers<Association>();
  const connection = new Connection(socket, side.limits, {
    waiting: 'negotiation',
    onPdu(type, body) {
      if (type === PDU_TYPE.associateAccept) {
        established.resolve(associationOf(connection, peer, contexts, decodeAssociateAccept(body)));
      } else if (type === PDU_TYPE.associateReject) {
        const why = rejected(decodeAssociateReject(body));
        connection.end(new Uint8Array(), why);
        established.reject(why);
      } else
        connection.abort(
          new PacsError('peer-unavailable', 'The association was aborted while it was asked for'),
          2,
          ABORT_REASON.unexpectedPdu,
        );
    },
    onFragment() {
      throw new PacsError('bad-request', 'A message came before the association was accepted');
    },
    onClosed: (reason) => {
      established.reject(
        reason.kind === 'bad-request' ? new PacsError('peer-unavailable', reason.message) : reason,
      );
    },
  });
  const request = encodeAssociateRequest({
    calledAeTitle: peer.aeTitle,
    callingAeTitle: peer.callingAeTitle ?? side.aeTitle,
    contexts,
    roles,
    maxPduLength: side.limits.maxPduBytes,
    implementationClassUid: IMPLEMENTATION_CLASS_UID,
    implementationVersionName: IMPLEMENTATION_VERSION_NAME,
  });
  await connection.write(request).catch(() => undefined); // `onClosed` says why
  return await established.promise;
}

/** The first accepted context of a list of proposals. Throws `peer-refused` naming `what` where there is none. */
export function requireContext(
  association: Association,
  what: string,
  isFit: (context: AcceptedContext) => boolean = () => true,
): AcceptedContext {
  const found = [...association.contexts.values()].find(isFit);
  if (found) return found;
  void association.release();
  throw new PacsError('peer-refused', `The other side does not offer ${what}`);
}

function associationOf(
  connection: Connection,
  peer: DimsePeer,
  proposed: readonly ProposedContext[],
  accept: AssociateAccept,
): Association {
  const contexts = accept.contexts.flatMap(({ id, result, transferSyntax }): AcceptedContext[] => {
    const context = proposed.find((candidate) => candidate.id === id);
    if (!context || result !== 0 || !context.transferSyntaxes.includes(transferSyntax)) return [];
    const { abstractSyntax } = context;
    const role = accept.roles.find(({ sopClassUid }) => sopClassUid === abstractSyntax);
    return [{ id, abstractSyntax, transferSyntax, isScu: role?.isScu ?? true, isScp: role?.isScp ?? false }];
  });
  return new Association(connection, {
    peerAeTitle: peer.aeTitle,
    calledAeTitle: peer.aeTitle,
    contexts,
    peerMaxPduBytes: accept.maxPduLength,
  });
}

async function connected(side: CallingSide, peer: DimsePeer): Promise<Socket> {
  const { host, port, isTls = false } = peer;
  const socket = isTls
    ? connectTls({
        host,
        port,
        ...secureOptions(peer.tls ?? side.tls ?? {}),
        ...(isIP(host) === 0 ? { servername: host } : {}),
      })
    : connectTcp({ host, port });
  const ready = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => socket.destroy(new Error('timeout')), side.limits.negotiationMs);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    ready.resolve(undefined);
  });
  socket.once('error', (error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message;
    ready.reject(
      new PacsError('peer-unavailable', `The other side cannot be reached (${code})`, { cause: error }),
    );
  });
  try {
    await ready.promise;
    return socket;
  } catch (error) {
    socket.on('error', () => undefined);
    throw asPacsError(error);
  } finally {
    clearTimeout(timer);
  }
}

/** PS3.8 Table 9-21. A transient rejection may pass. */
function rejected({ result, source, reason }: AssociateReject): PacsError {
  const words = REASONS[`${source}.${reason}`] ?? `source ${source}, reason ${reason}`;
  return new PacsError(
    result === 2 ? 'peer-unavailable' : 'peer-refused',
    `The association was rejected: ${words}`,
  );
}

const REASONS: Readonly<Record<string, string>> = {
  '1.1': 'no reason given',
  '1.2': 'application context name not supported',
  '1.3': 'calling AE title not recognized',
  '1.7': 'called AE title not recognized',
  '2.1': 'no reason given',
  '2.2': 'protocol version not supported',
  '3.1': 'temporary congestion',
  '3.2': 'local limit exceeded',
};
