/**
 * The acceptor's part of the beginning of an association. PS3.8 7.1.1, 9.2.
 */
import type { Socket } from 'node:net';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME } from '../../dicom/vocabulary/uids.ts';
import { Association } from './association.ts';
import { Connection, type ConnectionLimits } from './connection.ts';
import { negotiateContexts } from './negotiation.ts';
import {
  ABORT_REASON,
  APPLICATION_CONTEXT,
  encodeAssociateAccept,
  encodeAssociateReject,
  PDU_TYPE,
  REJECTION,
  type AssociateReject,
  type AssociateRequest,
} from './pdu.ts';
import { decodeAssociateRequest } from './pdu-decoder.ts';

/** Why a caller is rejected; `undefined` lets it in. */
export type JudgeCaller = (request: AssociateRequest, address: string) => AssociateReject | undefined;

/** Negotiates on a new connection; `onAccepted` is told before anybody else can be judged. Rejects with `forbidden` for a caller that was rejected, `bad-request` for what is no request, and `peer-unavailable`. */
export async function acceptAssociation(
  socket: Socket,
  limits: ConnectionLimits,
  judge: JudgeCaller,
  onAccepted: (association: Association) => void = () => undefined,
): Promise<Association> {
  const established = Promise.withResolvers<Association>();
  const connection = new Connection(socket, limits, {
    waiting: 'negotiation',
    onPdu(type, body) {
      if (type !== PDU_TYPE.associateRequest) {
        const why = new PacsError('bad-request', 'A connection did not begin with A-ASSOCIATE-RQ');
        connection.abort(why, 2, ABORT_REASON.unexpectedPdu);
        return;
      }
      const request = decodeAssociateRequest(body);
      const rejection = rejectionOf(request) ?? judge(request, connection.remoteAddress);
      if (rejection) {
        const why = new PacsError('forbidden', `An association was rejected: ${nameOf(rejection)}`);
        connection.end(encodeAssociateReject(rejection), why);
        return;
      }
      const { answered, accepted, roles } = negotiateContexts(request);
      const association = new Association(connection, {
        peerAeTitle: request.callingAeTitle,
        calledAeTitle: request.calledAeTitle,
        contexts: accepted,
        peerMaxPduBytes: request.maxPduLength,
      });
      onAccepted(association);
      const accept = encodeAssociateAccept({
        calledAeTitle: request.calledAeTitle,
        callingAeTitle: request.callingAeTitle,
        contexts: answered,
        roles,
        maxPduLength: limits.maxPduBytes,
        implementationClassUid: IMPLEMENTATION_CLASS_UID,
        implementationVersionName: IMPLEMENTATION_VERSION_NAME,
      });
      connection.write(accept).then(
        () => {
          established.resolve(association);
        },
        (error: unknown) => {
          established.reject(asPacsError(error));
        },
      );
    },
    onFragment() {
      throw new PacsError('bad-request', 'A message came before an association was asked for');
    },
    onClosed: (reason) => {
      established.reject(reason);
    },
  });
  return await established.promise;
}

function rejectionOf({
  applicationContext,
  protocolVersion,
}: ReturnType<typeof decodeAssociateRequest>): AssociateReject | undefined {
  if ((protocolVersion & 1) === 0) return REJECTION.protocolVersionNotSupported;
  return applicationContext === APPLICATION_CONTEXT ? undefined : REJECTION.applicationContextNotSupported;
}

function nameOf(rejection: AssociateReject): string {
  const known = Object.entries(REJECTION).find(
    ([, { source, reason }]) => source === rejection.source && reason === rejection.reason,
  );
  return known?.[0] ?? `source ${rejection.source}, reason ${rejection.reason}`;
}
