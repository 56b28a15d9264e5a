import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataElement, DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { readNativeModel } from '../../../dicom/web-model/native-model-reader.ts';
import { writeNativeModel } from '../../../dicom/web-model/native-model-writer.ts';
import { kindOf } from '../../support/failures.ts';

const document = (content: string): string => `<NativeDicomModel>${content}</NativeDicomModel>`;

const rows = (content: string): string =>
  `<DicomAttribute tag="00280010" vr="US">${content}</DicomAttribute>`;

describe('the Native DICOM Model (PS3.19 A.1)', () => {
  it('names tag, VR, keyword and number of each value (Table A.1.5-2)', () => {
    const xml = writeNativeModel({
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'Yamada^Tarou', Ideographic: '山田^太郎' }] },
      '00280030': { vr: 'DS', Value: [0.1, 0.2] },
      '00080050': { vr: 'SH' },
    });
    expect(xml).toContain('<?xml version="1.0" encoding="UTF-8"?>');
    expect(xml).toContain('xml:space="preserve"');
    expect(xml).toContain('<DicomAttribute tag="00080050" vr="SH" keyword="AccessionNumber"/>');
    expect(xml).toContain(
      '<PersonName number="1"><Alphabetic><FamilyName>Yamada</FamilyName><GivenName>Tarou</GivenName></Alphabetic>' +
        '<Ideographic><FamilyName>山田</FamilyName><GivenName>太郎</GivenName></Ideographic></PersonName>',
    );
    expect(xml).toContain('<Value number="1">0.1</Value><Value number="2">0.2</Value>');
  });

  it('names a private attribute by its creator, without the block (Table A.1.5-2, gggg00ee)', () => {
    const dataSet: DataSet = {
      '00090011': { vr: 'LO', Value: ['ACME 1.0'] },
      '00091101': { vr: 'UN', InlineBinary: 'AAE=' },
    };
    const xml = writeNativeModel(dataSet);
    expect(xml).toContain('<DicomAttribute tag="00090001" vr="UN" privateCreator="ACME 1.0">');
    expect(readNativeModel(xml)).toEqual(dataSet);
  });

  it('reserves a block for a creator that reserved none (PS3.5 7.8.1)', () => {
    const xml = document(
      '<DicomAttribute tag="00090010" vr="LO"><Value number="1">OTHER</Value></DicomAttribute>' +
        '<DicomAttribute tag="00090002" vr="LO" privateCreator="ACME"><Value number="1">x</Value></DicomAttribute>',
    );
    expect(readNativeModel(xml)).toEqual({
      '00090010': { vr: 'LO', Value: ['OTHER'] },
      '00090011': { vr: 'LO', Value: ['ACME'] },
      '00091102': { vr: 'LO', Value: ['x'] },
    });
  });

  it('keeps the digits of a decimal string that a number would lose', () => {
    const xml = document(
      '<DicomAttribute tag="00280030" vr="DS"><Value number="1">1.50</Value><Value number="2">2</Value></DicomAttribute>',
    );
    expect(readNativeModel(xml)).toEqual({ '00280030': { vr: 'DS', Value: ['1.50', 2] } });
  });

  it('gives back every data set that was written', () => {
    fc.assert(
      fc.property(dataSets, (dataSet) => {
        expect(readNativeModel(writeNativeModel(dataSet))).toEqual(dataSet);
      }),
      { numRuns: 500 },
    );
  });

  it('reads what writers without a default namespace and with CDATA write', () => {
    const xml =
      '<d:NativeDicomModel xmlns:d="http://dicom.nema.org/PS3.19/models/NativeDICOM"><d:DicomAttribute tag="00100020" vr="LO">' +
      '\n  <d:Value number="1"><![CDATA[a<b]]></d:Value>\n</d:DicomAttribute></d:NativeDicomModel>';
    expect(readNativeModel(xml)).toEqual({ '00100020': { vr: 'LO', Value: ['a<b'] } });
  });

  it('finds bulk data also where the address is spelt in capitals, as by Orthanc', () => {
    const xml = document(
      '<DicomAttribute tag="7FE00010" vr="OW"><BulkData URI="http://a/b"/></DicomAttribute>',
    );
    expect(readNativeModel(xml)).toEqual({ '7FE00010': { vr: 'OW', BulkDataURI: 'http://a/b' } });
  });

  it.each([
    ['an empty text', '', 'malformed-dicom'],
    ['an open element', '<NativeDicomModel>', 'malformed-dicom'],
    ['another root', '<Other/>', 'malformed-dicom'],
    ['a document type', '<!DOCTYPE x [<!ENTITY a "a">]><NativeDicomModel/>', 'malformed-dicom'],
    ['no tag', document('<DicomAttribute vr="LO"/>'), 'malformed-dicom'],
    ['no VR', document('<DicomAttribute tag="00100020" vr="XX"/>'), 'invalid-value'],
    ['a tag twice', document('<DicomAttribute tag="00100020" vr="LO"/>'.repeat(2)), 'invalid-value'],
    ['words for a number', document(rows('<Value number="1">many</Value>')), 'invalid-value'],
    ['a value number 0', document(rows('<Value number="0">1</Value>')), 'invalid-value'],
    ['bulk data nowhere', document(rows('<BulkData/>')), 'invalid-value'],
    ['endless depth', document('<a>'.repeat(1000) + '</a>'.repeat(1000)), 'too-large'],
  ])('refuses %s by name', (_what, xml, kind) => {
    expect(kindOf(() => readNativeModel(xml))).toBe(kind);
  });

  it('answers hostile text with a PacsError or a data set, never anything else', () => {
    const piece = fc.constantFrom(
      '<', '>', '</', '/>', '"', '&', '&amp;', '&#0;', '&x;', ' ', 'NativeDicomModel', 'DicomAttribute',
      ' tag="00100010"', ' vr="PN"', ' vr="SQ"', '<Item number="1">', '</Item>', '<!--', '-->', '<![CDATA[', ']]>', '\0',
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          readNativeModel(`<NativeDicomModel>${pieces.join('')}</NativeDicomModel>`);
        } catch (error) {
          expect(error).toBeInstanceOf(PacsError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Characters that XML 1.0 can hold, those with a meaning in it among them. */
const character = fc.oneof(
  fc.constantFrom('&', '<', '>', '"', "'", '\t', '\n', '\r', ' ', ']', 'é', '山', '😀', '^', '='),
  fc.constantFrom('a', 'B', '7'),
);
const text = fc.string({ unit: character, minLength: 1, maxLength: 8 });
const numberless = fc.constantFrom('x', 'Ω');
const name = fc
  .record({ Alphabetic: text, Ideographic: text, Phonetic: text }, { requiredKeys: [] })
  .filter((groups) => Object.keys(groups).length > 0);
const listOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> =>
  fc
    .array(fc.option(value), { minLength: 1, maxLength: 4 })
    .filter((values) => values.some((value) => value !== null));
const integer = fc.integer({ min: -1000, max: 1000 }).map((value) => value + 0);
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

const { dataSet: dataSets } = fc.letrec<{ dataSet: DataSet; element: DataElement }>((tie) => ({
  element: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('LO', 'UT', 'CS', 'DA').map((vr): DataElement => ({ vr })),
    fc.tuple(fc.constantFrom('LO', 'SH', 'UT', 'TM'), listOf(text)).map(([vr, Value]) => ({ vr, Value })),
    fc.tuple(fc.constantFrom('DS', 'FD', 'FL'), listOf(double)).map(([vr, Value]) => ({ vr, Value })),
    fc.tuple(fc.constantFrom('IS', 'US', 'SV'), listOf(integer)).map(([vr, Value]) => ({ vr, Value })),
    listOf(numberless).map((Value) => ({ vr: 'DS', Value })),
    listOf(name).map((Value) => ({ vr: 'PN', Value })),
    fc.base64String({ minLength: 4 }).map((InlineBinary) => ({ vr: 'OB', InlineBinary })),
    fc.webUrl({ withQueryParameters: true }).map((BulkDataURI) => ({ vr: 'OW', BulkDataURI })),
    fc
      .array(tie('dataSet'), { minLength: 1, maxLength: 2 })
      .map((Value): DataElement => ({ vr: 'SQ', Value })),
  ),
  dataSet: fc
    .dictionary(
      fc.constantFrom(
        '00080050',
        '00100010',
        '00280030',
        '00400275',
        '00091001',
        '00091102',
        '00091010',
        '60003000',
      ),
      tie('element'),
      { maxKeys: 5 },
    )
    .chain((attributes) =>
      fc.option(text).map((creator) => ({
        ...attributes,
        ...(creator === null ? {} : { '00090010': { vr: 'LO', Value: [creator] } }),
      })),
    ),
}));
