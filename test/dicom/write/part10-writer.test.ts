/** Part 10 files: what goes in comes out, in the encoding the standard asks for. PS3.5 6.2, 7; PS3.10 7.1. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPart10 } from '../../../dicom/read/part10-reader.ts';
import { numbersOf, textOf, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG, type ElementInput, type Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../../dicom/vocabulary/failure.ts';
import { IMPLEMENTATION_CLASS_UID, SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { decimalString } from '../../../dicom/write/element-values.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { pydicom, withFiles } from '../../support/independent-readers.ts';

function withAttributes(values: { readonly [K in Keyword]?: ElementInput } = {}): DataSet {
  return dataSetOf({
    SOPClassUID: SOP_CLASS.secondaryCapture,
    SOPInstanceUID: '1.2.3',
    StudyInstanceUID: '1.2',
    SeriesInstanceUID: '1.2.1',
    ...values,
  });
}

const readBack = (dataSet: DataSet) => readPart10(writePart10(dataSet)).dataSet;

describe('a Part 10 file', () => {
  it('names its own instance, Explicit VR Little Endian and us in the file meta information (PS3.10 7.1)', () => {
    const meta = withFiles([writePart10(withAttributes())], ([path = '']) =>
      pydicom(path, '[str(e.value) for e in ds.file_meta if e.VR == "UI"]'),
    );
    expect(JSON.parse(meta)).toEqual([
      SOP_CLASS.secondaryCapture,
      '1.2.3',
      '1.2.840.10008.1.2.1',
      IMPLEMENTATION_CLASS_UID,
    ]);
  });

  it('is always Unicode, whatever the data set says', () => {
    expect(
      textOf(readBack(withAttributes({ SpecificCharacterSet: 'ISO_IR 100' })), TAG.SpecificCharacterSet),
    ).toBe('ISO_IR 192');
  });

  it('keeps zeros, empty values and empty sequences', () => {
    const dataSet = readBack(
      withAttributes({
        GraphicData: [0, 0, 1.5, 0],
        SeriesNumber: 0,
        PatientID: [],
        ProcedureCodeSequence: [],
        WindowCenter: [0, 1],
      }),
    );
    expect(numbersOf(dataSet, TAG.GraphicData)).toEqual([0, 0, 1.5, 0]);
    expect(numbersOf(dataSet, TAG.SeriesNumber)).toEqual([0]);
    expect(numbersOf(dataSet, TAG.WindowCenter)).toEqual([0, 1]);
    expect(dataSet[TAG.PatientID]).toEqual({ vr: 'LO' });
    expect(dataSet[TAG.ProcedureCodeSequence]).toEqual({ vr: 'SQ' });
  });

  it('keeps any name and text (PS3.5 6.2)', () => {
    const letters = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .map((text) => text.replace(/[\p{C}\\^=\s]/gu, 'x'));
    fc.assert(
      fc.property(letters, letters, letters, (Alphabetic, Ideographic, Phonetic) => {
        const name = { Alphabetic, Ideographic, Phonetic };
        const dataSet = readBack(withAttributes({ PatientName: name, StudyDescription: Ideographic }));
        expect(dataSet[TAG.PatientName]?.Value).toEqual([name]);
        expect(textOf(dataSet, TAG.StudyDescription)).toBe(Ideographic);
      }),
    );
  });

  it('has tags in order and even lengths (PS3.5 7.1)', () => {
    const dataSet = { ...dataSetOf({ StudyID: 'abc', PatientID: 'x' }), ...withAttributes() };
    const answer = withFiles([writePart10(dataSet)], ([path = '']) =>
      pydicom(path, '[int(t) for t in ds.keys()]'),
    );
    const tags = JSON.parse(answer) as number[];
    expect(tags).toEqual(tags.toSorted((one, other) => one - other));
    expect(writePart10(dataSet).length % 2).toBe(0);
  });

  it.each([
    [16, 'OW'],
    [8, 'OB'],
  ])('has native pixels of %i bits as %s, padded to an even length (PS3.5 A.2)', (BitsAllocated, vr) => {
    const pixels = Uint8Array.of(1, 2, 3);
    const bytes = writePart10(withAttributes({ BitsAllocated }), { pixelData: pixels });
    expect([...bytes.slice(-4)]).toEqual([1, 2, 3, 0]);
    expect(withFiles([bytes], ([path = '']) => pydicom(path, 'ds["PixelData"].VR'))).toBe(`"${vr}"`);
  });

  it('holds inline binary values', () => {
    const dataSet: DataSet = { ...withAttributes(), [TAG.LUTData]: { vr: 'OW', InlineBinary: 'AQIDBA==' } };
    expect(readBack(dataSet)[TAG.LUTData]).toEqual({ vr: 'OW', InlineBinary: 'AQIDBA==' });
  });
});

describe('a data set is refused', () => {
  it.each<[string, DataSet]>([
    ['without SOP Instance UID', dataSetOf({ SOPClassUID: '1.2' })],
    ['with a UID that is none', withAttributes({ SOPInstanceUID: '1.2.a' })],
    ['with a number that is none', withAttributes({ GraphicData: [NaN] })],
    ['with a number beyond its VR', withAttributes({ Rows: 70_000 })],
    ['with a backslash in a short text', withAttributes({ StudyID: 'a\\b' })],
    ['with bytes elsewhere', { ...withAttributes(), [TAG.LUTData]: { vr: 'OW', BulkDataURI: 'x' } }],
    ['with an item that is none', { ...withAttributes(), [TAG.ContentSequence]: { vr: 'SQ', Value: ['x'] } }],
  ])('%s', (_what, dataSet) => {
    expect(() => writePart10(dataSet)).toThrow(PacsError);
  });

  it('for another transfer syntax', () => {
    expect(() => writePart10(withAttributes(), { transferSyntaxUid: '1.2.840.10008.1.2' })).toThrow(
      PacsError,
    );
  });
});

describe('a decimal string (PS3.5 Table 6.2-1)', () => {
  it('has at most 16 characters and the value as near as they allow', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e30, max: 1e30 }), (value) => {
        const text = decimalString(value);
        expect(text.length).toBeLessThanOrEqual(16);
        expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-8);
      }),
    );
  });
});
