/**
 * Protocol data units of the upper layer as values and as bytes; they are read by `pdu-decoder.ts`. PS3.8 9.3; user
 * information PS3.7 D.3.3.
 */

/** PDU types. PS3.8 9.3.1. */
export const PDU_TYPE = {
  associateRequest: 0x01,
  associateAccept: 0x02,
  associateReject: 0x03,
  data: 0x04,
  releaseRequest: 0x05,
  releaseResponse: 0x06,
  abort: 0x07,
} as const;

/** The DICOM application context. PS3.7 A.2.1. */
export const APPLICATION_CONTEXT = '1.2.840.10008.3.1.1.1';

/** A presentation context as it is proposed. PS3.8 9.3.2.2. */
export interface ProposedContext {
  /** Odd, 1 to 255. */
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
}

/** What became of one. `result`: 0 accepted, 3 abstract syntax not supported, 4 transfer syntaxes not supported. PS3.8 Table 9-18. */
export interface AnsweredContext {
  readonly id: number;
  readonly result: number;
  /** Of significance only where accepted. */
  readonly transferSyntax: string;
}

/** Which roles the requestor plays for a SOP class (request), or may play (response). PS3.7 D.3.3.4. */
export interface RoleSelection {
  readonly sopClassUid: string;
  readonly isScu: boolean;
  readonly isScp: boolean;
}

export interface AssociationParties {
  readonly calledAeTitle: string;
  readonly callingAeTitle: string;
  /** Largest P-DATA-TF that the sender of this PDU takes, in bytes behind its head; 0: no limit. PS3.8 D.1. */
  readonly maxPduLength: number;
  readonly roles: readonly RoleSelection[];
  readonly implementationClassUid: string;
  readonly implementationVersionName: string;
}

/** A-ASSOCIATE-RQ. */
export interface AssociateRequest extends AssociationParties {
  readonly contexts: readonly ProposedContext[];
}

/** A-ASSOCIATE-AC. */
export interface AssociateAccept extends AssociationParties {
  readonly contexts: readonly AnsweredContext[];
}

/** A-ASSOCIATE-RJ. PS3.8 Table 9-21. */
export interface AssociateReject {
  /** 1 permanent, 2 transient. */
  readonly result: number;
  /** 1 service user, 2 service provider (ACSE), 3 service provider (presentation). */
  readonly source: number;
  readonly reason: number;
}

/** Why an association is rejected, by name. PS3.8 Table 9-21. */
export const REJECTION = {
  applicationContextNotSupported: { result: 1, source: 1, reason: 2 },
  callingAeTitleNotRecognized: { result: 1, source: 1, reason: 3 },
  calledAeTitleNotRecognized: { result: 1, source: 1, reason: 7 },
  protocolVersionNotSupported: { result: 1, source: 2, reason: 2 },
  localLimitExceeded: { result: 2, source: 3, reason: 2 },
  temporaryCongestion: { result: 2, source: 3, reason: 1 },
} as const satisfies Record<string, AssociateReject>;

/** Reasons of an A-ABORT by the service provider. PS3.8 Table 9-26. */
export const ABORT_REASON = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  invalidParameter: 6,
} as const;

/** Types of items and sub-items. PS3.8 9.3.2, PS3.7 D.3.3. */
export const ITEM = {
  applicationContext: 0x10,
  proposedContext: 0x20,
  answeredContext: 0x21,
  abstractSyntax: 0x30,
  transferSyntax: 0x40,
  userInformation: 0x50,
  maxLength: 0x51,
  implementationClass: 0x52,
  roleSelection: 0x54,
  implementationVersion: 0x55,
} as const;

/** Most presentation contexts of an association: the odd numbers of a byte. PS3.8 9.3.2.2. */
export const MOST_CONTEXTS = 128;

export function encodeAssociateRequest(request: AssociateRequest): Buffer {
  const contexts = request.contexts.map(({ id, abstractSyntax, transferSyntaxes }) =>
    item(
      ITEM.proposedContext,
      Buffer.of(id, 0, 0, 0),
      textItem(ITEM.abstractSyntax, abstractSyntax),
      ...transferSyntaxes.map((uid) => textItem(ITEM.transferSyntax, uid)),
    ),
  );
  return associatePdu(PDU_TYPE.associateRequest, request, contexts);
}

export function encodeAssociateAccept(accept: AssociateAccept): Buffer {
  const contexts = accept.contexts.map(({ id, result, transferSyntax }) =>
    item(ITEM.answeredContext, Buffer.of(id, 0, result, 0), textItem(ITEM.transferSyntax, transferSyntax)),
  );
  return associatePdu(PDU_TYPE.associateAccept, accept, contexts);
}

export function encodeAssociateReject({ result, source, reason }: AssociateReject): Buffer {
  return pdu(PDU_TYPE.associateReject, Buffer.of(0, result, source, reason));
}

export function encodeReleaseRequest(): Buffer {
  return pdu(PDU_TYPE.releaseRequest, Buffer.alloc(4));
}

export function encodeReleaseResponse(): Buffer {
  return pdu(PDU_TYPE.releaseResponse, Buffer.alloc(4));
}

/** `source`: 0 the service user, 2 the service provider, which gives a reason. PS3.8 9.3.8. */
export function encodeAbort(source: 0 | 2, reason: number = ABORT_REASON.notSpecified): Buffer {
  return pdu(PDU_TYPE.abort, Buffer.of(0, 0, source, reason));
}

/** Head of a P-DATA-TF with one presentation data value of `length` bytes. PS3.8 9.3.5, E.2. */
export function dataHead(contextId: number, isCommand: boolean, isLast: boolean, length: number): Buffer {
  const head = Buffer.allocUnsafe(12);
  head.writeUInt16BE(PDU_TYPE.data << 8, 0);
  head.writeUInt32BE(length + 6, 2);
  head.writeUInt32BE(length + 2, 6);
  head[10] = contextId;
  head[11] = (isCommand ? 1 : 0) | (isLast ? 2 : 0);
  return head;
}

function associatePdu(type: number, parties: AssociationParties, contexts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(68, 0);
  head.writeUInt16BE(1, 0);
  head.write(parties.calledAeTitle.padEnd(16).slice(0, 16), 4, 'latin1');
  head.write(parties.callingAeTitle.padEnd(16).slice(0, 16), 20, 'latin1');
  const maxLength = Buffer.alloc(4);
  maxLength.writeUInt32BE(parties.maxPduLength);
  const userInformation = item(
    ITEM.userInformation,
    item(ITEM.maxLength, maxLength),
    textItem(ITEM.implementationClass, parties.implementationClassUid),
    ...parties.roles.map(({ sopClassUid, isScu, isScp }) => {
      const uid = Buffer.from(sopClassUid, 'latin1');
      return item(ITEM.roleSelection, uint16(uid.length), uid, Buffer.of(isScu ? 1 : 0, isScp ? 1 : 0));
    }),
    textItem(ITEM.implementationVersion, parties.implementationVersionName),
  );
  const applicationContext = textItem(ITEM.applicationContext, APPLICATION_CONTEXT);
  return pdu(type, head, applicationContext, ...contexts, userInformation);
}

function pdu(type: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(6);
  head[0] = type;
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

function item(type: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  return Buffer.concat([Buffer.of(type, 0), uint16(value.length), value]);
}

function textItem(type: number, text: string): Buffer {
  return item(type, Buffer.from(text, 'latin1'));
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
