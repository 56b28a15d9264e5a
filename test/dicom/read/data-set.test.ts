import { describe, expect, test } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import type { DataElement } from '../../../dicom/vocabulary/data-set.ts';
import {
  IDENTITY,
  part10,
  u16,
  u32,
  type RawElementInput,
  type RawValue,
} from '../../support/part10-bytes.ts';

const read = (...elements: RawElementInput[]) => readPart10(part10([...IDENTITY, ...elements])).dataSet;
const element = (tag: string, vr: string, value: RawValue): DataElement | undefined =>
  read([tag, vr, value])[tag];
const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('values by VR (PS3.18 Table F.2.3-1)', () => {
  test.each<[string, string, RawValue, DataElement]>([
    ['00281052', 'DS', '-1024 ', { vr: 'DS', Value: [-1024] }],
    ['00280030', 'DS', '0.1\\ .25', { vr: 'DS', Value: [0.1, 0.25] }],
    ['00200013', 'IS', ' +7', { vr: 'IS', Value: [7] }],
    ['00200013', 'IS', 'seven', { vr: 'IS', Value: ['seven'] }],
    ['00080008', 'CS', 'ORIGINAL\\\\AXIAL ', { vr: 'CS', Value: ['ORIGINAL', null, 'AXIAL'] }],
    ['00080008', 'CS', '', { vr: 'CS' }],
    ['00104000', 'LT', '  a\\b  ', { vr: 'LT', Value: ['  a\\b'] }],
    ['00280010', 'US', u16(65535), { vr: 'US', Value: [65535] }],
    ['00281041', 'SS', u16(65535), { vr: 'SS', Value: [-1] }],
    ['00700255', 'UL', u32(4294967295), { vr: 'UL', Value: [4294967295] }],
    ['00700052', 'SL', u32(4294967295, 2), { vr: 'SL', Value: [-1, 2] }],
    ['00700022', 'FL', hex('0000803f 00002040'), { vr: 'FL', Value: [1, 2.5] }],
    ['00189073', 'FD', hex('000000000000f03f'), { vr: 'FD', Value: [1] }],
    ['00189073', 'FD', hex('000000000000f87f'), { vr: 'FD' }],
    ['00280009', 'AT', hex('18006310'), { vr: 'AT', Value: ['00181063'] }],
    ['00091001', 'UV', hex('ffffffffffffffff'), { vr: 'UV', Value: ['18446744073709551615'] }],
    ['00091001', 'SV', hex('ffffffffffffffff'), { vr: 'SV', Value: [-1] }],
    ['00091001', 'UN', hex('0102'), { vr: 'UN', InlineBinary: 'AQI=' }],
    [
      '60003000',
      'OW',
      new Uint8Array(1024),
      { vr: 'OW', InlineBinary: Buffer.alloc(1024).toString('base64') },
    ],
    ['60003000', 'OW', new Uint8Array(1026), { vr: 'OW', BulkDataURI: 'bulkdata/60003000' }],
  ])('%s %s', (tag, vr, value, expected) => {
    expect(element(tag, vr, value)).toEqual(expected);
  });

  test('a look-up table stays up to 256 KiB, in whatever VR and byte order it comes (PS3.3 C.11.2)', () => {
    const table = new Uint8Array(8192).fill(7);
    const expected = { vr: 'OW', InlineBinary: Buffer.from(table).toString('base64') };
    expect(read(['00283010', 'SQ', [[['00283006', 'US', table]]]])['00283010']?.Value).toEqual([
      { '00283006': expected },
    ]);
    expect(element('00281201', 'OW', table)).toEqual(expected);
    expect(element('00283006', 'OW', new Uint8Array(256 * 1024 + 2))).toEqual({
      vr: 'OW',
      BulkDataURI: 'bulkdata/00283006',
    });
    const bigEndian = part10([...IDENTITY, ['00281201', 'OW', hex('0102')]], '1.2.840.10008.1.2.2', {
      isBigEndian: true,
    });
    expect(readPart10(bigEndian).dataSet['00281201']?.InlineBinary).toBe(
      Buffer.from(hex('0201')).toString('base64'),
    );
  });

  test('a person name has its component groups (PS3.18 F.2.2)', () => {
    expect(element('00100010', 'PN', 'A^B==C\\D')).toEqual({
      vr: 'PN',
      Value: [{ Alphabetic: 'A^B', Phonetic: 'C' }, { Alphabetic: 'D' }],
    });
    expect(element('00100010', 'PN', '==')).toEqual({ vr: 'PN' });
  });

  test('an empty sequence is an element without a value', () => {
    expect(element('00081140', 'SQ', [])).toEqual({ vr: 'SQ' });
  });

  test('group lengths are left out, private elements are kept', () => {
    const dataSet = read(['00080000', 'UL', u32(8)], ['00090010', 'LO', 'ACME'], ['00091001', 'DS', '2']);
    expect(dataSet['00080000']).toBeUndefined();
    expect(dataSet['00090010']).toEqual({ vr: 'LO', Value: ['ACME'] });
    expect(dataSet['00091001']).toEqual({ vr: 'DS', Value: [2] });
  });
});

describe('context', () => {
  const implicit = (...elements: RawElementInput[]) =>
    readPart10(part10([...IDENTITY, ...elements], '1.2.840.10008.1.2', { isImplicit: true })).dataSet;

  test('Pixel Representation says whether xs is US or SS, in sequences too (PS3.5 A.1)', () => {
    const padding: RawElementInput = ['00280120', 'xs', u16(0xf830)];
    const nested: RawElementInput = ['00081140', 'SQ', [[padding]]];
    const signed = implicit(['00280103', 'US', u16(1)], padding, nested);
    expect(signed['00280120']).toEqual({ vr: 'SS', Value: [-2000] });
    expect(signed['00081140']?.Value).toEqual([{ '00280120': { vr: 'SS', Value: [-2000] } }]);
    expect(implicit(['00280103', 'US', u16(0)], padding)['00280120']).toEqual({ vr: 'US', Value: [63536] });
  });

  test('UN of a known tag takes the VR of the dictionary (PS3.5 6.2.2)', () => {
    expect(element('00281052', 'UN', '-5')).toEqual({ vr: 'DS', Value: [-5] });
  });

  test('an item may name a character set of its own; its siblings keep the outer one (PS3.3 C.12.1.1.2)', () => {
    const dataSet = read(
      ['00080005', 'CS', 'ISO_IR 100'],
      [
        '00081140',
        'SQ',
        [
          [
            ['00080005', 'CS', 'ISO_IR 144'],
            ['00080104', 'LO', '\xbb'],
          ],
          [['00080104', 'LO', '\xe9']],
        ],
      ],
    );
    const meanings = dataSet['00081140']?.Value?.map((item) => JSON.stringify(item).includes('Л'));
    expect(meanings).toEqual([true, false]);
    expect(JSON.stringify(dataSet['00081140'])).toContain('é');
  });
});
