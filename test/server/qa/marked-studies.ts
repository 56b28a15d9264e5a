/**
 * Studies that are full of markers, in every place that can hold a text: what a de-identified copy must be free of.
 */
import { dataSetOf } from '../../../dicom/vocabulary/dictionary.ts';
import { SOP_CLASS } from '../../../dicom/vocabulary/uids.ts';
import { writePart10 } from '../../../dicom/write/part10-writer.ts';
import { jpegFile, rampFile } from '../../support/result-files.ts';
import { metadataOf, SOURCE } from '../../support/result-inputs.ts';
import { filesOf, type CorpusStudy } from './audited-corpus.ts';

/** Whatever was put in, and the UIDs that everything had. */
export const MARKER = /zanzibar|nightingale|4711815|kim|min\b|hospital|1\.2\.7[0-9]|20260[0-9]{3}|20160101/i;
const MARKED = {
  PatientName: { Alphabetic: 'ZANZIBAR^NIGHTINGALE', Ideographic: 'ZANZIBAR' },
  PatientID: '4711815',
  PatientBirthDate: '20160101',
  AccessionNumber: 'ZANZIBAR-1',
  StudyDescription: 'Nightingale hand',
  SeriesDescription: 'Zanzibar',
  ReferringPhysicianName: { Alphabetic: 'NIGHTINGALE^FLORENCE' },
  InstitutionName: 'Zanzibar hospital',
  StationName: 'ZANZIBAR',
  Manufacturer: 'Zanzibar works',
  DeviceSerialNumber: 'ZANZIBAR1',
  StudyID: 'ZANZIBAR',
  ImageComments: 'Mr Nightingale fell',
  PatientComments: 'Zanzibar',
  ProtocolName: 'Zanzibar',
  OtherPatientNames: { Alphabetic: 'Zanzibar' },
  ViewPosition: 'ZANZIBAR',
} as const;

const signed = (studyInstanceUid: string, date: string): CorpusStudy => ({
  ...{ studyInstanceUid, date, hasFracture: true, attributes: MARKED },
  acts: (uidOf) => [
    {
      kind: 'reject',
      finding: uidOf('fracture-2'),
      reason: 'growth-plate',
      comment: 'Zanzibar has open plates',
    },
    { kind: 'redraw', finding: uidOf('fracture-1'), box: { left: 90, top: 190, right: 160, bottom: 270 } },
    { kind: 'agree' },
  ],
});
const STUDIES: readonly CorpusStudy[] = [
  signed('1.2.70', '20260105'),
  { studyInstanceUid: '1.2.71', date: '20260106', hasFracture: false, attributes: MARKED },
  {
    studyInstanceUid: '1.2.72',
    date: '20260107',
    hasFracture: false,
    attributes: { ...MARKED, BurnedInAnnotation: 'YES' },
  },
];

/** Another image of the first study. */
const imageOf = (number: number, changes: Parameters<typeof metadataOf>[0] = {}) => {
  const [studyInstanceUid, seriesInstanceUid, sopInstanceUid] = ['1.2.70', '1.2.70.9', `1.2.70.9.${number}`];
  const source = { ...SOURCE, studyInstanceUid, seriesInstanceUid, sopInstanceUid };
  const own = {
    StudyInstanceUID: studyInstanceUid,
    SeriesInstanceUID: seriesInstanceUid,
    StudyDate: '20260105',
  };
  return { source, metadata: metadataOf({ ...MARKED, ...own, ...changes }) };
};

/** All files, study by study. */
export async function markedFiles(): Promise<readonly (readonly Uint8Array[])[]> {
  const studies = STUDIES.map((study) => {
    const [image = new Uint8Array(), ...reports] = filesOf(study);
    // The preamble of a file is nobody's, and travels with it all the same.
    const hidden = Buffer.from(image);
    hidden.write('ZANZIBAR', 0, 'latin1');
    return [hidden, ...reports];
  });
  const compressed = imageOf(1);
  const jpeg = Buffer.from(await jpegFile(compressed.metadata, compressed.source));
  const capture = imageOf(2, { SOPClassUID: SOP_CLASS.secondaryCapture });
  const note = dataSetOf({
    SOPClassUID: SOP_CLASS.basicTextSr,
    SOPInstanceUID: '1.2.70.9.3',
    Modality: 'SR',
  });
  const others = [
    withJpegComment(jpeg, 'ZANZIBAR in a comment of the stream'),
    rampFile(capture.metadata, { ...capture.source, sopClassUid: SOP_CLASS.secondaryCapture }),
    writePart10({ ...imageOf(3).metadata, ...note }),
  ];
  return [...studies, others];
}

/** The comment marker segment FFFE right behind the start of the image; item and frame grow by it. ISO/IEC 10918-1 B.2.4.5. */
function withJpegComment(file: Buffer, comment: string): Buffer {
  const start = file.indexOf(Buffer.from([0xff, 0xd8, 0xff]));
  const text = Buffer.from(comment.length % 2 === 0 ? comment : `${comment} `);
  const head = Buffer.from([0xff, 0xfe, 0, text.length + 2]);
  const grown = Buffer.concat([file.subarray(0, start + 2), head, text, file.subarray(start + 2)]);
  grown.writeUInt32LE(grown.readUInt32LE(start - 4) + head.length + text.length, start - 4);
  return grown;
}
