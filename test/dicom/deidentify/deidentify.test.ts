/** What is left of a data set when it is de-identified: nothing that was not looked at. PS3.15 E.1.1, E.3.5. */
import { describe, expect, it } from 'vitest';
import { KEPT } from '../../../dicom/deidentify/basic-profile.ts';
import { deidentified, type Disguise } from '../../../dicom/deidentify/deidentify.ts';
import { pixelRefusalOf } from '../../../dicom/deidentify/pixel-refusal.ts';
import { ATTRIBUTES } from '../../../dicom/vocabulary/attributes.ts';
import { DCM, OSTEON, SCT, type Code } from '../../../dicom/vocabulary/codes.ts';
import { itemsOf, textOf, type DataElement, type DataSet } from '../../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG, type Keyword } from '../../../dicom/vocabulary/dictionary.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';

const MARKER = /zanzibar|4711815/i;
const WITH_MARKER: Readonly<Record<string, DataElement['Value']>> = {
  ...Object.fromEntries(
    ['AE', 'CS', 'LO', 'LT', 'SH', 'ST', 'UC', 'UR', 'UT', 'AS', 'DA', 'TM', 'DT', 'IS', 'DS'].map((vr) => [
      vr,
      ['ZANZIBAR'],
    ]),
  ),
  PN: [{ Alphabetic: 'ZANZIBAR', Ideographic: 'ZANZIBAR' }],
  UI: ['1.2.3.4711815'],
};
const DISGUISE: Disguise = {
  uidOf: (uid) => `2.25.${uid.length}`,
  pseudonym: 'P1',
  isExported: () => true,
  plainTexts: new Set(['Fracture locator']),
};

/** Every attribute that the code can name, with a marker in all that can hold text, down to `depth` sequences within each other. */
function marked(depth: number): DataSet {
  return Object.fromEntries(
    Object.values(ATTRIBUTES).flatMap(([tag, vr]): [string, DataElement][] => {
      if (vr === 'SQ') return depth > 0 ? [[tag, { vr, Value: [marked(depth - 1)] }]] : [];
      if (/^O[BW]$/.test(vr))
        return [[tag, { vr, InlineBinary: Buffer.from('ZANZIBAR').toString('base64') }]];
      const Value = WITH_MARKER[vr];
      return Value ? [[tag, { vr, Value }]] : [];
    }),
  );
}

/** All text in a data set, bytes as text too. */
const allTextOf = (dataSet: DataSet): string =>
  JSON.stringify(dataSet, (key, value: unknown) =>
    key === 'InlineBinary' && typeof value === 'string'
      ? Buffer.from(value, 'base64').toString('latin1')
      : value,
  );

const codeItem = ({ value, scheme, meaning }: Code): DataSet =>
  dataSetOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning });

interface Content {
  readonly concept: Code;
  readonly [keyword: string]: unknown;
}
const item = (valueType: string, { concept, ...others }: Content): DataSet =>
  dataSetOf({
    RelationshipType: 'CONTAINS',
    ValueType: valueType,
    ConceptNameCodeSequence: codeItem(concept),
    ...(others as Parameters<typeof dataSetOf>[0]),
  });
const contentOf = (...items: readonly DataSet[]): readonly DataSet[] =>
  itemsOf(deidentified(dataSetOf({ ContentSequence: [...items] }), DISGUISE), TAG.ContentSequence);

