/**
 * Coded concepts, each with the place where the code stands. Codes are compared by value and scheme; meanings are
 * written exactly as listed because some readers (OHIF) look for the meaning.
 *
 * Sources: PS3.16 (DCM), SNOMED CT as used in DICOM (SCT), LOINC (LN), UCUM.
 */

/** A coded concept. PS3.3 8.8. */
export interface Code {
  readonly value: string;
  readonly scheme: string;
  readonly meaning: string;
}

function code(value: string, scheme: string, meaning: string): Code {
  return { value, scheme, meaning };
}

/** True when both name the same concept: same value, same scheme; the meaning does not count. PS3.3 8.1. */
export function isSameCode(one: Code, other: Code): boolean {
  return one.value === other.value && one.scheme === other.scheme;
}

/** The word of a table whose code is the given one; `undefined` when none is. */
export function wordOf<Word extends string>(
  table: Readonly<Record<Word, Code>>,
  found: Code | undefined,
): Word | undefined {
  if (!found) return undefined;
  const entries = Object.entries(table) as [Word, Code][];
  return entries.find(([, candidate]) => isSameCode(candidate, found))?.[0];
}

/** Concept names and values of PS3.16 Annex D and its context groups. */
export const DCM = {
  imagingMeasurementReport: code('126000', 'DCM', 'Imaging Measurement Report'),
  imagingMeasurements: code('126010', 'DCM', 'Imaging Measurements'),
  measurementGroup: code('125007', 'DCM', 'Measurement Group'),
  imageLibrary: code('111028', 'DCM', 'Image Library'),
  imageLibraryGroup: code('126200', 'DCM', 'Image Library Group'),
  languageOfContentItemAndDescendants: code('121049', 'DCM', 'Language of Content Item and Descendants'),
  observerType: code('121005', 'DCM', 'Observer Type'),
  device: code('121007', 'DCM', 'Device'),
  deviceObserverUid: code('121012', 'DCM', 'Device Observer UID'),
  deviceObserverName: code('121013', 'DCM', 'Device Observer Name'),
  deviceObserverManufacturer: code('121014', 'DCM', 'Device Observer Manufacturer'),
  deviceObserverModelName: code('121015', 'DCM', 'Device Observer Model Name'),
  person: code('121006', 'DCM', 'Person'),
  personObserverName: code('121008', 'DCM', 'Person Observer Name'),
  personObserverLoginName: code('128774', 'DCM', "Person Observer's Login Name"),
  procedureReported: code('121058', 'DCM', 'Procedure reported'),
  subjectAge: code('121033', 'DCM', 'Subject Age'),
  trackingIdentifier: code('112039', 'DCM', 'Tracking Identifier'),
  trackingUniqueIdentifier: code('112040', 'DCM', 'Tracking Unique Identifier'),
  finding: code('121071', 'DCM', 'Finding'),
  comment: code('121106', 'DCM', 'Comment'),
  imageRegion: code('111030', 'DCM', 'Image Region'),
  outline: code('111041', 'DCM', 'Outline'),
  geometricPurposeOfRegion: code('130400', 'DCM', 'Geometric purpose of region'),
  certaintyOfFinding: code('111012', 'DCM', 'Certainty of Finding'),
  probability: code('122157', 'DCM', 'Probability'),
  algorithmName: code('111001', 'DCM', 'Algorithm Name'),
  algorithmParameters: code('111002', 'DCM', 'Algorithm Parameters'),
  algorithmVersion: code('111003', 'DCM', 'Algorithm Version'),
  algorithmFamily: code('111000', 'DCM', 'Algorithm Family'),
  algorithmManufacturer: code('122405', 'DCM', 'Algorithm Manufacturer'),
  artificialIntelligence: code('123110', 'DCM', 'Artificial Intelligence'),
  cadProcessingAndFindingsSummary: code('111017', 'DCM', 'CAD Processing and Findings Summary'),
  allAlgorithmsSucceededWithoutFindings: code('111241', 'DCM', 'All algorithms succeeded; without findings'),
  allAlgorithmsSucceededWithFindings: code('111242', 'DCM', 'All algorithms succeeded; with findings'),
  notAllAlgorithmsSucceededWithoutFindings: code(
    '111243',
    'DCM',
    'Not all algorithms succeeded; without findings',
  ),
  notAllAlgorithmsSucceededWithFindings: code('111244', 'DCM', 'Not all algorithms succeeded; with findings'),
  noAlgorithmsSucceededWithoutFindings: code('111245', 'DCM', 'No algorithms succeeded; without findings'),
  processingEquipment: code('109102', 'DCM', 'Processing Equipment'),
  modality: code('121139', 'DCM', 'Modality'),
  targetRegion: code('123014', 'DCM', 'Target Region'),
  imageLaterality: code('111027', 'DCM', 'Image Laterality'),
  pixelDataRows: code('110910', 'DCM', 'Pixel Data Rows'),
  pixelDataColumns: code('110911', 'DCM', 'Pixel Data Columns'),
  populationDescription: code('121405', 'DCM', 'Population description'),
  referenceAuthority: code('121406', 'DCM', 'Reference Authority'),
  standardDeviationOfPopulation: code('121414', 'DCM', 'Standard deviation of population'),
  zScoreOfMeasurement: code('121416', 'DCM', 'Z-Score of measurement'),
  sourceImage: code('121324', 'DCM', 'Source image'),
  sourceOfMeasurement: code('121112', 'DCM', 'Source of Measurement'),
  segmentation: code('113076', 'DCM', 'Segmentation'),
  sourceImageForProcessing: code('121322', 'DCM', 'Source image for image processing operation'),
  ofInterest: code('113000', 'DCM', 'Of Interest'),
  keyObjectDescription: code('113012', 'DCM', 'Key Object Description'),
} as const;

