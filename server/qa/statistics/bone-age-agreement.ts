/**
 * How far two bone ages of the same hands lie apart, in months: bias, mean absolute error, limits of agreement.
 * J. M. Bland, D. G. Altman, Lancet 1986;327:307; intervals of the limits by their large-sample standard error there.
 */
import type { Estimate } from './agreement.ts';
import { Z_95 } from './agreement.ts';

/** What was said and what it is judged by, in months. */
export interface AgePair {
  readonly said: number;
  readonly reference: number;
}

export interface BoneAgeAgreement {
  readonly count: number;
  /** Mean of said − reference; positive: said older. */
  readonly bias: Estimate | undefined;
  readonly meanAbsoluteError: Estimate | undefined;
  /** Sample standard deviation of the differences. */
  readonly deviation: number | undefined;
  /** Bias ∓ 1.96 standard deviations. */
  readonly lowerLimit: Estimate | undefined;
  readonly upperLimit: Estimate | undefined;
}

/** Compares bone ages. An interval needs two pairs. */
export function boneAgeAgreement(pairs: readonly AgePair[]): BoneAgeAgreement {
  const differences = pairs.map(({ said, reference }) => said - reference);
  const count = pairs.length;
  const deviation = deviationOf(differences);
  const bias = meanWithInterval(differences);
  const limit = (side: 1 | -1): Estimate | undefined => {
    if (!bias || deviation === undefined) return undefined;
    const value = bias.value + side * Z_95 * deviation;
    const half = Z_95 * Math.sqrt(3 / count) * deviation;
    return { value, low: value - half, high: value + half };
  };
  return {
    count,
    bias,
    meanAbsoluteError: meanWithInterval(differences.map(Math.abs)),
    deviation,
    lowerLimit: limit(-1),
    upperLimit: limit(1),
  };
}

/** A mean with its 95 % interval by Student's t; the interval is the value itself for a single one. */
function meanWithInterval(values: readonly number[]): Estimate | undefined {
  if (values.length === 0) return undefined;
  const value = values.reduce((sum, one) => sum + one, 0) / values.length;
  const deviation = deviationOf(values);
  const half =
    deviation === undefined ? 0 : (studentQuantile(values.length - 1) * deviation) / Math.sqrt(values.length);
  return { value, low: value - half, high: value + half };
}

function deviationOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, one) => sum + one, 0) / values.length;
  return Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (values.length - 1));
}

/** The 97.5 % quantiles of Student's t for few degrees of freedom; beyond, its expansion in 1/ν (Abramowitz and Stegun 26.7.5). */
const FEW_DEGREES = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814];

function studentQuantile(degrees: number): number {
  const known = FEW_DEGREES[degrees - 1];
  if (known !== undefined) return known;
  const z = Z_95;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
  ];
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), z);
}
