import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readHeader, readPart10 } from '../../../dicom/read/part10-reader.ts';
import {
  bytes,
  dataSetBytes,
  ENCAPSULATED,
  fileMeta,
  fragments,
  IDENTITY,
  imageElements,
  part10,
  u16,
  type RawElementInput,
} from '../../support/part10-bytes.ts';
import { kindOf } from '../../support/failures.ts';

const IMPLICIT = '1.2.840.10008.1.2';
const BIG_ENDIAN = '1.2.840.10008.1.2.2';
const DEFLATED = '1.2.840.10008.1.2.1.99';
const SEQUENCE: RawElementInput = [
  '00081140',
  'SQ',
  [[['00081155', 'UI', '2.25.9']], [], [['00081140', 'SQ', [[['00081155', 'UI', '2.25.10']]]]]],
];

describe('readHeader', () => {
  test('tells identity, transfer syntax and where Pixel Data lies', () => {
    const file = part10(imageElements(2, 2, Uint8Array.of(1, 2, 3, 4), 8));
    const header = readHeader(file);
    expect(header).toMatchObject({
      studyInstanceUid: '2.25.1',
      seriesInstanceUid: '2.25.2',
      sopInstanceUid: '2.25.3',
      sopClassUid: '1.2.840.10008.5.1.4.1.1.1',
      transferSyntaxUid: '1.2.840.10008.1.2.1',
      pixelData: { offset: file.length - 4, length: 4, isEncapsulated: false },
    });
  });

  test('leaves Pixel Data and group 0002 out of the attributes', () => {
    const { attributes } = readHeader(part10(imageElements(1, 1, u16(7), 16)));
    expect(Object.keys(attributes).filter((tag) => /^(0002|7FE0)/.test(tag))).toEqual([]);
  });

  test('has no pixelData where the instance has none', () => {
    expect(readHeader(part10(IDENTITY)).pixelData).toBeUndefined();
  });

  test('points at the offset table of encapsulated Pixel Data (PS3.5 A.4)', () => {
    const value = fragments([], Uint8Array.of(1, 2));
    const file = part10([...imageElements(1, 1, u16(0), 16), ['7FE00010', 'OB', value, ENCAPSULATED]]);
    expect(readHeader(file).pixelData).toEqual({
      offset: file.length - value.length,
      length: value.length,
      isEncapsulated: true,
    });
  });

  test.each(['0020000D', '0020000E', '00080018', '00080016'])('names the absent UID %s', (tag) => {
    const others = IDENTITY.filter(([other]) => other !== tag);
    expect(kindOf(() => readHeader(part10(others)))).toBe('missing-attribute');
    expect(kindOf(() => readHeader(part10([...others, [tag, 'UI', '']])))).toBe('missing-attribute');
    expect(kindOf(() => readHeader(part10([...others, [tag, 'UI', '1..2']])))).toBe('invalid-uid');
  });

  test('asks for a transfer syntax (PS3.10 7.1)', () => {
    const file = bytes(new Uint8Array(128), Buffer.from('DICM'), dataSetBytes(IDENTITY));
    expect(kindOf(() => readHeader(file))).toBe('missing-attribute');
  });

  test('calls bytes without the prefix DICM not-dicom, however few', () => {
    expect(kindOf(() => readHeader(new Uint8Array(0)))).toBe('not-dicom');
    expect(kindOf(() => readHeader(Buffer.from('<!doctype html>'.repeat(20))))).toBe('not-dicom');
    expect(kindOf(() => readHeader(dataSetBytes(IDENTITY)))).toBe('not-dicom');
  });

  test('reads a file that declares explicit VR and holds implicit VR', () => {
    const file = part10([...IDENTITY, SEQUENCE], '1.2.840.10008.1.2.1', { isImplicit: true });
    expect(readHeader(file).attributes).toEqual(readHeader(part10([...IDENTITY, SEQUENCE])).attributes);
  });
});