/** SNOMED CT concepts. */
export const SCT = {
  fractureOfBone: code('125605004', 'SCT', 'Fracture of bone'),
  present: code('52101004', 'SCT', 'Present'),
  absent: code('272519000', 'SCT', 'Absent'),
  undetermined: code('373068000', 'SCT', 'Undetermined'),
  findingCategory: code('276214006', 'SCT', 'Finding category'),
  findingSite: code('363698007', 'SCT', 'Finding Site'),
  laterality: code('272741003', 'SCT', 'Laterality'),
  measurementMethod: code('370129005', 'SCT', 'Measurement Method'),
  boundedBy: code('75958009', 'SCT', 'Bounded by'),
  rangeOfMeasurementUncertainty: code('371884006', 'SCT', '+/-, range of measurement uncertainty'),
  right: code('24028007', 'SCT', 'Right'),
  left: code('7771000', 'SCT', 'Left'),
  bilateral: code('51440002', 'SCT', 'Bilateral'),
  unilateral: code('66459002', 'SCT', 'Unilateral'),
  bone: code('272673000', 'SCT', 'Bone'),
  yes: code('373066001', 'SCT', 'Yes'),
  no: code('373067005', 'SCT', 'No'),
  upperLimb: code('53120007', 'SCT', 'Upper limb'),
  lowerLimb: code('61685007', 'SCT', 'Lower limb'),
  hipJoint: code('24136001', 'SCT', 'Hip joint'),
  shoulder: code('16982005', 'SCT', 'Shoulder'),
  morphologicallyAbnormalStructure: code('49755003', 'SCT', 'Morphologically Abnormal Structure'),
  fracture: code('72704001', 'SCT', 'Fracture'),
  hand: code('85562004', 'SCT', 'Hand'),
  wristJoint: code('74670003', 'SCT', 'Wrist joint'),
  posteroAnterior: code('272479007', 'SCT', 'postero-anterior'),
  posteroAnteriorOblique: code('399059000', 'SCT', 'postero-anterior oblique'),
} as const;

/** LOINC codes. */
export const LN = {
  xrUnspecifiedBodyRegion: code('43468-8', 'LN', 'XR unspecified body region'),
  xrBoneAge: code('85151-9', 'LN', 'XR Bone age'),
} as const;

/** Units of measurement. PS3.16 CID 82. */
export const UCUM = {
  percent: code('%', 'UCUM', 'Percent'),
  month: code('mo', 'UCUM', 'month'),
  noUnits: code('1', 'UCUM', 'no units'),
  pixels: code('{pixels}', 'UCUM', 'pixels'),
} as const;

/** UMLS concepts that TID 1500 uses. */
export const UMLS = {
  qualitativeEvaluations: code('C0034375', 'UMLS', 'Qualitative Evaluations'),
} as const;

