/**
 * Command sets: the elements of group 0000, always Implicit VR Little Endian. PS3.7 6.3.1, Annex E.
 *
 * Trap: a value comes from outside: one that its VR cannot hold counts as absent, and services ask for what they need.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Keyword → element number of group 0000 and VR. PS3.7 Table E.1-1. */
const ELEMENTS = {
  AffectedSOPClassUID: [0x0002, 'UI'],
  RequestedSOPClassUID: [0x0003, 'UI'],
  CommandField: [0x0100, 'US'],
  MessageID: [0x0110, 'US'],
  MessageIDBeingRespondedTo: [0x0120, 'US'],
  MoveDestination: [0x0600, 'AE'],
  Priority: [0x0700, 'US'],
  CommandDataSetType: [0x0800, 'US'],
  Status: [0x0900, 'US'],
  ErrorComment: [0x0902, 'LO'],
  AffectedSOPInstanceUID: [0x1000, 'UI'],
  RequestedSOPInstanceUID: [0x1001, 'UI'],
  EventTypeID: [0x1002, 'US'],
  ActionTypeID: [0x1008, 'US'],
  NumberOfRemainingSuboperations: [0x1020, 'US'],
  NumberOfCompletedSuboperations: [0x1021, 'US'],
  NumberOfFailedSuboperations: [0x1022, 'US'],
  NumberOfWarningSuboperations: [0x1023, 'US'],
  MoveOriginatorApplicationEntityTitle: [0x1030, 'AE'],
  MoveOriginatorMessageID: [0x1031, 'US'],
} as const;

type Elements = typeof ELEMENTS;

/** A command set: numbers for US, text for all others. */
export type CommandSet = {
  readonly [K in keyof Elements]?: Elements[K][1] extends 'US' ? number : string;
};

/** Values of Command Field (0000,0100). A response has the highest bit set. PS3.7 Table E.1-1. */
export const COMMAND = {
  store: 0x0001,
  get: 0x0010,
  find: 0x0020,
  move: 0x0021,
  echo: 0x0030,
  eventReport: 0x0100,
  set: 0x0120,
  action: 0x0130,
  create: 0x0140,
  cancel: 0x0fff,
} as const;
/** What a response's Command Field has beside that of its request. */
export const RESPONSE = 0x8000;

/** Command Data Set Type (0000,0800): there is none, or any other value. */
export const NO_DATA_SET = 0x0101;
export const WITH_DATA_SET = 0x0001;

/** Priority (0000,0700): medium. */
export const MEDIUM_PRIORITY = 0;

const MOST_COMMENT_CHARACTERS = 64;

/** Encodes a command set with its group length, elements in ascending order. */
export function encodeCommandSet(command: CommandSet): Buffer {
  const elements = entriesOf(command)
    .toSorted(([, [one]], [, [other]]) => one - other)
    .map(([value, [element, vr]]) => encodeElement(element, vr, value));
  const length = Buffer.alloc(4);
  const body = Buffer.concat(elements);
  length.writeUInt32LE(body.length);
  return Buffer.concat([encodeHead(0, 4), length, body]);
}

/** Reads a command set; unknown elements are stepped over. Throws `bad-request` when it cannot be read. */
export function decodeCommandSet(bytes: Uint8Array): CommandSet {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Record<string, string | number> = {};
  for (let at = 0; at < buffer.length;) {
    if (at + 8 > buffer.length) throw malformed();
    const group = buffer.readUInt16LE(at);
    const element = buffer.readUInt16LE(at + 2);
    const length = buffer.readUInt32LE(at + 4);
    at += 8;
    if (group !== 0 || length > buffer.length - at) throw malformed();
    const known = BY_ELEMENT.get(element);
    if (known?.vr === 'US' && length >= 2) found[known.keyword] = buffer.readUInt16LE(at);
    else if (known && known.vr !== 'US') {
      found[known.keyword] = buffer
        .toString('latin1', at, at + length)
        .replace(/[\0 ]+$/, '')
        .trimStart();
    }
    at += length;
  }
  return found;
}

/** The text of an error comment: ASCII, of the length that LO has. PS3.7 C. */
export function errorComment(message: string): string {
  return message.replace(/[^\x20-\x5b\x5d-\x7e]/g, '?').slice(0, MOST_COMMENT_CHARACTERS);
}

const BY_ELEMENT: ReadonlyMap<number, { readonly keyword: string; readonly vr: string }> = new Map(
  Object.entries(ELEMENTS).map(([keyword, [element, vr]]) => [element, { keyword, vr }]),
);

function entriesOf(command: CommandSet): (readonly [string | number, readonly [number, string]])[] {
  const rows: Readonly<Record<string, readonly [number, string]>> = ELEMENTS;
  return Object.entries(command).flatMap(([keyword, value]) => {
    const row = rows[keyword];
    return row ? [[value, row] as const] : [];
  });
}

function encodeElement(element: number, vr: string, value: string | number): Buffer {
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16LE(value);
    return Buffer.concat([encodeHead(element, 2), bytes]);
  }
  const text = Buffer.from(value, 'latin1');
  const padding = Buffer.from(vr === 'UI' ? '\0' : ' ').subarray(0, text.length % 2);
  return Buffer.concat([encodeHead(element, text.length + padding.length), text, padding]);
}

function encodeHead(element: number, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(length, 4);
  return head;
}

function malformed(): PacsError {
  return new PacsError(
    'bad-request',
    'A command set is not one of group 0000 in Implicit VR Little Endian (PS3.7 6.3.1)',
  );
}