describe('a data set', () => {
  it('keeps no text that somebody may have written, in no attribute, at no depth', () => {
    const before = {
      ...marked(2),
      '00091001': { vr: 'LO', Value: ['ZANZIBAR'] },
      '00501234': { vr: 'LO', Value: ['ZANZIBAR'] },
    };
    expect(allTextOf(before)).toMatch(MARKER);
    const after = deidentified(before, DISGUISE);
    // Bytes of look-up tables stay; they are the one place that is not text.
    expect(allTextOf({ ...after, [TAG.LUTData]: { vr: 'OW' } }).match(MARKER)).toBeNull();
    expect(after['00091001'] ?? after['00501234']).toBeUndefined();
  });

  it('says that it is de-identified and how, under the pseudonym (PS3.15 E.1.1)', () => {
    const after = deidentified(
      dataSetOf({ PatientName: { Alphabetic: 'Zanzibar' }, PatientBirthDate: '20160101' }),
      DISGUISE,
    );
    expect(textOf(after, TAG.PatientIdentityRemoved)).toBe('YES');
    expect(textOf(after, TAG.LongitudinalTemporalInformationModified)).toBe('REMOVED');
    expect(
      itemsOf(after, TAG.DeidentificationMethodCodeSequence).map((one) => textOf(one, TAG.CodeValue)),
    ).toEqual(['113100', '113104']);
    expect(after[TAG.PatientName]?.Value).toEqual([{ Alphabetic: 'P1' }]);
    expect(textOf(after, TAG.PatientID)).toBe('P1');
    expect(after[TAG.PatientBirthDate]).toEqual({ vr: 'DA' });
  });

  it.each([
    ['Modality', 'DX'],
    ['ViewPosition', 'PA'],
    ['BodyPartExamined', 'WRIST'],
    ['PhotometricInterpretation', 'MONOCHROME1'],
    ['WindowCenter', 2048.5],
    ['ImagerPixelSpacing', 0.14],
    ['SOPClassUID', SOP_CLASS.digitalXRayForPresentation],
    ['LossyImageCompressionMethod', 'ISO_10918_1'],
  ] as const)('keeps %s %s, which tells how to show the image', (keyword: Keyword, value) => {
    const after = deidentified(dataSetOf({ [keyword]: value }), DISGUISE);
    expect(after[TAG[keyword]]?.Value).toEqual([value]);
  });

  it('keeps values for as long as they are terms, and numbers only where all are', () => {
    const after = deidentified(
      dataSetOf({
        ImageType: ['DERIVED', 'PRIMARY', 'ZANZIBAR', 'PRIMARY'],
        PixelSpacing: ['0.1', 'ZANZIBAR'],
      }),
      DISGUISE,
    );
    expect(after[TAG.ImageType]?.Value).toEqual(['DERIVED', 'PRIMARY']);
    expect(after[TAG.PixelSpacing]).toBeUndefined();
  });

  it('has a rule for attributes that exist alone', () => {
    expect(Object.keys(KEPT).filter((keyword) => !(keyword in ATTRIBUTES))).toEqual([]);
  });
});

