/**
 * Reports as others write them, built by hand after what highdicom, dcmjs and Mammography CAD systems send: other templates,
 * other codes, items by reference, value types that we never write.
 */
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, type ElementInput, type Keyword } from '../../dicom/vocabulary/dictionary.ts';

const SOURCE = dataSetOf({
  ReferencedSOPClassUID: '1.2.840.10008.5.1.4.1.1.1.2',
  ReferencedSOPInstanceUID: '1.2.3.4',
});
const EVIDENCE = dataSetOf({
  StudyInstanceUID: '1.2.3.1',
  ReferencedSeriesSequence: [dataSetOf({ SeriesInstanceUID: '1.2.3.2', ReferencedSOPSequence: [SOURCE] })],
});

function coded(value: string, scheme: string, meaning: string): DataSet {
  return dataSetOf({ CodeValue: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning });
}

function item(
  relationship: string,
  valueType: string,
  name: DataSet | undefined,
  own: { readonly [K in Keyword]?: ElementInput } = {},
  children: readonly DataSet[] = [],
): DataSet {
  return dataSetOf({
    RelationshipType: relationship,
    ValueType: valueType,
    ...(name && { ConceptNameCodeSequence: [name] }),
    ...own,
    ...(children.length > 0 && { ContentSequence: children }),
  });
}

function measurement(value: string, units: DataSet): { readonly MeasuredValueSequence: readonly DataSet[] } {
  return {
    MeasuredValueSequence: [dataSetOf({ NumericValue: value, MeasurementUnitsCodeSequence: [units] })],
  };
}

function root(title: DataSet, template: string, children: readonly DataSet[]): DataSet {
  return dataSetOf({
    ValueType: 'CONTAINER',
    ConceptNameCodeSequence: [title],
    ContinuityOfContent: 'SEPARATE',
    ContentTemplateSequence: [dataSetOf({ MappingResource: 'DCMR', TemplateIdentifier: template })],
    CurrentRequestedProcedureEvidenceSequence: [EVIDENCE],
    VerificationFlag: 'UNVERIFIED',
    ContentSequence: children,
  });
}

const image = (relationship: string, name?: DataSet) =>
  item(relationship, 'IMAGE', name, { ReferencedSOPSequence: [SOURCE] });
const POLYLINE = {
  GraphicType: 'POLYLINE',
  GraphicData: [0, 0, 10.5, 0, 10.5, 20.25, 0, 20.25, 0, 0],
} as const;
const MM = coded('mm', 'UCUM', 'millimeter');
const FRACTURE = coded('72704001', 'SCT', 'Fracture');
const LANGUAGE = item(
  'HAS CONCEPT MOD',
  'CODE',
  coded('121049', 'DCM', 'Language of Content Item and Descendants'),
  {
    ConceptCodeSequence: [coded('de-AT', 'RFC5646', 'German (Austria)')],
  },
);
const TRACKING = [
  item('HAS OBS CONTEXT', 'TEXT', coded('112039', 'DCM', 'Tracking Identifier'), { TextValue: 'lesion 9' }),
  item('HAS OBS CONTEXT', 'UIDREF', coded('112040', 'DCM', 'Tracking Unique Identifier'), { UID: '1.2.3.9' }),
];

