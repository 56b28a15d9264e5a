/**
 * Which service an abstract syntax stands for, and which transfer syntaxes objects may come in. PS3.4, PS3.6 Table A-1.
 *
 * Objects are stored as they come, so no storage class and no transfer syntax has to be understood to be taken.
 */
import { isUid, TRANSFER_SYNTAX } from '../../dicom/vocabulary/uids.ts';

/** Service classes that Osteon provides, by abstract syntax. */
export const SERVICE_SOP_CLASS = {
  verification: '1.2.840.10008.1.1',
  storageCommitment: '1.2.840.10008.1.20.1',
  procedureStep: '1.2.840.10008.3.1.2.3.3',
  patientRootFind: '1.2.840.10008.5.1.4.1.2.1.1',
  patientRootMove: '1.2.840.10008.5.1.4.1.2.1.2',
  patientRootGet: '1.2.840.10008.5.1.4.1.2.1.3',
  studyRootFind: '1.2.840.10008.5.1.4.1.2.2.1',
  studyRootMove: '1.2.840.10008.5.1.4.1.2.2.2',
  studyRootGet: '1.2.840.10008.5.1.4.1.2.2.3',
} as const;

/** The one instance of the Storage Commitment Push Model. PS3.4 J.3.5. */
export const STORAGE_COMMITMENT_INSTANCE = '1.2.840.10008.1.20.1.1';

/** What is done under an abstract syntax. */
export type Service =
  'verification' | 'storage-commitment' | 'procedure-step' | 'find' | 'move' | 'get' | 'storage';

const SERVICES: ReadonlyMap<string, Service> = new Map<string, Service>([
  [SERVICE_SOP_CLASS.verification, 'verification'],
  [SERVICE_SOP_CLASS.storageCommitment, 'storage-commitment'],
  [SERVICE_SOP_CLASS.procedureStep, 'procedure-step'],
  [SERVICE_SOP_CLASS.patientRootFind, 'find'],
  [SERVICE_SOP_CLASS.studyRootFind, 'find'],
  [SERVICE_SOP_CLASS.patientRootMove, 'move'],
  [SERVICE_SOP_CLASS.studyRootMove, 'move'],
  [SERVICE_SOP_CLASS.patientRootGet, 'get'],
  [SERVICE_SOP_CLASS.studyRootGet, 'get'],
]);

/** Every standard storage SOP class lies under this root, retired and future ones too. PS3.4 B.5. */
export const STORAGE_ROOT = '1.2.840.10008.5.1.4.1.1.';
/** What is standardised; UIDs elsewhere are private. */
const DICOM_ROOT = '1.2.840.10008.';

/** The service of an abstract syntax; `undefined` for what is not provided. Private SOP classes are taken for storage, as nothing else can be meant. */
export function serviceOf(abstractSyntax: string): Service | undefined {
  const known = SERVICES.get(abstractSyntax);
  if (known) return known;
  const isStorage = abstractSyntax.startsWith(STORAGE_ROOT) || !abstractSyntax.startsWith(DICOM_ROOT);
  return isStorage && isUid(abstractSyntax) ? 'storage' : undefined;
}

/** True for the classes of the patient root. */
export function isPatientRoot(abstractSyntax: string): boolean {
  return abstractSyntax.startsWith('1.2.840.10008.5.1.4.1.2.1.');
}

/** Transfer syntaxes of commands' data sets: identifiers and the like. */
export const IDENTIFIER_SYNTAXES: readonly string[] = [
  TRANSFER_SYNTAX.explicitVrLittleEndian,
  TRANSFER_SYNTAX.implicitVrLittleEndian,
];

const JPEG_AND_VIDEO = '1.2.840.10008.1.2.4.';

/** Transfer syntaxes in which objects are stored, retired ones included. PS3.6 Table A-1. */
export const STORED_SYNTAXES: ReadonlySet<string> = new Set([
  ...Object.values(TRANSFER_SYNTAX),
  ...[52, 53, 54, 55, 56, 58, 59, 60, 61, 62, 63, 64, 65, 66].map((process) => `${JPEG_AND_VIDEO}${process}`),
  ...[92, 93, 94, 95, 204, 205].map((process) => `${JPEG_AND_VIDEO}${process}`),
  ...[110, 111, 112].map((process) => `${JPEG_AND_VIDEO}${process}`),
  ...[
    '100',
    '100.1',
    '101',
    '101.1',
    '102',
    '102.1',
    '103',
    '103.1',
    '104',
    '104.1',
    '105',
    '105.1',
    '106',
    '106.1',
    '107',
    '108',
  ].map((process) => `${JPEG_AND_VIDEO}${process}`),
  '1.2.840.10008.1.2.1.98',
  '1.2.840.10008.1.2.8.1',
]);
