/**
 * UIDs that Osteon names, and the one function that lets a UID from outside come in. PS3.5 9, PS3.6 Annex A.
 */
import { PacsError } from './failure.ts';

/** Checks a UID from outside: 1–64 characters, digits and dots, no empty component, no leading zero. PS3.5 9.1. Trailing padding is removed. Throws `invalid-uid` naming `what`. */
export function parseUid(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new PacsError('invalid-uid', `${what} is absent; expected a UID`);
  const uid = value.replace(/[\0 ]+$/, '');
  if (!isUid(uid)) {
    throw new PacsError(
      'invalid-uid',
      `${what} is not a UID: ${uid.length} characters; expected up to 64 digits and dots without empty components or leading zeros (PS3.5 9.1)`,
    );
  }
  return uid;
}

/** True for a syntactically valid UID. PS3.5 9.1. */
export function isUid(value: string): boolean {
  return value.length <= 64 && /^(0|[1-9]\d*)(\.(0|[1-9]\d*))+$/.test(value);
}

/** Transfer syntaxes. PS3.6 Table A-1. */
export const TRANSFER_SYNTAX = {
  implicitVrLittleEndian: '1.2.840.10008.1.2',
  explicitVrLittleEndian: '1.2.840.10008.1.2.1',
  deflatedExplicitVrLittleEndian: '1.2.840.10008.1.2.1.99',
  explicitVrBigEndian: '1.2.840.10008.1.2.2',
  jpegBaseline: '1.2.840.10008.1.2.4.50',
  jpegExtended: '1.2.840.10008.1.2.4.51',
  jpegLossless: '1.2.840.10008.1.2.4.57',
  jpegLosslessFirstOrder: '1.2.840.10008.1.2.4.70',
  jpegLsLossless: '1.2.840.10008.1.2.4.80',
  jpegLsNearLossless: '1.2.840.10008.1.2.4.81',
  jpeg2000Lossless: '1.2.840.10008.1.2.4.90',
  jpeg2000: '1.2.840.10008.1.2.4.91',
  htj2kLossless: '1.2.840.10008.1.2.4.201',
  htj2kLosslessRpcl: '1.2.840.10008.1.2.4.202',
  htj2k: '1.2.840.10008.1.2.4.203',
  rleLossless: '1.2.840.10008.1.2.5',
} as const;

/** SOP classes. PS3.6 Table A-1. */
export const SOP_CLASS = {
  computedRadiography: '1.2.840.10008.5.1.4.1.1.1',
  digitalXRayForPresentation: '1.2.840.10008.5.1.4.1.1.1.1',
  digitalXRayForProcessing: '1.2.840.10008.5.1.4.1.1.1.1.1',
  secondaryCapture: '1.2.840.10008.5.1.4.1.1.7',
  grayscaleSoftcopyPresentationState: '1.2.840.10008.5.1.4.1.1.11.1',
  basicTextSr: '1.2.840.10008.5.1.4.1.1.88.11',
  enhancedSr: '1.2.840.10008.5.1.4.1.1.88.22',
  comprehensiveSr: '1.2.840.10008.5.1.4.1.1.88.33',
  comprehensive3dSr: '1.2.840.10008.5.1.4.1.1.88.34',
  mammographyCadSr: '1.2.840.10008.5.1.4.1.1.88.50',
  chestCadSr: '1.2.840.10008.5.1.4.1.1.88.65',
  xRayRadiationDoseSr: '1.2.840.10008.5.1.4.1.1.88.67',
  keyObjectSelection: '1.2.840.10008.5.1.4.1.1.88.59',
  segmentation: '1.2.840.10008.5.1.4.1.1.66.4',
} as const;

/** DICOM content mapping resource (PS3.6 Table A-1). */
export const DCMR_UID = '1.2.840.10008.8.1.1';

/** Implementation Class UID of Osteon (PS3.7 D.3.3.2): `2.25.` and a UUID drawn once for this project. */
export const IMPLEMENTATION_CLASS_UID = '2.25.164207253047153468921436713276483260417';

/** Implementation Version Name (PS3.7 D.3.3.2), at most 16 characters. */
export const IMPLEMENTATION_VERSION_NAME = 'OSTEON_0_1';

/** Series descriptions and manufacturer by which people know our objects; machines know them by device observer. */
export const MANUFACTURER = 'Osteon';
