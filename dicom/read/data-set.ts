/**
 * Element tree → DICOM JSON data set. PS3.18 Annex F, PS3.5 6.2.
 *
 * Numbers that a DS or IS holds become numbers; one that cannot be read as such stays text. Trap: Pixel Representation
 * of the outermost data set decides what `xs` means in every sequence below it (PS3.5 A.1).
 */
import type { DataElement, DataSet, ElementValue, PersonName, Tag } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { byteOrder, tagAt } from './byte-numbers.ts';
import { textReaderFor, type TextReader } from './character-set.ts';
import type { RawElement } from './element-parser.ts';
import { dictionaryVrOf, isPrivate } from './tag-dictionary.ts';

/** Longest binary value kept in a data set, in bytes; a longer one is a `BulkDataURI` that `bulk-data.ts` resolves. */
export const MAX_INLINE_BYTES = 1024;
/** The same for look-up tables, which whoever shows the image needs: 65 536 entries of 16 bits, and as much again. */
export const MAX_INLINE_TABLE_BYTES = 256 * 1024;

/** What a `BulkDataURI` begins with: it is relative to the address of the instance (PS3.18 F.2.6, RFC 3986 4.2). */
export const BULK_DATA_FOLDER = 'bulkdata/';

const TEXT_VR: ReadonlySet<string> = new Set(['SH', 'LO', 'ST', 'LT', 'PN', 'UC', 'UT']);
const SINGLE_VALUED_VR: ReadonlySet<string> = new Set(['ST', 'LT', 'UT', 'UR']);
const BINARY_VR: ReadonlySet<string> = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN']);
/** Look-up tables are words whatever VR they come in. */
const LOOKUP_TABLES: ReadonlySet<Tag> = new Set([
  TAG.LUTData,
  TAG.RedPaletteColorLookupTableData,
  TAG.GreenPaletteColorLookupTableData,
  TAG.BluePaletteColorLookupTableData,
]);

type NumberReader = (bytes: Uint8Array, at: number, isLittleEndian: boolean) => ElementValue;

/** VR → bytes a value and how to read one. PS3.5 Table 6.2-1. */
const NUMBERS: Readonly<Record<string, readonly [size: number, read: NumberReader]>> = {
  US: [2, (bytes, at, little) => byteOrder(little).uint16(bytes, at)],
  SS: [2, (bytes, at, little) => byteOrder(little).int16(bytes, at)],
  UL: [4, (bytes, at, little) => byteOrder(little).uint32(bytes, at)],
  SL: [4, (bytes, at, little) => byteOrder(little).int32(bytes, at)],
  FL: [4, (bytes, at, little) => finite(byteOrder(little).float32(bytes, at))],
  FD: [8, (bytes, at, little) => finite(byteOrder(little).float64(bytes, at))],
  UV: [8, (bytes, at, little) => exact(viewOf(bytes).getBigUint64(at, little))],
  SV: [8, (bytes, at, little) => exact(viewOf(bytes).getBigInt64(at, little))],
  AT: [4, tagAt],
};

