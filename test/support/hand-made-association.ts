/**
 * An association that a test speaks byte by byte, to say what no toolkit would.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SOP_CLASS, TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';
import { encodeCommandSet, type CommandSet } from '../../server/dimse/command-set.ts';
import { dataHead, encodeAssociateRequest } from '../../server/dimse/pdu.ts';
import { PduReader, type Fragment } from '../../server/dimse/pdu-reader.ts';
import { SERVICE_SOP_CLASS } from '../../server/dimse/sop-classes.ts';

/** Ids of the presentation contexts that are asked for. */
export const CONTEXT_IDS = {
  verification: 1,
  storage: 3,
  find: 5,
  move: 7,
  get: 9,
  commitment: 11,
} as const;

const ABSTRACT_SYNTAXES: Readonly<Record<keyof typeof CONTEXT_IDS, string>> = {
  verification: SERVICE_SOP_CLASS.verification,
  storage: SOP_CLASS.computedRadiography,
  find: SERVICE_SOP_CLASS.studyRootFind,
  move: SERVICE_SOP_CLASS.studyRootMove,
  get: SERVICE_SOP_CLASS.studyRootGet,
  commitment: SERVICE_SOP_CLASS.storageCommitment,
};

export interface HandMadeAssociation {
  readonly socket: Socket;
  /** What came back so far: types of PDUs other than P-DATA-TF, the first being the answer to the request. */
  readonly pdus: readonly number[];
  /** Pieces of messages that came back so far. */
  readonly fragments: readonly Fragment[];
  /** Resolves when the other side has closed the connection. */
  readonly closed: Promise<void>;
  /** Resolves when so many PDUs other than P-DATA-TF, or fragments, have come. Rejects when the connection ends before. */
  heard(what: 'pdus' | 'fragments', count: number): Promise<void>;
}

/** The A-ASSOCIATE-RQ of `CR1` to `OSTEON` with {@link CONTEXT_IDS}. */
export function handMadeRequest(): Buffer {
  return encodeAssociateRequest({
    calledAeTitle: 'OSTEON',
    callingAeTitle: 'CR1',
    contexts: Object.entries(CONTEXT_IDS).map(([name, id]) => ({
      id,
      abstractSyntax: ABSTRACT_SYNTAXES[name as keyof typeof CONTEXT_IDS],
      transferSyntaxes: [TRANSFER_SYNTAX.explicitVrLittleEndian],
    })),
    roles: [],
    maxPduLength: 16_384,
    implementationClassUid: '1.2.3',
    implementationVersionName: 'TEST',
  });
}

/** Connects and listens; nothing is asked for yet. */
export async function connectByHand(port: number): Promise<HandMadeAssociation> {
  const socket = connect(port, '127.0.0.1');
  const pdus: number[] = [];
  const fragments: Fragment[] = [];
  let wake: () => void = () => undefined;
  const reader = new PduReader(16_384, {
    onPdu: (type) => pdus.push(type),
    onFragment: (fragment) => fragments.push(fragment),
  });
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    wake();
  });
  const closed = once(socket, 'close').then(() => {
    wake();
  });
  await once(socket, 'connect');
  return {
    socket,
    pdus,
    fragments,
    closed,
    async heard(what, count) {
      while ({ pdus, fragments }[what].length < count) {
        if (socket.closed) throw new Error(`The connection ended before ${count} ${what} had come`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/** Connects, asks, and waits until the association is accepted. */
export async function associateByHand(port: number): Promise<HandMadeAssociation> {
  const association = await connectByHand(port);
  association.socket.write(handMadeRequest());
  await association.heard('pdus', 1);
  return association;
}

/** A P-DATA-TF with one fragment. */
export function fragment(contextId: number, isCommand: boolean, isLast: boolean, bytes: Uint8Array): Buffer {
  return Buffer.concat([dataHead(contextId, isCommand, isLast, bytes.length), bytes]);
}

/** A P-DATA-TF with a whole command set. */
export function commandPdu(contextId: number, command: CommandSet): Buffer {
  return fragment(contextId, true, true, encodeCommandSet(command));
}
