/**
 * What no application entity should say, before and within an association: it costs that association at most. PS3.8 9.2
 * (state machine), 9.3; PS3.7 6.3.1, Annex C.
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import {
  COMMAND,
  decodeCommandSet,
  NO_DATA_SET,
  WITH_DATA_SET,
  type CommandSet,
} from '../../../server/dimse/command-set.ts';
import {
  encodeAbort,
  encodeReleaseRequest,
  encodeReleaseResponse,
  PDU_TYPE,
} from '../../../server/dimse/pdu.ts';
import { STATUS } from '../../../server/dimse/responses.ts';
import { SERVICE_SOP_CLASS } from '../../../server/dimse/sop-classes.ts';
import { dcmtk, openDimseNetwork } from '../../support/dimse-network.ts';
import {
  associateByHand,
  commandPdu,
  connectByHand,
  CONTEXT_IDS,
  fragment,
  handMadeRequest,
  type HandMadeAssociation,
} from '../../support/hand-made-association.ts';
import { ownStorage } from '../../support/served-storage.ts';

const storage = await ownStorage();
const { port, faults } = await openDimseNetwork(storage, {
  limits: { maxPduBytes: 16_384, negotiationMs: 5_000, idleMs: 60_000, stallMs: 60_000 },
});
const ID = CONTEXT_IDS.verification;
const ECHO: CommandSet = {
  CommandField: COMMAND.echo,
  MessageID: 7,
  AffectedSOPClassUID: SERVICE_SOP_CLASS.verification,
  CommandDataSetType: NO_DATA_SET,
};
const FIND: CommandSet = {
  CommandField: COMMAND.find,
  MessageID: 8,
  AffectedSOPClassUID: SERVICE_SOP_CLASS.studyRootFind,
  CommandDataSetType: WITH_DATA_SET,
};

// Whatever was said: the process lives, nothing is left behind, nothing was stored, and others are served.
afterEach(async () => {
  await dcmtk('echoscu', '-aec', 'OSTEON', '127.0.0.1', String(port));
  await expect.poll(() => readdir(storage.objects.stagingFolder)).toEqual([]);
  expect((await storage.index.search({ level: 'instance', matches: [], limit: 1, offset: 0 })).matches).toEqual([]);
  expect(faults).toEqual([]);
}); // prettier-ignore
/** The command sets that came back. */
const answersIn = ({ fragments }: HandMadeAssociation): readonly CommandSet[] =>
  fragments
    .filter(({ isCommand, isLast }) => isCommand && isLast)
    .map(({ bytes }) => decodeCommandSet(bytes));

function pduOf(type: number, length: number, body: Uint8Array): Buffer {
  const head = Buffer.alloc(6);
  head[0] = type;
  head.writeUInt32BE(length, 2);
  return Buffer.concat([head, body]);
}

describe('before an association', () => {
  it.each([
    ['a message', commandPdu(ID, ECHO)],
    ['a release', encodeReleaseRequest()],
    ['an acceptance', pduOf(PDU_TYPE.associateAccept, 68, Buffer.alloc(68))],
    ['a PDU of no known type', pduOf(0x7f, 4, Buffer.alloc(4))],
    ['a request that is longer than any', pduOf(PDU_TYPE.associateRequest, 0xffff_ffff, Buffer.alloc(68))],
    ['a request that ends within an item', pduOf(PDU_TYPE.associateRequest, 70, Buffer.alloc(70, 0x10))],
  ])('%s is answered with A-ABORT', async (_what, bytes) => {
    const peer = await connectByHand(port);
    peer.socket.write(bytes);
    await peer.closed;
    expect(peer.pdus).toEqual([PDU_TYPE.abort]);
  });

  it('a message in the same segment as the request is taken once the association is there', async () => {
    const peer = await connectByHand(port);
    peer.socket.write(Buffer.concat([handMadeRequest(), commandPdu(ID, ECHO)]));
    await peer.heard('fragments', 1);
    expect(answersIn(peer)).toMatchObject([{ MessageIDBeingRespondedTo: 7, Status: STATUS.success }]);
    peer.socket.destroy();
  });
});

