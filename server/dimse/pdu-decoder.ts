/**
 * Bodies of negotiation PDUs → values. PS3.8 9.3; user information PS3.7 D.3.3.
 *
 * Trap: lengths come from outside: every read is within bounds or `bad-request`.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { ITEM } from './pdu.ts';
import type {
  AnsweredContext,
  AssociateAccept,
  AssociateReject,
  AssociateRequest,
  AssociationParties,
  ProposedContext,
  RoleSelection,
} from './pdu.ts';

/** Reads the body of an A-ASSOCIATE-RQ. Throws `bad-request`. */
export function decodeAssociateRequest(
  body: Uint8Array,
): AssociateRequest & { readonly applicationContext: string; readonly protocolVersion: number } {
  const { parties, items, applicationContext, protocolVersion } = decodeAssociate(body);
  const contexts = items.filter(({ type }) => type === ITEM.proposedContext).map(proposedContextOf);
  const ids = new Set(contexts.map(({ id }) => id));
  if (ids.size < contexts.length || contexts.some(({ id }) => id % 2 === 0)) {
    throw new PacsError(
      'bad-request',
      'Presentation context IDs must be odd and each used once (PS3.8 9.3.2.2)',
    );
  }
  return { ...parties, contexts, applicationContext, protocolVersion };
}

/** Reads the body of an A-ASSOCIATE-AC. Throws `bad-request`. */
export function decodeAssociateAccept(body: Uint8Array): AssociateAccept {
  const { parties, items } = decodeAssociate(body);
  const contexts = items
    .filter(({ type }) => type === ITEM.answeredContext)
    .map(({ value }): AnsweredContext => {
      const head = need(value, 4);
      const [syntax] = itemsIn(value.subarray(4));
      return { id: head[0] ?? 0, result: head[2] ?? 0, transferSyntax: syntax ? textOf(syntax.value) : '' };
    });
  return { ...parties, contexts };
}

/** Reads the body of an A-ASSOCIATE-RJ. Throws `bad-request`. */
export function decodeAssociateReject(body: Uint8Array): AssociateReject {
  const [, result = 0, source = 0, reason = 0] = need(body, 4);
  return { result, source, reason };
}

function proposedContextOf({ value }: Item): ProposedContext {
  const [id = 0] = need(value, 4);
  const inner = itemsIn(value.subarray(4));
  const abstractSyntax = inner.find(({ type }) => type === ITEM.abstractSyntax);
  if (!abstractSyntax) throw new PacsError('bad-request', 'A presentation context names no abstract syntax');
  return {
    id,
    abstractSyntax: textOf(abstractSyntax.value),
    transferSyntaxes: inner
      .filter(({ type }) => type === ITEM.transferSyntax)
      .map((found) => textOf(found.value)),
  };
}

function decodeAssociate(body: Uint8Array) {
  need(body, 68);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const items = itemsIn(body.subarray(68));
  const userItems = itemsIn(
    items.find(({ type }) => type === ITEM.userInformation)?.value ?? new Uint8Array(),
  );
  const valueOf = (type: number) => userItems.find((found) => found.type === type)?.value;
  const maxLength = valueOf(ITEM.maxLength);
  const applicationContext = items.find(({ type }) => type === ITEM.applicationContext);
  const parties: AssociationParties = {
    calledAeTitle: bytes.toString('latin1', 4, 20).trim(),
    callingAeTitle: bytes.toString('latin1', 20, 36).trim(),
    maxPduLength: maxLength ? Buffer.from(need(maxLength, 4)).readUInt32BE() : 0,
    roles: userItems.filter(({ type }) => type === ITEM.roleSelection).map(roleOf),
    implementationClassUid: textOf(valueOf(ITEM.implementationClass) ?? new Uint8Array()),
    implementationVersionName: textOf(valueOf(ITEM.implementationVersion) ?? new Uint8Array()),
  };
  return {
    parties,
    items,
    applicationContext: applicationContext ? textOf(applicationContext.value) : '',
    protocolVersion: bytes.readUInt16BE(0),
  };
}

function roleOf({ value }: Item): RoleSelection {
  const length = Buffer.from(need(value, 2)).readUInt16BE();
  const [isScu = 0, isScp = 0] = need(value.subarray(2 + length), 2);
  return { sopClassUid: textOf(value.subarray(2, 2 + length)), isScu: isScu === 1, isScp: isScp === 1 };
}

interface Item {
  readonly type: number;
  readonly value: Uint8Array;
}

/** Items and sub-items alike: type, reserved byte, length of two bytes. PS3.8 9.3.1. */
function itemsIn(bytes: Uint8Array): readonly Item[] {
  const items: Item[] = [];
  for (let at = 0; at < bytes.length;) {
    const [type = 0, , high = 0, low = 0] = need(bytes.subarray(at), 4);
    const length = high * 256 + low;
    items.push({ type, value: need(bytes.subarray(at + 4), length) });
    at += 4 + length;
  }
  return items;
}

function need(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length < length)
    throw new PacsError('bad-request', 'A PDU ends within one of its items (PS3.8 9.3)');
  return bytes.subarray(0, length);
}

/** UIDs and names: padding at the end is no part of them. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('latin1')
    .replace(/[\0 ]+$/, '');
}
