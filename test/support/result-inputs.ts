/** Inputs of result sets for tests: a wrist with two fractures, and the parts to vary it. */
import type { ResultSetInput } from '../../dicom/results/index.ts';
import { LN, OSTEON, SCT } from '../../dicom/vocabulary/codes.ts';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, type Keyword, type ElementInput } from '../../dicom/vocabulary/dictionary.ts';
import type { Finding, ImageOutcome, ModelIdentity, SourceImage } from '../../dicom/vocabulary/finding.ts';
import { imagePoint, type Polygon } from '../../dicom/vocabulary/geometry.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';

export const FRACTURE_MODEL: ModelIdentity = {
  id: 'fracture-locator',
  name: 'Fracture locator',
  version: '0.1.0',
  manufacturer: 'Osteon',
  weightsSha256: 'ab'.repeat(32),
  isResearchOnly: false,
  parameters: ['suspicious=0.2', 'definite=0.6'],
};

export const BONE_AGE_MODEL: ModelIdentity = {
  ...FRACTURE_MODEL,
  id: 'bone-age',
  name: 'Bone age',
  weightsSha256: 'cd'.repeat(32),
  isResearchOnly: true,
  parameters: [],
};

export const SOURCE: SourceImage = {
  studyInstanceUid: '1.2.826.0.1.3680043.8.498.1',
  seriesInstanceUid: '1.2.826.0.1.3680043.8.498.1.1',
  sopClassUid: SOP_CLASS.digitalXRayForPresentation,
  sopInstanceUid: '1.2.826.0.1.3680043.8.498.1.1.1',
  frameNumber: 1,
  rows: 600,
  columns: 400,
};

/** Header of the wrist, `changes` on top. */
export function metadataOf(changes: { readonly [K in Keyword]?: ElementInput } = {}): DataSet {
  return dataSetOf({
    SOPClassUID: SOURCE.sopClassUid,
    SOPInstanceUID: SOURCE.sopInstanceUid,
    StudyInstanceUID: SOURCE.studyInstanceUid,
    SeriesInstanceUID: SOURCE.seriesInstanceUid,
    StudyDate: '20260102',
    StudyTime: '101112',
    AccessionNumber: 'A1',
    Modality: 'DX',
    PatientName: { Alphabetic: 'Hong^Gildong', Ideographic: '洪^吉洞', Phonetic: '홍^길동' },
    PatientID: 'P1',
    PatientBirthDate: '20160101',
    PatientSex: 'M',
    PatientAge: '010Y',
    StudyID: 'S1',
    ReferringPhysicianName: [],
    BodyPartExamined: 'WRIST',
    ImageLaterality: 'L',
    Rows: SOURCE.rows,
    Columns: SOURCE.columns,
    PhotometricInterpretation: 'MONOCHROME2',
    ImagerPixelSpacing: [0.14, 0.14],
    WindowCenter: 2048,
    WindowWidth: 4096,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'US',
    SyntheticData: 'YES',
    ...changes,
  });
}

/** A definite fracture with an outline, and a suspicious one at the very corner of the image. */
export const FINDINGS: readonly Finding[] = [
  {
    kind: 'fracture-presence',
    trackingId: 'fracture-presence-1',
    concept: SCT.fractureOfBone,
    source: SOURCE,
    model: FRACTURE_MODEL,
    verdict: 'present',
    certainty: 'definite',
    probability: 0.913,
  },
  {
    kind: 'fracture',
    trackingId: 'fracture-1',
    concept: SCT.fractureOfBone,
    source: SOURCE,
    model: FRACTURE_MODEL,
    certainty: 'definite',
    probability: 0.87,
    box: { left: 100.25, top: 200.5, right: 150.75, bottom: 260 },
    polygon: [imagePoint(100.25, 210), imagePoint(130, 200.5), imagePoint(150.75, 240), imagePoint(120, 260)],
    site: SCT.upperLimb,
    laterality: 'L',
  },
  {
    kind: 'fracture',
    trackingId: 'fracture-2',
    concept: SCT.fractureOfBone,
    source: SOURCE,
    model: FRACTURE_MODEL,
    certainty: 'suspicious',
    probability: 0.3,
    box: { left: 0, top: 0, right: 40, bottom: 50 },
  },
  {
    kind: 'body-region',
    trackingId: 'body-region-1',
    concept: OSTEON.limbRadiograph,
    source: SOURCE,
    model: FRACTURE_MODEL,
    region: 'hand',
    probability: 0.998,
  },
  {
    kind: 'bone-age',
    trackingId: 'bone-age-1',
    concept: LN.xrBoneAge,
    source: SOURCE,
    model: BONE_AGE_MODEL,
    months: 126.4,
    uncertaintyMonths: 18,
    chronologicalMonths: 120,
    score: {
      standardDeviations: 0.65,
      standardDeviationMonths: 9.79,
      population: 'Boys',
      reference: 'Greulich and Pyle, 1959',
    },
    isSexKnown: true,
    method: OSTEON.handRegionsRegression,
    handRegions: [
      { region: 'carpus', outline: ringOf([150, 350], [250, 360], [240, 460], [140, 450]) },
      { region: 'thumb', outline: ringOf([-40, 300], [60, 300], [60, 400], [-40, 400]) },
    ],
  },
];