describe('within an association', () => {
  const tooLong = pduOf(PDU_TYPE.data, 16_385, Buffer.alloc(12));
  const shortValue = pduOf(PDU_TYPE.data, 6, Buffer.of(0, 0, 0, 1, ID, 3));
  const longValue = pduOf(PDU_TYPE.data, 6, Buffer.of(0, 0, 0x10, 0, ID, 3));
  const explicitVr = Buffer.from('0000000155530200300000000000', 'hex');
  it.each([
    ['another request', handMadeRequest()],
    ['a release response that nobody waits for', encodeReleaseResponse()],
    ['a P-DATA-TF longer than was announced', tooLong],
    ['a value shorter than its own head', shortValue],
    ['a value that reaches beyond its PDU', longValue],
    ['a data set that no command announces', fragment(ID, false, true, Buffer.alloc(8))],
    ['a context that was not accepted', commandPdu(13, ECHO)],
    ['an even context', commandPdu(2, ECHO)],
    ['a command set with explicit VRs', fragment(ID, true, true, explicitVr)],
    ['a command set of another group', fragment(ID, true, true, Buffer.from('0800000004000000000000', 'hex'))],
    ['a command set of 80 kB', Buffer.concat(Array.from({ length: 6 }, () => fragment(ID, true, false, Buffer.alloc(16_000))))],
    ['a command set in empty fragments without end', Buffer.concat(Array.from({ length: 5_000 }, () => fragment(ID, true, false, Buffer.alloc(0))))],
    ['a command within a data set', Buffer.concat([commandPdu(CONTEXT_IDS.find, FIND), commandPdu(ID, ECHO)])],
  ])('%s is answered with A-ABORT', async (_what, bytes) => {
    const peer = await associateByHand(port);
    peer.socket.write(bytes);
    await peer.closed;
    expect(peer.pdus).toEqual([PDU_TYPE.associateAccept, PDU_TYPE.abort]);
  }); // prettier-ignore

  it.each([
    ['an operation that is none', ID, { ...ECHO, CommandField: 0x0fee }, undefined, STATUS.unrecognizedOperation],
    ['a command set without an operation', ID, { MessageID: 7, CommandDataSetType: NO_DATA_SET }, undefined, STATUS.unrecognizedOperation],
    ['an operation of another context', ID, { ...FIND, MessageID: 7 }, Buffer.alloc(8), STATUS.unrecognizedOperation],
    ['an identifier that is no data set', CONTEXT_IDS.find, { ...FIND, MessageID: 7 }, Buffer.from('ffffffffffffffff', 'hex'), 0xc000],
    ['an identifier that is announced and empty', CONTEXT_IDS.find, { ...FIND, MessageID: 7 }, Buffer.alloc(0), 0xa900],
    ['a C-FIND without an identifier', CONTEXT_IDS.find, { ...FIND, MessageID: 7, CommandDataSetType: NO_DATA_SET }, undefined, 0xc000],
    ['a C-STORE of nothing', CONTEXT_IDS.storage, { CommandField: COMMAND.store, MessageID: 7, CommandDataSetType: NO_DATA_SET }, undefined, 0x0122],
  ] as const)('%s is answered with a failure, and the association goes on', async (_what, id, command, data, status) => {
    const peer = await associateByHand(port);
    peer.socket.write(commandPdu(id, command));
    if (data) peer.socket.write(fragment(id, false, true, data));
    peer.socket.write(commandPdu(ID, { ...ECHO, MessageID: 9 }));
    await peer.heard('fragments', 2);
    expect(answersIn(peer)).toMatchObject([
      { MessageIDBeingRespondedTo: 7, Status: status },
      { MessageIDBeingRespondedTo: 9, Status: STATUS.success },
    ]);
    peer.socket.write(encodeReleaseRequest());
    await peer.closed;
    expect(peer.pdus).toEqual([PDU_TYPE.associateAccept, PDU_TYPE.releaseResponse]);
  }); // prettier-ignore

  it('responses to nothing and cancellations of nothing are passed over', async () => {
    const peer = await associateByHand(port);
    for (const CommandField of [0x8030, 0x8001, COMMAND.cancel]) {
      const nothing = { CommandField, MessageIDBeingRespondedTo: 99, CommandDataSetType: NO_DATA_SET };
      peer.socket.write(commandPdu(ID, nothing));
    }
    peer.socket.write(commandPdu(ID, ECHO));
    await peer.heard('fragments', 1);
    expect(answersIn(peer)).toMatchObject([{ MessageIDBeingRespondedTo: 7, Status: STATUS.success }]);
    peer.socket.destroy();
  });

  it('a message that comes byte by byte is answered', async () => {
    const peer = await associateByHand(port);
    for (const byte of commandPdu(ID, ECHO)) {
      peer.socket.write(Uint8Array.of(byte));
      await pause(1);
    }
    await peer.heard('fragments', 1);
    peer.socket.destroy();
  });

  it('an abort in the middle of a message, and whoever goes without a word, leave nothing', async () => {
    const store = commandPdu(CONTEXT_IDS.storage, {
      CommandField: COMMAND.store,
      MessageID: 1,
      AffectedSOPClassUID: '1.2.840.10008.5.1.4.1.1.1',
      AffectedSOPInstanceUID: '1.2.3',
      CommandDataSetType: WITH_DATA_SET,
    });
    const begun = Buffer.concat([store, fragment(CONTEXT_IDS.storage, false, false, Buffer.alloc(2_000))]);
    const aborting = await associateByHand(port);
    aborting.socket.write(Buffer.concat([begun, encodeAbort(0)]));
    await aborting.closed;
    const leaving = await associateByHand(port);
    leaving.socket.write(begun, () => leaving.socket.destroy());
    await leaving.closed;
  });

  it('outlives any mixture of messages, nonsense and lies, in any pieces', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(saying, { minLength: 1, maxLength: 12 }), fc.nat(2_000), fc.boolean(), async (said, cut, isPolite) => {
        const peer = await associateByHand(port);
        const bytes = Buffer.concat(said);
        peer.socket.write(bytes.subarray(0, cut));
        await pause(0);
        peer.socket.write(bytes.subarray(cut));
        if (isPolite) peer.socket.end();
        else {
          await pause(1);
          peer.socket.resetAndDestroy();
        }
        await peer.closed;
      }),
      { numRuns: 600 },
    );
  }); // prettier-ignore
});