/** RFC 5646 language. */
export const ENGLISH: Code = code('en-US', 'RFC5646', 'English (United States)');

/** Our private scheme, for what no standard code names; listed in docs/conformance.md. */
export const PRIVATE_SCHEME = '99OSTEON';

export const OSTEON = {
  limbRadiograph: code('limb-radiograph', PRIVATE_SCHEME, 'Limb radiograph'),
  bodyRegion: code('body-region', PRIVATE_SCHEME, 'Body region shown'),
  headerSite: code('header-site', PRIVATE_SCHEME, 'Body part that the header names'),
  fracturePresence: code('fx-presence', PRIVATE_SCHEME, 'Fracture presence'),
  operatingPoint: code('operating-point', PRIVATE_SCHEME, 'Operating point reached'),
  definite: code('definite', PRIVATE_SCHEME, 'Definite'),
  suspicious: code('suspicious', PRIVATE_SCHEME, 'Suspicious'),
  analysisStatus: code('analysis-status', PRIVATE_SCHEME, 'Analysis status'),
  analysed: code('analysed', PRIVATE_SCHEME, 'Analysed'),
  rejected: code('rejected', PRIVATE_SCHEME, 'Rejected'),
  failed: code('failed', PRIVATE_SCHEME, 'Failed'),
  analysisReason: code('analysis-reason', PRIVATE_SCHEME, 'Reason'),
  analysisDetail: code('analysis-detail', PRIVATE_SCHEME, 'Detail'),
  modelRun: code('model-run', PRIVATE_SCHEME, 'Model run'),
  succeeded: code('succeeded', PRIVATE_SCHEME, 'Succeeded'),
  skipped: code('skipped', PRIVATE_SCHEME, 'Skipped'),
  sexGivenToModel: code('sex-given', PRIVATE_SCHEME, 'Sex given to the model'),
  ageDifference: code('age-difference', PRIVATE_SCHEME, 'Bone age minus chronological age'),
  noScoreReason: code('no-score-reason', PRIVATE_SCHEME, 'Reason for no Z-score'),
  resultObjects: code('result-objects', PRIVATE_SCHEME, 'Other objects of this result'),
  resultObject: code('result-object', PRIVATE_SCHEME, 'Object of this result'),
  reviewDecision: code('review-decision', PRIVATE_SCHEME, 'Decision of the reader'),
  accepted: code('accepted', PRIVATE_SCHEME, 'Accepted'),
  rejectedFinding: code('finding-rejected', PRIVATE_SCHEME, 'Rejected as wrong'),
  edited: code('edited', PRIVATE_SCHEME, 'Edited'),
  addedByReader: code('added-by-reader', PRIVATE_SCHEME, 'Added by the reader'),
  confirmedNegative: code('confirmed-neg', PRIVATE_SCHEME, 'Confirmed negative'),
  reviewReason: code('review-reason', PRIVATE_SCHEME, 'Reason of the reader'),
  boxBefore: code('box-before', PRIVATE_SCHEME, 'Box before the edit'),
  outlineBefore: code('outline-before', PRIVATE_SCHEME, 'Outline before the edit'),
  rejectedFindings: code('findings-reject', PRIVATE_SCHEME, 'Findings that the reader rejected'),
  licenceNotice: code('licence-notice', PRIVATE_SCHEME, 'Licence notice'),
  intendedUse: code('intended-use', PRIVATE_SCHEME, 'Intended use'),
  wholeHandRegression: code('whole-hand', PRIVATE_SCHEME, 'Whole-hand regression network'),
  handRegionsRegression: code('hand-regions', PRIVATE_SCHEME, 'Hand-regions regression network'),
  readerEstimate: code('reader-estimate', PRIVATE_SCHEME, 'Estimate of the reader'),
  carpusRead: code('carpus-read', PRIVATE_SCHEME, 'Carpus that the bone age was read from'),
  fourJointsRead: code(
    'four-joints-read',
    PRIVATE_SCHEME,
    'Metacarpophalangeal joints that the bone age was read from',
  ),
  middleFingerRead: code('middle-fing-read', PRIVATE_SCHEME, 'Middle finger that the bone age was read from'),
  thumbRead: code('thumb-read', PRIVATE_SCHEME, 'Thumb that the bone age was read from'),
} as const;
