/**
 * A data set → its bytes in Explicit or Implicit VR Little Endian, without a file around them: identifiers of queries and
 * the like. PS3.5 7.1, A.1, A.2. Text is written in UTF-8, and Specific Character Set says so where it is not ASCII.
 */
import type { DataElement, DataSet, Tag } from '../vocabulary/data-set.ts';
import { isItem } from '../vocabulary/data-set.ts';
import { TAG } from '../vocabulary/dictionary.ts';
import { PacsError } from '../vocabulary/failure.ts';
import { formattedValues, isBinaryVr } from '../write/element-values.ts';
import { elementHeader, valueElement } from './element-writer.ts';

type NumberWriter = (target: DataView, value: number) => void;

/** VR → bytes of a number and how to write one. PS3.5 Table 6.2-1. */
// prettier-ignore
const NUMBERS: Readonly<Record<string, readonly [size: number, write: NumberWriter]>> = {
  US: [2, (target, value) => { target.setUint16(0, value, true); }],
  SS: [2, (target, value) => { target.setInt16(0, value, true); }],
  UL: [4, (target, value) => { target.setUint32(0, value, true); }],
  SL: [4, (target, value) => { target.setInt32(0, value, true); }],
  FL: [4, (target, value) => { target.setFloat32(0, value, true); }],
  FD: [8, (target, value) => { target.setFloat64(0, value, true); }],
  UV: [8, (target, value) => { target.setBigUint64(0, BigInt(value), true); }],
  SV: [8, (target, value) => { target.setBigInt64(0, BigInt(value), true); }],
  AT: [4, (target, value) => { target.setUint16(0, value >>> 16, true); target.setUint16(2, value & 0xffff, true); }],
};

/** Encodes a data set, elements in the order of their tags. Throws `invalid-value` for a value that its VR cannot hold. */
export function dataSetBytes(dataSet: DataSet, isImplicit: boolean): Uint8Array {
  const body = elementsOf(dataSet, isImplicit).filter(({ tag }) => tag !== TAG.SpecificCharacterSet);
  if (body.every(({ bytes }) => isAscii(bytes))) return Buffer.concat(body.map(({ bytes }) => bytes));
  const characterSet = valueElement(TAG.SpecificCharacterSet, 'CS', Buffer.from('ISO_IR 192'), isImplicit);
  const at = body.findIndex(({ tag }) => tag > TAG.SpecificCharacterSet);
  return Buffer.concat(body.map(({ bytes }) => bytes).toSpliced(at < 0 ? body.length : at, 0, characterSet));
}

/** Binary values may look like text that is not ASCII; then the character set is named once too often, which does no harm. */
function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte < 0x80);
}

function elementsOf(dataSet: DataSet, isImplicit: boolean): { tag: Tag; bytes: Uint8Array }[] {
  return Object.keys(dataSet)
    .sort()
    .flatMap((tag) => {
      const element = dataSet[tag];
      return element ? [{ tag, bytes: elementBytes(tag, element, isImplicit) }] : [];
    });
}

function elementBytes(tag: Tag, element: DataElement, isImplicit: boolean): Uint8Array {
  const { vr } = element;
  if (vr !== 'SQ') return valueElement(tag, vr, valueBytes(tag, element), isImplicit);
  const items = (element.Value ?? []).filter(isItem).map((item) => {
    const content = Buffer.concat(elementsOf(item, isImplicit).map(({ bytes }) => bytes));
    return Buffer.concat([elementHeader('FFFEE000', '', content.length, true), content]);
  });
  const content = Buffer.concat(items);
  return Buffer.concat([elementHeader(tag, 'SQ', content.length, isImplicit), content]);
}

function valueBytes(tag: Tag, element: DataElement): Uint8Array {
  if (element.BulkDataURI !== undefined) {
    throw new PacsError('invalid-value', `element ${tag}: the bytes behind a BulkDataURI are not at hand`);
  }
  if (isBinaryVr(element.vr)) return Buffer.from(element.InlineBinary ?? '', 'base64');
  const values = formattedValues(tag, element);
  const number = NUMBERS[element.vr];
  if (!number) return Buffer.from(values.join('\\'), 'utf8');
  const [size, write] = number;
  const bytes = Buffer.alloc(size * values.length);
  for (const [index, value] of values.entries()) {
    write(new DataView(bytes.buffer, bytes.byteOffset + index * size, size), Number(value));
  }
  return bytes;
}