const anyBytes = fc.uint8Array({ maxLength: 300 });
const anyContext = fc.oneof(fc.constantFrom(...Object.values(CONTEXT_IDS)), fc.nat(255));
const anyText = fc.oneof(fc.constantFrom(...Object.values(SERVICE_SOP_CLASS)), fc.string({ maxLength: 70 }));
const anyNumber = fc.oneof(fc.constantFrom(0, 1, NO_DATA_SET, 0xffff), fc.nat(0xffff));
/** Command sets whose elements are there or not, right or not. */
const anyCommand = fc.record(
  {
    CommandField: fc.oneof(fc.constantFrom(...Object.values(COMMAND)), fc.nat(0xffff)),
    MessageID: anyNumber,
    MessageIDBeingRespondedTo: anyNumber,
    CommandDataSetType: anyNumber,
    AffectedSOPClassUID: anyText,
    AffectedSOPInstanceUID: anyText,
    RequestedSOPInstanceUID: anyText,
    ActionTypeID: anyNumber,
    MoveDestination: anyText,
    Status: anyNumber,
  },
  { requiredKeys: [] },
);
/** One thing to say. */
const saying: fc.Arbitrary<Buffer> = fc.oneof(
  { arbitrary: fc.tuple(anyContext, anyCommand).map(([id, command]) => commandPdu(id, command)), weight: 6 },
  { arbitrary: fc.tuple(anyContext, anyCommand, anyBytes).map(([id, command, bytes]) => Buffer.concat([commandPdu(id, command), fragment(id, false, true, bytes)])), weight: 6 },
  { arbitrary: fc.tuple(anyContext, fc.boolean(), fc.boolean(), anyBytes).map(([id, isCommand, isLast, bytes]) => fragment(id, isCommand, isLast, bytes)), weight: 3 },
  { arbitrary: fc.tuple(fc.nat(9), fc.nat(0x2_0000), anyBytes).map(([type, length, bytes]) => pduOf(type, length, bytes)), weight: 1 },
  { arbitrary: anyBytes.map((bytes) => Buffer.from(bytes)), weight: 1 },
  { arbitrary: fc.constantFrom(handMadeRequest(), encodeReleaseRequest(), encodeReleaseResponse(), encodeAbort(2)), weight: 1 },
); // prettier-ignore