describe('transfer syntaxes give the same data set (PS3.5 Annex A)', () => {
  const elements = [...IDENTITY, SEQUENCE];
  const expected = readPart10(part10(elements)).dataSet;

  test.each([
    ['explicit, undefined lengths', part10(elements, undefined, { hasUndefinedLengths: true })],
    ['implicit', part10(elements, IMPLICIT, { isImplicit: true })],
    [
      'implicit, undefined lengths',
      part10(elements, IMPLICIT, { isImplicit: true, hasUndefinedLengths: true }),
    ],
    ['big endian', part10(elements, BIG_ENDIAN, { isBigEndian: true })],
    ['deflated', bytes(fileMeta(DEFLATED), deflateRawSync(dataSetBytes(elements)))],
  ])('%s', (_, file) => {
    expect(readPart10(file).dataSet).toEqual(expected);
  });

  test('nested items keep their order and their depth', () => {
    expect(expected['00081140']?.Value).toEqual([
      { '00081155': { vr: 'UI', Value: ['2.25.9'] } },
      {},
      { '00081140': { vr: 'SQ', Value: [{ '00081155': { vr: 'UI', Value: ['2.25.10'] } }] } },
    ]);
  });

  test('UN of undefined length holds implicit VR inside an explicit data set (PS3.5 6.2.2)', () => {
    const items = dataSetBytes([SEQUENCE], { isImplicit: true, hasUndefinedLengths: true }).subarray(8);
    const file = part10([...IDENTITY, ['00081140', 'UN', items, 0xffffffff]]);
    expect(readPart10(file).dataSet['00081140']).toEqual(expected['00081140']);
  });

  test('UN of defined length with a known sequence tag is a sequence', () => {
    const items = dataSetBytes([SEQUENCE], { isImplicit: true }).subarray(8);
    const file = part10([...IDENTITY, ['00081140', 'UN', items]]);
    expect(readPart10(file).dataSet['00081140']).toEqual(expected['00081140']);
  });

  test('OV has the long header form, so that what follows an Extended Offset Table is found (PS3.5 7.1.2)', () => {
    const table: RawElementInput = ['7FE00001', 'OV', new Uint8Array(16)];
    const header = readHeader(part10([...imageElements(1, 1, u16(7), 16), table]));
    expect(header.pixelData?.length).toBe(2);
    expect(header.attributes['7FE00001']?.InlineBinary).toBe(Buffer.alloc(16).toString('base64'));
  });
});

describe('bytes that end or lie', () => {
  const file = part10([...imageElements(4, 4, new Uint8Array(32), 16), SEQUENCE]);
  const headerEnd = readHeader(file).pixelData?.offset ?? 0;

  test('a file that ends before Pixel Data is damaged, unless it ends between two elements', () => {
    const uidsEnd = Buffer.from(file).indexOf('2.25.2') + 6;
    for (let length = 0; length < uidsEnd; length++) {
      const expected = length < 132 ? ['not-dicom'] : ['malformed-dicom', 'missing-attribute'];
      const kind = kindOf(() => readHeader(file.subarray(0, length)));
      expect(expected, `file of ${length} bytes`).toContain(kind);
    }
  });

  test('a prefix that reaches Pixel Data gives the header of the whole file', () => {
    expect(readHeader(file.subarray(0, headerEnd))).toEqual(readHeader(file));
  });

  test('a length beyond the end of the file is malformed', () => {
    expect(kindOf(() => readHeader(part10([...IDENTITY, ['00100020', 'LO', 'A', 60000]])))).toBe(
      'malformed-dicom',
    );
    expect(kindOf(() => readHeader(part10([...IDENTITY, ['00104000', 'UT', 'A', 0xfffffff0]])))).toBe(
      'malformed-dicom',
    );
  });

  test('a length beyond the item that holds the element is malformed', () => {
    const lying: RawElementInput = ['00081140', 'SQ', [[['00081155', 'UI', '2.25.9', 400]]]];
    const file = part10([...IDENTITY, lying, ['00104000', 'LT', 'x'.repeat(1000)]]);
    expect(kindOf(() => readHeader(file))).toBe('malformed-dicom');
  });

  test('an element where an item belongs is malformed', () => {
    const sequence: RawElementInput = ['00081140', 'SQ', dataSetBytes([['00081155', 'UI', '2.25.9']])];
    expect(kindOf(() => readHeader(part10([...IDENTITY, sequence])))).toBe('malformed-dicom');
  });

  test('sequences nested a hundred thousand deep are too large, not a stack overflow', () => {
    const open = Buffer.from('08004011' + '53510000ffffffff' + 'feff00e0ffffffff', 'hex');
    const file = bytes(part10(IDENTITY), Buffer.alloc(open.length * 100_000, open));
    expect(kindOf(() => readHeader(file))).toBe('too-large');
  });

  test('a million empty elements are too large', () => {
    const file = bytes(part10(IDENTITY), Buffer.alloc(8_000_000, Buffer.from('210001104c4f0000', 'hex')));
    expect(kindOf(() => readHeader(file))).toBe('too-large');
  });

  test('a deflated data set that inflates beyond the cap is too large', () => {
    const padding: RawElementInput = ['7FE00010', 'OW', new Uint8Array(1024 * 1024)];
    const file = bytes(fileMeta(DEFLATED), deflateRawSync(dataSetBytes([...IDENTITY, padding])));
    const limits = { maxInflatedBytes: 64 * 1024 };
    expect(kindOf(() => readHeader(file, limits))).toBe('too-large');
    expect(readHeader(file).pixelData?.length).toBe(1024 * 1024);
  });

  test('deflated bytes that are no deflate stream are malformed', () => {
    expect(kindOf(() => readHeader(bytes(fileMeta(DEFLATED), Buffer.alloc(64, 0xff))))).toBe(
      'malformed-dicom',
    );
  });
});
