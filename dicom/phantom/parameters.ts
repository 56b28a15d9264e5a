/**
 * What a phantom is asked for and what is known of it for certain.
 */
import type { BoundingBox, Polygon } from '../vocabulary/geometry.ts';
import type { PhantomSex } from './growth.ts';

/** Bones that a fracture may be put in. Rays are counted 1 (thumb) to 5. */
export type FractureSite =
  | { readonly bone: 'radius' | 'ulna' }
  | { readonly bone: 'metacarpal' | 'proximal' | 'middle'; readonly ray: 1 | 2 | 3 | 4 | 5 };

/** The shape of a fracture. */
export type FracturePattern = 'transverse' | 'neck' | 'oblique' | 'subtle';

/** A fracture to be made. */
export interface FractureRequest {
  readonly site: FractureSite;
  readonly pattern: FracturePattern;
}

/** Everything that a phantom depends on; two phantoms of equal parameters are equal to the last bit. */
export interface PhantomParameters {
  readonly seed: number;
  /** Skeletal age in years, 1 to 90. */
  readonly ageYears: number;
  readonly sex: PhantomSex;
  readonly side: 'L' | 'R';
  readonly view: 'PA' | 'oblique';
  readonly region: 'hand' | 'wrist';
  readonly columns: number;
  readonly rows: number;
  readonly bitsStored: 8 | 10 | 12 | 16;
  readonly photometricInterpretation: 'MONOCHROME1' | 'MONOCHROME2';
  readonly fractures: readonly FractureRequest[];
  /** Photons against a usual exposure; fewer are noisier. Usual 1. */
  readonly exposure: number;
  /** Strength of noise against what the exposure brings by itself; 0 for none. */
  readonly noise: number;
  /** What lies beyond the collimator's edges: nothing hit the detector (white), a black shutter, or no edge in the image. */
  readonly collimation: 'unexposed' | 'shutter' | 'none';
}

/** A fracture as it was made. Image points: 0\0 is the outer corner of the first pixel (PS3.3 C.18.6.1.1). */
export interface PhantomFracture {
  readonly site: FractureSite;
  readonly pattern: FracturePattern;
  readonly box: BoundingBox;
  readonly polygon: Polygon;
}

/** What is true of a phantom because it was made so. */
export interface PhantomTruth {
  readonly fractures: readonly PhantomFracture[];
  readonly boneAgeMonths: number;
  readonly sex: PhantomSex;
}

/** A rendered phantom. */
export interface Phantom {
  readonly columns: number;
  readonly rows: number;
  /** Stored values row by row, 0 to 2^bitsStored − 1, polarity as the parameters' photometric interpretation. */
  readonly samples: Uint16Array;
  /** Distance of neighbouring pixel centres at the detector, mm. */
  readonly pixelSpacingMm: number;
  readonly truth: PhantomTruth;
}

/** A sound left hand of an adult man, to be spread into and changed. */
export const USUAL_PARAMETERS: PhantomParameters = {
  seed: 1,
  ageYears: 35,
  sex: 'M',
  side: 'L',
  view: 'PA',
  region: 'hand',
  columns: 1500,
  rows: 1900,
  bitsStored: 12,
  photometricInterpretation: 'MONOCHROME2',
  fractures: [],
  exposure: 1,
  noise: 1,
  collimation: 'unexposed',
};
