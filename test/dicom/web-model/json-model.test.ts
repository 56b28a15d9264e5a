import { describe, expect, it } from 'vitest';
import { readJsonModel } from '../../../dicom/web-model/json-model-reader.ts';
import { kindOf } from '../../support/failures.ts';

describe('the DICOM JSON Model from outside (PS3.18 F.2)', () => {
  it('reads an array of data sets, or one alone, tags in upper case', () => {
    const dataSet = { '0020000d': { vr: 'UI', Value: ['1.2'] }, '00400275': { vr: 'SQ', Value: [{}] } };
    const expected = { '0020000D': { vr: 'UI', Value: ['1.2'] }, '00400275': { vr: 'SQ', Value: [{}] } };
    expect(readJsonModel(JSON.stringify([dataSet, dataSet]))).toEqual([expected, expected]);
    expect(readJsonModel(JSON.stringify(dataSet))).toEqual([expected]);
  });

  it('takes an empty item for an item, an empty list for no value (F.2.5)', () => {
    const text = '[{"00400275":{"vr":"SQ","Value":[null]},"00080050":{"vr":"SH","Value":[]}}]';
    expect(readJsonModel(text)).toEqual([
      { '00400275': { vr: 'SQ', Value: [{}] }, '00080050': { vr: 'SH' } },
    ]);
  });

  it.each([
    ['no JSON', '{', 'malformed-dicom'],
    ['a number', '7', 'malformed-dicom'],
    ['a keyword for a tag', '[{"PatientID":{"vr":"LO"}}]', 'malformed-dicom'],
    ['no VR', '[{"00100020":{"Value":["x"]}}]', 'invalid-value'],
    ['a Value that is no list', '[{"00100020":{"vr":"LO","Value":"x"}}]', 'invalid-value'],
    ['an object for text', '[{"00100020":{"vr":"LO","Value":[{}]}}]', 'invalid-value'],
    ['an unknown component group', '[{"00100010":{"vr":"PN","Value":[{"Latin":"x"}]}}]', 'invalid-value'],
    ['a number for a name', '[{"00100010":{"vr":"PN","Value":[1]}}]', 'invalid-value'],
    ['a number for an address', '[{"7FE00010":{"vr":"OW","BulkDataURI":1}}]', 'invalid-value'],
    [
      'endless depth',
      `[${'{"00400275":{"vr":"SQ","Value":['.repeat(60)}{}${']}}'.repeat(60)}]`,
      'malformed-dicom',
    ],
  ])('refuses %s by name', (_what, text, kind) => {
    expect(kindOf(() => readJsonModel(text))).toBe(kind);
  });
});