describe('content of a report', () => {
  it('keeps codes that everybody knows in our words, and takes out the others with their items', () => {
    const [kept, ...others] = contentOf(
      item('CODE', {
        concept: { ...DCM.finding, meaning: 'Zanzibar' },
        ConceptCodeSequence: codeItem({
          value: '91419009',
          scheme: 'SCT',
          meaning: 'Greenstick of Zanzibar',
        }),
      }),
      item('CODE', {
        concept: DCM.finding,
        ConceptCodeSequence: codeItem({ value: 'ZANZIBAR', scheme: '99LOCAL', meaning: 'Zanzibar' }),
      }),
      item('CODE', {
        concept: { value: 'ZANZIBAR', scheme: 'DCM', meaning: 'x' },
        ConceptCodeSequence: codeItem(SCT.present),
      }),
    );
    expect(others).toEqual([]);
    const meaningIn = (tag: string) => textOf(itemsOf(kept ?? {}, tag)[0] ?? {}, TAG.CodeMeaning);
    expect(meaningIn(TAG.ConceptNameCodeSequence)).toBe('Finding');
    expect(meaningIn(TAG.ConceptCodeSequence)).toBe('91419009');
  });

  it('says nothing of age or sex, and keeps of texts those that are known to say nothing', () => {
    const kept = contentOf(
      item('NUM', { concept: DCM.subjectAge }),
      item('CODE', { concept: OSTEON.sexGivenToModel, ConceptCodeSequence: codeItem(SCT.yes) }),
      item('TEXT', { concept: DCM.algorithmName, TextValue: 'Fracture locator' }),
      item('TEXT', { concept: DCM.comment, TextValue: 'Mr Zanzibar fell' }),
      item('PNAME', { concept: DCM.personObserverName, PersonName: { Alphabetic: 'Zanzibar' } }),
    );
    expect(kept.map((one) => [textOf(one, TAG.ValueType), textOf(one, TAG.TextValue)])).toEqual([
      ['TEXT', 'Fracture locator'],
      ['TEXT', 'Removed'],
      ['PNAME', undefined],
    ]);
  });

  it('points at nothing that is not exported, nor by position at other items', () => {
    const image = (uid: string) =>
      dataSetOf({
        RelationshipType: 'SELECTED FROM',
        ValueType: 'IMAGE',
        ReferencedSOPSequence: dataSetOf({
          ReferencedSOPClassUID: SOP_CLASS.computedRadiography,
          ReferencedSOPInstanceUID: uid,
        }),
      });
    const box = (uid: string) =>
      item('SCOORD', {
        concept: DCM.imageRegion,
        GraphicType: 'POLYLINE',
        GraphicData: [1, 2, 3, 4],
        ContentSequence: image(uid),
      });
    const content = dataSetOf({
      ContentSequence: [
        box('1.2.1'),
        box('1.2.2'),
        { ...box('1.2.1'), ...dataSetOf({ ReferencedContentItemIdentifier: [1, 1] }) },
      ],
      CurrentRequestedProcedureEvidenceSequence: ['1.2.1', '1.2.2'].map((uid) =>
        dataSetOf({
          StudyInstanceUID: '1.2',
          ReferencedSeriesSequence: dataSetOf({
            SeriesInstanceUID: '1.2.0',
            ReferencedSOPSequence: dataSetOf({ ReferencedSOPInstanceUID: uid }),
          }),
        }),
      ),
    });
    const after = deidentified(content, {
      ...DISGUISE,
      isExported: (uid) => uid === '1.2.1',
      uidOf: (uid) => `9.${uid}`,
    });
    expect(itemsOf(after, TAG.ContentSequence)).toHaveLength(1);
    expect(itemsOf(after, TAG.CurrentRequestedProcedureEvidenceSequence)).toHaveLength(1);
    expect(JSON.stringify(after)).toContain('"9.1.2.1"');
    expect(JSON.stringify(after)).not.toContain('1.2.2');
  });
});

describe('pixels', () => {
  const image = (changes: Parameters<typeof dataSetOf>[0]) =>
    dataSetOf({ SOPClassUID: SOP_CLASS.digitalXRayForPresentation, Modality: 'DX', ...changes });

  it.each([
    ['an image of a detector', image({}), undefined],
    ['one that says that something is burned in', image({ BurnedInAnnotation: 'YES' }), 'burned-in'],
    ['a face', image({ RecognizableVisualFeatures: 'YES' }), 'recognizable'],
    [
      'a Secondary Capture that says nothing',
      image({ SOPClassUID: SOP_CLASS.secondaryCapture }),
      'burned-in-unknown',
    ],
    [
      'a multi-frame Secondary Capture that says nothing',
      image({ SOPClassUID: `${SOP_CLASS.secondaryCapture}.3` }),
      'burned-in-unknown',
    ],
    [
      'a Secondary Capture that says that nothing is',
      image({ SOPClassUID: SOP_CLASS.secondaryCapture, BurnedInAnnotation: 'NO' }),
      undefined,
    ],
    [
      'an ultrasound image',
      image({ SOPClassUID: '1.2.840.10008.5.1.4.1.1.6.1', Modality: 'US' }),
      'burned-in-unknown',
    ],
    ['ultrasound in the dress of a radiograph', image({ Modality: 'US' }), 'burned-in-unknown'],
    ['a scanned film', image({ ConversionType: 'DF' }), 'burned-in-unknown'],
    ['a processed picture', image({ ImageType: ['DERIVED', 'SECONDARY'] }), 'burned-in-unknown'],
    ['a segmentation', image({ SOPClassUID: SOP_CLASS.segmentation, Modality: 'SEG' }), 'not-a-radiograph'],
  ] as const)('of %s: %#', (_what, dataSet, refusal) => {
    expect(pixelRefusalOf(dataSet)).toBe(refusal);
  });
});