interface Context {
  /** Where in the file the data set lies: empty, or `tag.item.` for each sequence around it. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly isSigned: boolean;
  readonly readText: TextReader;
}

/** Turns elements into a data set. Group 0002, group lengths, delimiters and Pixel Data are left out. */
export function dataSetFrom(bytes: Uint8Array, elements: readonly RawElement[]): DataSet {
  const isSigned = pixelsAreSigned(bytes, elements);
  const context = { path: '', bytes, isSigned, readText: textReaderFor([]) };
  return dataSetIn(context, elements);
}

/** True when Pixel Representation (0028,0103) is 1. PS3.3 C.7.6.3. */
function pixelsAreSigned(bytes: Uint8Array, elements: readonly RawElement[]): boolean {
  const element = elements.find(({ tag }) => tag === TAG.PixelRepresentation);
  if (element === undefined || element.length < 2) return false;
  return bytes[element.offset + (element.isLittleEndian ? 0 : 1)] === 1;
}

function dataSetIn(outer: Context, elements: readonly RawElement[]): DataSet {
  const context = withCharacterSet(outer, elements);
  const dataSet: Record<Tag, DataElement> = {};
  for (const element of elements) {
    if (isLeftOut(element.tag)) continue;
    dataSet[element.tag] = elementFrom(context, element);
  }
  return dataSet;
}

function isLeftOut(tag: Tag): boolean {
  return tag.endsWith('0000') || tag.startsWith('FFFE') || tag.startsWith('0002') || tag === TAG.PixelData;
}

function withCharacterSet(context: Context, elements: readonly RawElement[]): Context {
  const element = elements.find(({ tag }) => tag === TAG.SpecificCharacterSet);
  if (element === undefined) return context;
  const terms = textReaderFor([])(bytesOf(context, element), false).split('\\');
  return { ...context, readText: textReaderFor(terms) };
}

function elementFrom(context: Context, element: RawElement): DataElement {
  if (element.items) {
    const items = element.items.map((item, index) =>
      dataSetIn({ ...context, path: `${context.path}${element.tag}.${index + 1}.` }, item),
    );
    return items.length === 0 ? { vr: 'SQ' } : { vr: 'SQ', Value: items };
  }
  const vr = resolvedVr(element.tag, element.vr, context.isSigned);
  if (isBulk(vr, element)) return { vr, BulkDataURI: `${BULK_DATA_FOLDER}${context.path}${element.tag}` };
  const bytes = bytesOf(context, element);
  if (bytes.length === 0) return { vr };
  if (BINARY_VR.has(vr)) return binaryElement(vr, bytes, element);
  const numeric = NUMBERS[vr];
  const values = numeric
    ? numbersFrom(bytes, numeric, element.isLittleEndian)
    : textsFrom(context, vr, bytes);
  return values.length === 0 || values.every((value) => value === null) ? { vr } : { vr, Value: values };
}

/** The VR to use: UN of a known tag and the dictionary's context-dependent VRs are resolved. PS3.5 A.1, 6.2.2. */
function resolvedVr(tag: Tag, vr: string, isSigned: boolean): string {
  if (LOOKUP_TABLES.has(tag)) return 'OW';
  const resolved = vr === 'UN' && !isPrivate(tag) ? dictionaryVrOf(tag) : vr;
  if (resolved === 'xs') return isSigned ? 'SS' : 'US';
  if (resolved === 'ox' || resolved === 'lt') return 'OW';
  if (resolved === 'up') return 'UL';
  return resolved === 'SQ' || !/^[A-Z]{2}$/.test(resolved) ? 'UN' : resolved;
}

/** True for bytes that are too many to stand in a data set. */
function isBulk(vr: string, { tag, length, isEncapsulated }: RawElement): boolean {
  if (isEncapsulated) return true;
  return BINARY_VR.has(vr) && length > (LOOKUP_TABLES.has(tag) ? MAX_INLINE_TABLE_BYTES : MAX_INLINE_BYTES);
}

/** True for a value whose bytes no data set holds, wherever it stands: they need not be read. */
export function isAlwaysBulk({ tag, vr, length }: Pick<RawElement, 'tag' | 'vr' | 'length'>): boolean {
  const mayHoldItems = vr === 'UN' && dictionaryVrOf(tag) === 'SQ';
  return (
    length > MAX_INLINE_TABLE_BYTES &&
    !tag.startsWith('0002') &&
    !mayHoldItems &&
    BINARY_VR.has(resolvedVr(tag, vr, false))
  );
}

/** Words of a big-endian file are turned round: inline binary is little endian (PS3.18 F.2.7). */
function binaryElement(vr: string, bytes: Uint8Array, { isLittleEndian }: RawElement): DataElement {
  const inline = Buffer.from(bytes);
  const isTurned = vr === 'OW' && !isLittleEndian && inline.length % 2 === 0;
  return { vr, InlineBinary: (isTurned ? inline.swap16() : inline).toString('base64') };
}

function numbersFrom(
  bytes: Uint8Array,
  [size, read]: readonly [size: number, read: NumberReader],
  isLittleEndian: boolean,
): ElementValue[] {
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) =>
    read(bytes, index * size, isLittleEndian),
  );
}

function textsFrom(context: Context, vr: string, bytes: Uint8Array): ElementValue[] {
  const text = TEXT_VR.has(vr)
    ? context.readText(bytes, vr === 'PN')
    : new TextDecoder('windows-1252').decode(bytes);
  const values = SINGLE_VALUED_VR.has(vr) ? [text] : text.split('\\');
  return values.map((value) => textValue(vr, value.replace(/[\0 ]+$/, '')));
}

function textValue(vr: string, text: string): ElementValue {
  if (vr === 'PN') return personNameFrom(text);
  // Leading spaces mean something in free text only. PS3.5 Table 6.2-1.
  const value = SINGLE_VALUED_VR.has(vr) || vr === 'UC' ? text : text.trim();
  if (value === '') return null;
  if (vr !== 'DS' && vr !== 'IS') return value;
  const number = Number(value);
  return Number.isFinite(number) ? number : value;
}

/** Component groups: alphabetic, ideographic, phonetic. PS3.5 6.2.1.1, PS3.18 F.2.2. */
function personNameFrom(text: string): PersonName | null {
  const [Alphabetic, Ideographic, Phonetic] = text.split('=').map((group) => group.trim());
  const name = {
    ...(Alphabetic && { Alphabetic }),
    ...(Ideographic && { Ideographic }),
    ...(Phonetic && { Phonetic }),
  };
  return Object.keys(name).length === 0 ? null : name;
}

function bytesOf(context: Context, { offset, length }: RawElement): Uint8Array {
  return context.bytes.subarray(offset, offset + length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** JSON has no NaN and no infinity; such a value is empty. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A 64-bit integer as a number where that is exact, else as text. PS3.18 Table F.2.3-1. */
function exact(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
