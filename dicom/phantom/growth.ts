/**
 * How a hand of an age and sex looks: size, ossification centres, growth plates.
 *
 * The ages are round figures of the kind a paediatric text lists (girls about two years ahead of boys at puberty); they
 * make bone age visible and ordered, they are no reference standard.
 */
import type { CarpalName } from './anatomy.ts';
import { interpolate } from './shapes.ts';

/** Sex as it bears on growth. */
export type PhantomSex = 'F' | 'M';

type GrowthSite = 'phalanx' | 'metacarpal' | 'radius' | 'ulna';

/** State of one growing end. */
export interface GrowthPlate {
  /** How much of the epiphysis has ossified: 0 none, 1 its adult shape. */
  readonly epiphysis: number;
  /** Width of the lucent plate in adult mm; 0 when fused. */
  readonly gapMm: number;
  /** Strength of the dense line that a plate leaves for some years, 0–1. */
  readonly scar: number;
}

interface Timing {
  /** Ages in years: [appears, adult shape, begins to fuse, fused]. */
  readonly F: readonly [number, number, number, number];
  readonly M: readonly [number, number, number, number];
}

// prettier-ignore
const PLATES: Readonly<Record<GrowthSite, Timing>> = {
  phalanx: { F: [1.1, 11, 13.2, 14.8], M: [1.6, 13, 15.2, 16.8] },
  metacarpal: { F: [1.5, 11.5, 13.8, 15.3], M: [2.2, 13.5, 15.8, 17.3] },
  radius: { F: [0.9, 11.8, 15.2, 17], M: [1.1, 13.8, 17, 18.8] },
  ulna: { F: [5.6, 12.2, 14.8, 16.6], M: [6.8, 14.2, 16.6, 18.4] },
};

// prettier-ignore
const CARPAL_APPEARS: Readonly<Record<CarpalName, Readonly<Record<PhantomSex, number>>>> = {
  capitate: { F: 0.2, M: 0.25 }, hamate: { F: 0.25, M: 0.35 }, triquetrum: { F: 1.8, M: 2.5 }, lunate: { F: 2.8, M: 3.8 },
  scaphoid: { F: 4.3, M: 5.6 }, trapezium: { F: 4.1, M: 5.8 }, trapezoid: { F: 4.3, M: 6 }, pisiform: { F: 8.8, M: 10.8 },
  hamateHook: { F: 10, M: 12.2 },
};

const CARPALS_ADULT: Readonly<Record<PhantomSex, number>> = { F: 12.5, M: 14.5 };

const SIZE: Readonly<Record<PhantomSex, readonly (readonly [number, number])[]>> = {
  // prettier-ignore
  F: [[1, 0.5], [2, 0.555], [4, 0.635], [6, 0.7], [8, 0.765], [10, 0.83], [12, 0.9], [14, 0.95], [16, 0.965]],
  // prettier-ignore
  M: [[1, 0.51], [2, 0.565], [4, 0.64], [6, 0.705], [8, 0.765], [10, 0.82], [12, 0.875], [14, 0.955], [16, 1.03], [18, 1.06]],
};

/** Length of the hand against the tables of the anatomy. */
export function handScale(ageYears: number, sex: PhantomSex): number {
  return interpolate(SIZE[sex], ageYears);
}

/** State of a growing end at an age. `lead` shifts one end against the others, in years. */
export function growthPlate(site: GrowthSite, ageYears: number, sex: PhantomSex, lead = 0): GrowthPlate {
  const [appears, adult, fusing, fused] = PLATES[site][sex];
  const age = ageYears + lead;
  const epiphysis = age <= appears ? 0 : Math.min(1, 0.12 + (0.88 * (age - appears)) / (adult - appears));
  const open = interpolate([[1, 1.9], [5, 1.5], [10, 1.05], [fusing, 0.8], [fused, 0]], age); // prettier-ignore
  const scar = age < fused ? 0 : Math.max(0, 1 - (age - fused) / 2.2);
  return { epiphysis, gapMm: age >= fused ? 0 : open, scar };
}

/** How much of a carpal has ossified, 0 (not yet seen) to 1 (adult shape). */
export function carpalOssification(carpal: CarpalName, ageYears: number, sex: PhantomSex): number {
  const appears = CARPAL_APPEARS[carpal][sex];
  if (ageYears <= appears) return 0;
  return Math.min(1, 0.14 + (0.86 * (ageYears - appears)) / (CARPALS_ADULT[sex] - appears));
}

/** True once the sesamoids of the thumb show. */
export function hasSesamoids(ageYears: number, sex: PhantomSex): boolean {
  return ageYears > (sex === 'F' ? 11.2 : 13.2);
}

/** Shaft width against length: children's bones are slightly plumper. */
export function plumpness(ageYears: number): number {
  return interpolate([[1, 1.2], [6, 1.06], [14, 1]], ageYears); // prettier-ignore
}

/** Cortex thickness against an adult's of the same size. */
export function cortexRatio(ageYears: number): number {
  return interpolate([[1, 0.62], [8, 0.75], [18, 1], [60, 1], [85, 0.7]], ageYears); // prettier-ignore
}