/** A person and a device observe; two procedures; the region beside a length with its method. */
export const highdicomLike = root(coded('126000', 'DCM', 'Imaging Measurement Report'), '1500', [
  LANGUAGE,
  item('HAS OBS CONTEXT', 'CODE', coded('121005', 'DCM', 'Observer Type'), {
    ConceptCodeSequence: [coded('121006', 'DCM', 'Person')],
  }),
  item('HAS OBS CONTEXT', 'PNAME', coded('121008', 'DCM', 'Person Observer Name'), {
    PersonName: { Alphabetic: 'Foo^Bar' },
  }),
  item('HAS OBS CONTEXT', 'CODE', coded('121005', 'DCM', 'Observer Type'), {
    ConceptCodeSequence: [coded('121007', 'DCM', 'Device')],
  }),
  item('HAS OBS CONTEXT', 'UIDREF', coded('121012', 'DCM', 'Device Observer UID'), { UID: '1.2.3.77' }),
  ...['24727-0', '43468-8'].map((value) =>
    item('HAS CONCEPT MOD', 'CODE', coded('121058', 'DCM', 'Procedure reported'), {
      ConceptCodeSequence: [coded(value, 'LN', `Procedure ${value}`)],
    }),
  ),
  item('CONTAINS', 'CONTAINER', coded('111028', 'DCM', 'Image Library'), {}, [
    item('CONTAINS', 'CONTAINER', coded('126200', 'DCM', 'Image Library Group'), {}, [
      item('CONTAINS', 'IMAGE', undefined, { ReferencedSOPSequence: [SOURCE] }, [
        item('HAS ACQ CONTEXT', 'CODE', coded('121139', 'DCM', 'Modality'), {
          ConceptCodeSequence: [coded('MG', 'DCM', 'Mammography')],
        }),
        item('HAS ACQ CONTEXT', 'NUM', coded('110910', 'DCM', 'Pixel Data Rows'), measurement('30', coded('pix', '99X', 'px'))),
      ]),
    ]),
  ]),
  item('CONTAINS', 'CONTAINER', coded('126010', 'DCM', 'Imaging Measurements'), {}, [
    item('CONTAINS', 'CONTAINER', coded('125007', 'DCM', 'Measurement Group'), { ContinuityOfContent: 'SEPARATE' }, [
      ...TRACKING,
      item('CONTAINS', 'CODE', coded('121071', 'DCM', 'Finding'), { ConceptCodeSequence: [FRACTURE] }),
      item('CONTAINS', 'SCOORD', coded('111030', 'DCM', 'Image Region'), POLYLINE, [image('SELECTED FROM')]),
      item('CONTAINS', 'NUM', coded('410668003', 'SCT', 'Length'), measurement('7.5', MM), [
        item('HAS CONCEPT MOD', 'CODE', coded('370129005', 'SCT', 'Measurement Method'), {
          ConceptCodeSequence: [coded('1', '99METHOD', 'Ruler')],
        }),
      ]),
    ]),
  ]),
]); // prettier-ignore

/** The region below the number, a free-text finding, and another finding code of a private scheme. */
export const dcmjsLike = root(coded('126000', 'DCM', 'Imaging Measurement Report'), '1500', [
  item('CONTAINS', 'CONTAINER', coded('126010', 'DCM', 'Imaging Measurements'), {}, [
    item('CONTAINS', 'CONTAINER', coded('125007', 'DCM', 'Measurement Group'), {}, [
      ...TRACKING,
      item('CONTAINS', 'CODE', coded('121071', 'DCM', 'Finding'), { ConceptCodeSequence: [FRACTURE] }),
      item('CONTAINS', 'CODE', coded('121071', 'DCM', 'Finding'), {
        ConceptCodeSequence: [coded('CORNERSTONEFREETEXT', 'CST4', 'free text')],
      }),
      item('CONTAINS', 'NUM', coded('G-D7FE', 'SRT', 'Length'), measurement('7.5', MM), [
        item('INFERRED FROM', 'SCOORD', undefined, POLYLINE, [image('SELECTED FROM')]),
      ]),
    ]),
  ]),
]);

