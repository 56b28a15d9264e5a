/**
 * The studies that a first start shows: small, varied, all phantoms.
 */
import type { PhantomIdentity } from './identity.ts';
import { uidOf } from './identity.ts';
import { phantomInstance, type PhantomInstance } from './instance.ts';
import { USUAL_PARAMETERS, type PhantomParameters } from './parameters.ts';

/** One study of the demonstration. */
export interface DemoStudy {
  readonly studyInstanceUid: string;
  /** What there is to see, in a few words. */
  readonly title: string;
  readonly instances: readonly PhantomInstance[];
}

interface DemoPlan {
  readonly key: string;
  readonly title: string;
  readonly modality: 'DX' | 'CR';
  readonly ordinal: string;
  readonly birthDate: string;
  readonly description: string;
  readonly images: readonly Partial<PhantomParameters>[];
}

const STUDY_DATE = '20260112';

const RADIUS = [{ site: { bone: 'radius' }, pattern: 'transverse' }] as const;
const BOXER = [{ site: { bone: 'metacarpal', ray: 5 }, pattern: 'neck' }] as const;
const PHALANX = [{ site: { bone: 'proximal', ray: 4 }, pattern: 'oblique' }] as const;

const PLANS: readonly DemoPlan[] = [
  {
    key: 'distal-radius',
    title: 'Adult wrist, fracture of the distal radius, two views',
    modality: 'DX',
    ordinal: 'One',
    birthDate: '19670903',
    description: 'Wrist, left, 2 views',
    images: [
      { seed: 4, ageYears: 58, sex: 'F', region: 'wrist', fractures: RADIUS },
      { seed: 4, ageYears: 58, sex: 'F', region: 'wrist', view: 'oblique', fractures: RADIUS },
    ],
  },
  {
    key: 'boxer',
    title: 'Adult hand, fracture of the neck of the fifth metacarpal (CR, MONOCHROME1)',
    modality: 'CR',
    ordinal: 'Two',
    birthDate: '20010517',
    description: 'Hand, right, oblique',
    images: [{ seed: 22, ageYears: 24, side: 'R', view: 'oblique', photometricInterpretation: 'MONOCHROME1', fractures: BOXER }], // prettier-ignore
  },
  {
    key: 'sound',
    title: 'Adult hand, sound',
    modality: 'DX',
    ordinal: 'Three',
    birthDate: '19920628',
    description: 'Hand, left, PA',
    images: [{ seed: 33, ageYears: 33, sex: 'F', bitsStored: 10 }],
  },
  {
    key: 'bone-age',
    title: 'Hand of a 10-year-old girl, bone age asked for',
    modality: 'DX',
    ordinal: 'Four',
    birthDate: '20151104',
    description: 'Bone age, left hand',
    images: [{ seed: 44, ageYears: 10, sex: 'F', columns: 1300, rows: 1650 }],
  },
  {
    key: 'child-wrist',
    title: 'Wrist of a 7-year-old boy, sound',
    modality: 'DX',
    ordinal: 'Five',
    birthDate: '20180809',
    description: 'Wrist, right, PA',
    images: [{ seed: 55, ageYears: 7, side: 'R', region: 'wrist', columns: 1000, rows: 1270, bitsStored: 8 }],
  },
  {
    key: 'phalanx',
    title: 'Adult hand, oblique fracture of the proximal phalanx of the ring finger',
    modality: 'CR',
    ordinal: 'Six',
    birthDate: '19840222',
    description: 'Hand, right, PA',
    images: [
      { seed: 66, ageYears: 41, side: 'R', bitsStored: 16, fractures: PHALANX, collimation: 'shutter' },
    ],
  },
];

/** The demonstration, one study at a time; each is rendered when it is asked for (about a second an image). */
export function* demoStudies(): Generator<DemoStudy, void, undefined> {
  for (const [index, plan] of PLANS.entries()) {
    const studyKey = `demo/${plan.key}`;
    const instances = plan.images.map((image, view) =>
      phantomInstance({ ...USUAL_PARAMETERS, ...image }, identityOf(plan, studyKey, index + 1, view + 1)),
    );
    yield { studyInstanceUid: uidOf(`phantom/${studyKey}`), title: plan.title, instances };
  }
}

function identityOf(plan: DemoPlan, studyKey: string, patient: number, instance: number): PhantomIdentity {
  const region = plan.description.startsWith('Wrist') ? 'Wrist' : 'Hand';
  return {
    studyKey,
    seriesNumber: 1,
    instanceNumber: instance,
    modality: plan.modality,
    patientName: `Phantom^${region} ${plan.ordinal}`,
    patientId: `PHANTOM-${patient}`,
    patientBirthDate: plan.birthDate,
    patientAge: `${String(ageInYears(plan.birthDate)).padStart(3, '0')}Y`,
    studyDate: STUDY_DATE,
    studyTime: `09${String(patient * 7).padStart(2, '0')}00`,
    accessionNumber: `PH${String(patient).padStart(4, '0')}`,
    studyDescription: plan.description,
  };
}

function ageInYears(birthDate: string): number {
  return Math.floor((Number(STUDY_DATE) - Number(birthDate)) / 10_000);
}