/** The findings as a report gives them back: the header's wrist as their site, the thumb cut at the border of the image. */
export const FINDINGS_READ: readonly Finding[] = FINDINGS.map((finding) => {
  if (finding.kind === 'fracture') return { ...finding, site: SCT.wristJoint };
  if (finding.kind !== 'bone-age') return finding;
  const handRegions = (finding.handRegions ?? []).map((one) =>
    one.region === 'thumb' ? { ...one, outline: ringOf([0, 300], [60, 300], [60, 400], [0, 400]) } : one,
  );
  return { ...finding, handRegions };
});

function ringOf(...points: readonly (readonly [number, number])[]): Polygon {
  return points.map(([x, y]) => imagePoint(x, y));
}

export const ANALYSED: ImageOutcome = {
  status: 'analysed',
  source: SOURCE,
  findings: FINDINGS,
  runs: [
    { model: FRACTURE_MODEL, status: 'succeeded' },
    { model: BONE_AGE_MODEL, status: 'succeeded' },
  ],
};

/** A whole input; `outcome` and `metadata` of its one image may be exchanged. */
export function resultInput(
  outcome: ImageOutcome = ANALYSED,
  metadata: DataSet = metadataOf(),
): ResultSetInput {
  return {
    studyAttributes: metadata,
    images: [{ outcome, metadata }],
    performedAt: '20260102101530',
    softwareVersion: '0.1.0',
    observer: { uid: '2.25.1234567890', name: 'Osteon at the test bench' },
  };
}

/** A study with an image of every outcome, and in them every item that a report may hold. */
export function everyOutcome(metadata: DataSet = metadataOf()): ResultSetInput {
  const at = (index: number): SourceImage => ({
    ...SOURCE,
    sopInstanceUid: `${SOURCE.sopInstanceUid}${index}`,
  });
  const own = (outcome: ImageOutcome) => ({ outcome, metadata });
  const noFracture: Finding = {
    ...{ kind: 'fracture-presence', trackingId: 'fracture-presence', concept: OSTEON.fracturePresence },
    ...{ source: at(2), model: FRACTURE_MODEL, verdict: 'absent', probability: 0.021 },
  };
  const unscored: Finding = {
    ...{
      kind: 'bone-age',
      trackingId: 'bone-age',
      concept: LN.xrBoneAge,
      source: at(2),
      model: BONE_AGE_MODEL,
    },
    ...{
      months: 90,
      score: { missing: 'sex-unknown' },
      isSexKnown: false,
      method: OSTEON.wholeHandRegression,
    },
  };
  const elsewhere: Finding = {
    ...{ kind: 'body-region', trackingId: 'region-leg', concept: SCT.lowerLimb, source: at(2) },
    ...{ model: FRACTURE_MODEL, region: 'leg', probability: 0.7 },
  };
  const outcomes: readonly ImageOutcome[] = [
    ANALYSED,
    {
      status: 'analysed',
      source: at(2),
      findings: [noFracture, unscored, elsewhere],
      runs: [
        { model: FRACTURE_MODEL, status: 'failed', reason: 'out of memory' },
        { model: BONE_AGE_MODEL, status: 'skipped', reason: 'not requested' },
      ],
    },
    {
      status: 'rejected', source: at(3), reason: 'not-a-limb', detail: 'probability 3.0 %', findings: [],
      runs: [{ model: FRACTURE_MODEL, status: 'succeeded' }],
    },
    { status: 'failed', source: { ...at(4), rows: 0, columns: 0 }, detail: 'no memory', findings: [], runs: [] },
  ]; // prettier-ignore
  return { ...resultInput(ANALYSED, metadata), images: outcomes.map(own) };
}
