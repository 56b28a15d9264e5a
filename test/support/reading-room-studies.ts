/**
 * Studies for tests of the reading room: flat images with one bright rectangle where the finding is, and reports
 * written by the same writer that the server uses.
 */
import { LN, OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, type ElementInput, type Keyword } from '../../dicom/vocabulary/dictionary.ts';
import type { Finding, ImageOutcome, ModelIdentity, SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { BoundingBox } from '../../dicom/vocabulary/geometry.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import { buildResultSet } from '../../dicom/results/index.ts';
import type { MockInstance, MockStudy } from './mock-pacs.ts';

export const COLUMNS = 300;
export const ROWS = 400;

/** Where the rectangle of {@link radiograph} lies, on pixel borders. */
export const BOX: BoundingBox = { left: 90, top: 150, right: 170, bottom: 250 };

/** Rows and Columns of the same picture in twelve megapixels, to be given to {@link radiograph}. */
export const TWELVE_MEGAPIXELS = { Rows: 10 * ROWS, Columns: 10 * COLUMNS } as const;

/** {@link BOX} in the picture of another size. */
export function boxIn({ Columns = COLUMNS }: { readonly Columns?: unknown }): BoundingBox {
  const scale = Number(Columns) / COLUMNS;
  const { left, top, right, bottom } = BOX;
  return { left: left * scale, top: top * scale, right: right * scale, bottom: bottom * scale };
}

type Attributes = { readonly [K in Keyword]?: ElementInput };

/**
 * A 12-bit image; `isMonochrome1` stores the same picture the other way round. Rows and Columns may be whole multiples of
 * those above: the picture grows with them.
 */
export function radiograph(
  studyUid: string,
  number: number,
  attributes: Attributes = {},
  isMonochrome1 = false,
): MockInstance {
  const metadata = dataSetOf({
    SOPClassUID: SOP_CLASS.digitalXRayForPresentation,
    SOPInstanceUID: `${studyUid}.1.${number}`,
    StudyDate: '20261120',
    StudyTime: '101500',
    AccessionNumber: `A${number}`,
    Modality: 'DX',
    StudyDescription: 'Wrist',
    PatientName: { Alphabetic: 'Lindqvist^Maja' },
    PatientID: 'OST-1',
    PatientBirthDate: '20180101',
    PatientSex: 'F',
    ViewPosition: 'PA',
    StudyInstanceUID: studyUid,
    SeriesInstanceUID: `${studyUid}.1`,
    StudyID: '1',
    SeriesNumber: 1,
    InstanceNumber: number,
    SamplesPerPixel: 1,
    PhotometricInterpretation: isMonochrome1 ? 'MONOCHROME1' : 'MONOCHROME2',
    Rows: ROWS,
    Columns: COLUMNS,
    BitsAllocated: 16,
    BitsStored: 12,
    HighBit: 11,
    PixelRepresentation: 0,
    WindowCenter: 2047.5,
    WindowWidth: 4095,
    ...attributes,
  });
  const [dense, air] = isMonochrome1 ? [0, 4095] : [4095, 0];
  const [rows, columns] = [Number(attributes.Rows ?? ROWS), Number(attributes.Columns ?? COLUMNS)];
  const box = boxIn(attributes);
  const samples = new Uint16Array(rows * columns).fill(air);
  for (let row = box.top; row < box.bottom; row += 1) {
    samples.fill(dense, row * columns + box.left, row * columns + box.right);
  }
  return { metadata, pixels: new Uint8Array(samples.buffer) };
}

export function model(name: string, isResearchOnly = false): ModelIdentity {
  const id = name.toLowerCase().replaceAll(' ', '-');
  const weightsSha256 = 'ab'.repeat(32);
  return {
    id,
    name,
    version: '0.1.0',
    manufacturer: 'Osteon',
    weightsSha256,
    isResearchOnly,
    parameters: [],
  };
}

export function sourceOf(
  studyUid: string,
  number: number,
  { Rows = ROWS, Columns = COLUMNS }: { readonly Rows?: unknown; readonly Columns?: unknown } = {},
): SourceImage {
  return {
    studyInstanceUid: studyUid,
    seriesInstanceUid: `${studyUid}.1`,
    sopClassUid: SOP_CLASS.digitalXRayForPresentation,
    sopInstanceUid: `${studyUid}.1.${number}`,
    frameNumber: 1,
    rows: Number(Rows),
    columns: Number(Columns),
  };
}

export function fractureAt(
  source: SourceImage,
  trackingId: string,
  changes: Partial<Pick<Finding<'fracture'>, 'box' | 'certainty' | 'probability' | 'polygon' | 'site'>> = {},
): Finding<'fracture'> {
  return {
    kind: 'fracture',
    trackingId,
    concept: SCT.fractureOfBone,
    source,
    model: model('Fracture boxes'),
    certainty: 'definite',
    probability: 0.92,
    box: BOX,
    ...changes,
  };
}

export function boneAgeOf(source: SourceImage): Finding<'bone-age'> {
  return {
    kind: 'bone-age',
    trackingId: 'bone-age-1',
    concept: LN.xrBoneAge,
    source,
    model: model('Bone age', true),
    months: 112,
    uncertaintyMonths: 19,
    chronologicalMonths: 98,
    isSexKnown: true,
    method: OSTEON.wholeHandRegression,
  };
}

export function regionOf(source: SourceImage): Finding<'body-region'> {
  const speaker = model('Body region');
  const concept = OSTEON.bodyRegion;
  return {
    kind: 'body-region',
    trackingId: 'region-1',
    concept,
    source,
    model: speaker,
    region: 'hand',
    probability: 0.98,
  };
}

/** The outcome of an image on which every model succeeded. */
export function analysed(source: SourceImage, findings: readonly Finding[]): ImageOutcome {
  const speakers = [...new Map(findings.map((finding) => [finding.model.id, finding.model])).values()];
  const runs = speakers.map((speaker) => ({ model: speaker, status: 'succeeded' }) as const);
  return { status: 'analysed', source, findings, runs };
}

/** The SR of a result set, as the server would hand it out. */
export function reportOf(images: readonly { outcome: ImageOutcome; metadata: DataSet }[]): MockInstance {
  const [report] = buildResultSet({
    studyAttributes: images[0]?.metadata ?? {},
    images,
    performedAt: '20261120103000',
    softwareVersion: '0.1.0',
    observer: { uid: '2.25.1', name: 'Osteon' },
  });
  if (!report) throw new Error('A result set begins with its report');
  return { metadata: report.dataSet };
}

/** A study whose analysis is done, with its report stored. */
export function doneStudy(
  uid: string,
  images: readonly MockInstance[],
  outcomes: readonly ImageOutcome[],
): MockStudy {
  const pairs = outcomes.flatMap((outcome, index) => {
    const metadata = images[index]?.metadata;
    return metadata ? [{ outcome, metadata }] : [];
  });
  const report = reportOf(pairs);
  return { uid, instances: [...images, report], analysis: doneAnalysis(uid, report) };
}

/** What `/api/analyses` says once the report is stored. */
export function doneAnalysis(uid: string, report: MockInstance) {
  const first = (tag: string) => report.metadata[tag]?.Value?.[0];
  return {
    studyInstanceUid: uid,
    state: 'done',
    images: [],
    report: { seriesInstanceUid: first('0020000E'), sopInstanceUid: first('00080018') },
  };
}
