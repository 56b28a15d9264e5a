/**
 * DICOM files byte by byte, for tests of the reader: Explicit VR Little Endian unless told otherwise, and nothing checked.
 * It shares no code with `dicom/write`, so that reader and writer cannot agree on a mistake.
 */

/** A value as it goes into the file: text (padded to even length), bytes, or items of a sequence. */
export type RawValue = string | Uint8Array | readonly (readonly RawElementInput[])[];

/** `[tag, VR, value]`, or with a false length instead of that of the value. */
export type RawElementInput = readonly [tag: string, vr: string, value: RawValue, lyingLength?: number];

/** How to encode. */
export interface RawEncoding {
  readonly isImplicit?: boolean;
  readonly isBigEndian?: boolean;
  readonly hasUndefinedLengths?: boolean;
}

const LONG_FORM = /^(OB|OD|OF|OL|OV|OW|SQ|SV|UC|UN|UR|UT|UV)$/;
const UNDEFINED = 0xffffffff;

/** The UIDs of every file built here. */
export const IDENTITY: readonly RawElementInput[] = [
  ['00080016', 'UI', '1.2.840.10008.5.1.4.1.1.1'],
  ['00080018', 'UI', '2.25.3'],
  ['0020000D', 'UI', '2.25.1'],
  ['0020000E', 'UI', '2.25.2'],
];

/** A whole file: preamble, File Meta Information, data set. Elements are sorted by tag; one given twice is written once, the last. */
export function part10(
  elements: readonly RawElementInput[],
  transferSyntaxUid = '1.2.840.10008.1.2.1',
  encoding: RawEncoding = {},
): Uint8Array {
  return bytes(fileMeta(transferSyntaxUid), dataSetBytes(elements, encoding));
}

/** Preamble and File Meta Information with nothing but the transfer syntax. */
export function fileMeta(transferSyntaxUid: string): Uint8Array {
  return bytes(
    new Uint8Array(128),
    Buffer.from('DICM', 'latin1'),
    elementBytes(['00020010', 'UI', transferSyntaxUid], {}),
  );
}

/** The elements of a data set, one behind the other. */
export function dataSetBytes(elements: readonly RawElementInput[], encoding: RawEncoding = {}): Uint8Array {
  const byTag = new Map(elements.map((element) => [element[0], element]));
  const sorted = [...byTag.values()].sort(([one], [other]) => (one < other ? -1 : 1));
  return bytes(...sorted.map((element) => elementBytes(element, encoding)));
}

/** The elements of an image with pixels of `bitsAllocated` bits, MONOCHROME2, unsigned; `extra` overrides. */
export function imageElements(
  columns: number,
  rows: number,
  pixels: Uint8Array,
  bitsAllocated: number,
  extra: readonly RawElementInput[] = [],
): RawElementInput[] {
  return [
    ...IDENTITY,
    ['00280002', 'US', u16(1)],
    ['00280004', 'CS', 'MONOCHROME2'],
    ['00280010', 'US', u16(rows)],
    ['00280011', 'US', u16(columns)],
    ['00280100', 'US', u16(bitsAllocated)],
    ['00280101', 'US', u16(bitsAllocated)],
    ['00280102', 'US', u16(bitsAllocated - 1)],
    ['00280103', 'US', u16(0)],
    ['7FE00010', 'OW', pixels],
    ...extra,
  ];
}

/** 16-bit values, little endian unless told otherwise. */
export function u16(...values: readonly number[]): Uint8Array {
  return bytes(...values.map((value) => number(value & 0xffff, 2, false)));
}

/** 32-bit values, little endian. */
export function u32(...values: readonly number[]): Uint8Array {
  return bytes(...values.map((value) => number(value, 4, false)));
}

/** The value of encapsulated Pixel Data: offset table, fragments, delimiter. Give it as VR OB with {@link ENCAPSULATED}. */
export function fragments(offsetTable: readonly number[], ...parts: readonly Uint8Array[]): Uint8Array {
  const item = (value: Uint8Array): Uint8Array => bytes(u32(0xe000fffe, value.length), value);
  return bytes(item(u32(...offsetTable)), ...parts.map(item), u32(0xe0ddfffe, 0));
}

/** The length of encapsulated Pixel Data. */
export const ENCAPSULATED = UNDEFINED;

/** Joins bytes. */
export function bytes(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function elementBytes([tag, vr, value, lyingLength]: RawElementInput, encoding: RawEncoding): Uint8Array {
  const isSequence = typeof value !== 'string' && !(value instanceof Uint8Array);
  const isOpen = isSequence && encoding.hasUndefinedLengths === true;
  const encoded = isSequence ? sequenceBytes(value, encoding) : plainBytes(value, vr);
  const length = lyingLength ?? (isOpen ? UNDEFINED : encoded.length);
  return bytes(tagBytes(tag, encoding), lengthBytes(vr, length, encoding), encoded);
}

function lengthBytes(vr: string, length: number, encoding: RawEncoding): Uint8Array {
  const big = encoding.isBigEndian === true;
  if (encoding.isImplicit) return number(length, 4, big);
  const name = Buffer.from(vr, 'latin1');
  return LONG_FORM.test(vr)
    ? bytes(name, new Uint8Array(2), number(length, 4, big))
    : bytes(name, number(length, 2, big));
}

function sequenceBytes(items: readonly (readonly RawElementInput[])[], encoding: RawEncoding): Uint8Array {
  const big = encoding.isBigEndian === true;
  const isOpen = encoding.hasUndefinedLengths === true;
  const mark = (tag: string, length: number): Uint8Array =>
    bytes(tagBytes(tag, encoding), number(length, 4, big));
  const parts = items.map((item) => {
    const content = dataSetBytes(item, encoding);
    return isOpen
      ? bytes(mark('FFFEE000', UNDEFINED), content, mark('FFFEE00D', 0))
      : bytes(mark('FFFEE000', content.length), content);
  });
  return isOpen ? bytes(...parts, mark('FFFEE0DD', 0)) : bytes(...parts);
}

function plainBytes(value: string | Uint8Array, vr: string): Uint8Array {
  const raw = typeof value === 'string' ? Buffer.from(value, 'latin1') : value;
  if (raw.length % 2 === 0) return raw;
  return bytes(raw, Uint8Array.of(vr === 'UI' || value instanceof Uint8Array ? 0 : 0x20));
}

function tagBytes(tag: string, encoding: RawEncoding): Uint8Array {
  const big = encoding.isBigEndian === true;
  return bytes(number(parseInt(tag.slice(0, 4), 16), 2, big), number(parseInt(tag.slice(4), 16), 2, big));
}

function number(value: number, size: 2 | 4, isBigEndian: boolean): Uint8Array {
  const buffer = Buffer.alloc(size);
  if (isBigEndian) buffer.writeUIntBE(value, 0, size);
  else buffer.writeUIntLE(value, 0, size);
  return buffer;
}