/** TID 4000: nested containers, a circle and an outline, an item by reference, summaries as concept of the root. */
export const mammographyLike = root(coded('111036', 'DCM', 'Mammography CAD Report'), '4000', [
  LANGUAGE,
  item('CONTAINS', 'CONTAINER', coded('111028', 'DCM', 'Image Library'), {}, [
    item('CONTAINS', 'IMAGE', coded('111044', 'DCM', 'Mammogram'), { ReferencedSOPSequence: [SOURCE] }, [
      item('HAS ACQ CONTEXT', 'CODE', coded('111027', 'DCM', 'Image Laterality'), {
        ConceptCodeSequence: [coded('T-04020', 'SRT', 'Right breast')],
      }),
      item('HAS ACQ CONTEXT', 'DATE', coded('111060', 'DCM', 'Study Date'), { Date: '20260102' }),
      item('HAS ACQ CONTEXT', 'TIME', coded('111061', 'DCM', 'Study Time'), { Time: '101112' }),
    ]),
  ]),
  item('CONTAINS', 'CODE', coded('111017', 'DCM', 'CAD Processing and Findings Summary'), {
    ConceptCodeSequence: [coded('111242', 'DCM', 'All algorithms succeeded; with findings')],
  }, [
    item('INFERRED FROM', 'CONTAINER', coded('111034', 'DCM', 'Individual Impression/Recommendation'), {}, [
      item('HAS CONCEPT MOD', 'CODE', coded('111056', 'DCM', 'Rendering Intent'), {
        ConceptCodeSequence: [coded('111150', 'DCM', 'Presentation Required')],
      }),
      item('CONTAINS', 'CODE', coded('111059', 'DCM', 'Single Image Finding'), {
        ConceptCodeSequence: [coded('F-01796', 'SRT', 'Mammography breast density')],
      }, [
        item('HAS PROPERTIES', 'NUM', coded('111047', 'DCM', 'Probability of cancer'), measurement('81', coded('%', 'UCUM', 'Percent'))),
        item('HAS PROPERTIES', 'SCOORD', coded('111010', 'DCM', 'Center'), { GraphicType: 'POINT', GraphicData: [165, 2433] }, [
          image('SELECTED FROM'),
        ]),
        item('HAS PROPERTIES', 'SCOORD', coded('111041', 'DCM', 'Outline'), { GraphicType: 'CIRCLE', GraphicData: [1, 2, 3, 4] }, [
          image('SELECTED FROM'),
        ]),
        dataSetOf({ RelationshipType: 'SELECTED FROM', ReferencedContentItemIdentifier: [1, 2, 1] }),
      ]),
    ]),
  ]),
  item('CONTAINS', 'CODE', coded('111064', 'DCM', 'Summary of Detections'), {
    ConceptCodeSequence: [coded('111222', 'DCM', 'Succeeded')],
  }),
]); // prettier-ignore

/** A number without a value, and each value type there is. PS3.3 Table C.17.3-7. */
export const everyValueType = root(coded('18748-4', 'LN', 'Diagnostic imaging report'), '2000', [
  item('CONTAINS', 'TEXT', coded('121071', 'DCM', 'Finding'), { TextValue: 'Zeile 1\r\nZeile 2' }),
  item('CONTAINS', 'NUM', coded('1', '99X', 'Nothing measured'), { MeasuredValueSequence: [] }),
  item('CONTAINS', 'PNAME', coded('121008', 'DCM', 'Person Observer Name'), {
    PersonName: { Alphabetic: 'Hong^Gildong', Ideographic: '洪^吉洞' },
  }),
  item('CONTAINS', 'DATETIME', coded('2', '99X', 'When'), { DateTime: '20260102030405+0900' }),
  item('CONTAINS', 'COMPOSITE', coded('3', '99X', 'Another object'), { ReferencedSOPSequence: [SOURCE] }),
  item('CONTAINS', 'WAVEFORM', coded('4', '99X', 'A waveform'), { ReferencedSOPSequence: [SOURCE] }),
  item('CONTAINS', 'SCOORD3D', coded('5', '99X', 'In space'), {
    GraphicType: 'POINT',
    GraphicData: [1.5, 2.5, 3.5],
  }),
  item('CONTAINS', 'TCOORD', coded('6', '99X', 'In time'), { TemporalRangeType: 'POINT' }),
]);
