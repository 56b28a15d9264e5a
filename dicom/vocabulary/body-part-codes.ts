/**
 * Body parts that a header may name, as Body Part Examined (0018,0015) spells them, with their codes and the regions of
 * the region model that they lie in. PS3.16 Annex L Table L-1 and CID 4031; SRT is the form that older devices write.
 */
import type { Code } from './codes.ts';
import type { BodyRegion } from './finding.ts';

/** One body part. */
export interface BodyPart {
  /** Defined Term of Body Part Examined. */
  readonly term: string;
  readonly code: Code;
  /** Value of the same concept in the retired scheme SRT (SNOMED-RT). */
  readonly srtValue: string;
  /** Regions that hold it, in the sense of the region model: "hand" is the whole upper limb. None: it is no limb. */
  readonly regions: readonly BodyRegion[];
}

type Row = readonly [
  term: string,
  value: string,
  meaning: string,
  srtValue: string,
  ...regions: readonly BodyRegion[],
];

// prettier-ignore
const ROWS: readonly Row[] = [
  ['ABDOMEN', '113345001', 'Abdomen', 'T-D4000'],
  ['ACJOINT', '85856004', 'Acromioclavicular Joint', 'T-15420', 'shoulder', 'hand'],
  ['ANKLE', '70258002', 'Ankle joint', 'T-15750', 'leg'],
  ['ARM', '40983000', 'Upper arm', 'T-D8200', 'hand', 'shoulder'],
  ['BREAST', '76752008', 'Breast', 'T-04000'],
  ['CALCANEUS', '80144004', 'Calcaneus', 'T-12770', 'leg'],
  ['CHEST', '816094009', 'Chest', 'T-D3000'],
  ['CLAVICLE', '51299004', 'Clavicle', 'T-12310', 'shoulder', 'hand'],
  ['COCCYX', '64688005', 'Coccyx', 'T-11BF0', 'hip'],
  ['CSPINE', '122494005', 'Cervical spine', 'T-11501'],
  ['ELBOW', '16953009', 'Elbow joint', 'T-15430', 'hand'],
  ['FEMUR', '71341001', 'Femur', 'T-12710', 'leg', 'hip'],
  ['FIBULA', '87342007', 'Fibula', 'T-12750', 'leg'],
  ['FINGER', '7569003', 'Finger', 'T-D8800', 'hand'],
  ['FOOT', '56459004', 'Foot', 'T-D9700', 'leg'],
  ['FOREARM', '14975008', 'Forearm', 'T-D8500', 'hand'],
  ['HAND', '85562004', 'Hand', 'T-D8700', 'hand'],
  ['HEAD', '69536005', 'Head', 'T-D1100'],
  ['HIP', '29836001', 'Hip', 'T-D2500', 'hip', 'leg'],
  ['HUMERUS', '85050009', 'Humerus', 'T-12410', 'hand', 'shoulder'],
  ['JAW', '661005', 'Jaw region', 'T-D1213'],
  ['KNEE', '72696002', 'Knee', 'T-D9200', 'leg'],
  ['LEG', '30021000', 'Lower leg', 'T-D9400', 'leg'],
  ['LSPINE', '122496007', 'Lumbar spine', 'T-11503'],
  ['NECK', '45048000', 'Neck', 'T-D1600'],
  ['PATELLA', '64234005', 'Patella', 'T-12730', 'leg'],
  ['PELVIS', '816092008', 'Pelvis', 'T-D6000', 'hip'],
  ['RIB', '113197003', 'Rib', 'T-11300'],
  ['SACRUM', '54735007', 'Sacrum', 'T-11AD0', 'hip'],
  ['SCAPULA', '79601000', 'Scapula', 'T-12280', 'shoulder', 'hand'],
  ['SHOULDER', '16982005', 'Shoulder', 'T-D2220', 'shoulder', 'hand'],
  ['SKULL', '89546000', 'Skull', 'T-11100'],
  ['SPINE', '421060004', 'Spine', 'T-D04FF'],
  ['STERNUM', '56873002', 'Sternum', 'T-11210'],
  ['THIGH', '68367000', 'Thigh', 'T-D9100', 'leg', 'hip'],
  ['THUMB', '76505004', 'Thumb', 'T-D8810', 'hand'],
  ['TOE', '29707007', 'Toe', 'T-D9800', 'leg'],
  ['TSPINE', '122495006', 'Thoracic spine', 'T-11502'],
  ['WRIST', '74670003', 'Wrist joint', 'T-15460', 'hand'],
];

export const BODY_PARTS: readonly BodyPart[] = ROWS.map(([term, value, meaning, srtValue, ...regions]) => ({
  term,
  code: { value, scheme: 'SCT', meaning },
  srtValue,
  regions,
}));
