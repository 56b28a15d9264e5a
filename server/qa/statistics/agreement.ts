/**
 * How far two verdicts about the same studies agree: sensitivity, specificity, predictive values and kappa, each with its
 * 95 % interval.
 *
 * Proportions: E. B. Wilson, J Am Stat Assoc 1927;22:209. Kappa: J. Cohen 1960, its large-sample variance by J. L. Fleiss,
 * J. Cohen, B. S. Everitt, Psychol Bull 1969;72:323.
 */

/** A value with its 95 % interval; `undefined` where nothing can be said of an empty denominator. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The four cells: the first word is right or wrong by the reference, the second what was said. */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  readonly trueNegative: number;
}

export interface Agreement extends Confusion {
  /** Studies with both verdicts. */
  readonly count: number;
  readonly accuracy: Estimate | undefined;
  readonly sensitivity: Estimate | undefined;
  readonly specificity: Estimate | undefined;
  /** Positive and negative predictive value, at the prevalence among these studies. */
  readonly ppv: Estimate | undefined;
  readonly npv: Estimate | undefined;
  /** `undefined` where chance alone gives full agreement. */
  readonly kappa: Estimate | undefined;
}

/** A verdict and what it is judged by. */
export interface VerdictPair {
  readonly said: boolean;
  readonly reference: boolean;
}

/** Half width of a 95 % interval in standard errors. */
export const Z_95 = 1.959963984540054;

/** Compares verdicts with a reference. */
export function agreementOf(pairs: readonly VerdictPair[]): Agreement {
  const count = (said: boolean, reference: boolean) =>
    pairs.filter((pair) => pair.said === said && pair.reference === reference).length;
  const confusion: Confusion = {
    truePositive: count(true, true),
    falsePositive: count(true, false),
    falseNegative: count(false, true),
    trueNegative: count(false, false),
  };
  const { truePositive, falsePositive, falseNegative, trueNegative } = confusion;
  return {
    ...confusion,
    count: pairs.length,
    accuracy: proportion(truePositive + trueNegative, pairs.length),
    sensitivity: proportion(truePositive, truePositive + falseNegative),
    specificity: proportion(trueNegative, trueNegative + falsePositive),
    ppv: proportion(truePositive, truePositive + falsePositive),
    npv: proportion(trueNegative, trueNegative + falseNegative),
    kappa: kappaOf(confusion),
  };
}

/** A share with its Wilson score interval; `undefined` of none. */
export function proportion(successes: number, trials: number): Estimate | undefined {
  if (trials === 0) return undefined;
  const value = successes / trials;
  const z2 = (Z_95 * Z_95) / trials;
  const middle = (value + z2 / 2) / (1 + z2);
  const half = (Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials)) * Z_95) / (1 + z2);
  return { value, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

/** Cohen's kappa; `undefined` where both say the same of every study and always the one thing. */
export function kappaOf({
  truePositive,
  falsePositive,
  falseNegative,
  trueNegative,
}: Confusion): Estimate | undefined {
  const count = truePositive + falsePositive + falseNegative + trueNegative;
  if (count === 0) return undefined;
  const cells = [
    [trueNegative / count, falsePositive / count],
    [falseNegative / count, truePositive / count],
  ] as const;
  const rows = cells.map(([one, other]) => one + other) as [number, number];
  const columns = [cells[0][0] + cells[1][0], cells[0][1] + cells[1][1]] as const;
  const observed = cells[0][0] + cells[1][1];
  const expected = rows[0] * columns[0] + rows[1] * columns[1];
  if (expected === 1) return undefined;
  const kappa = (observed - expected) / (1 - expected);
  const diagonal = [0, 1].reduce((sum, at) => {
    const [cell, row, column] = [cells[at]?.[at] ?? 0, rows[at] ?? 0, columns[at] ?? 0];
    return sum + cell * (1 - (row + column) * (1 - kappa)) ** 2;
  }, 0);
  const off = cells[0][1] * (columns[0] + rows[1]) ** 2 + cells[1][0] * (columns[1] + rows[0]) ** 2;
  const variance =
    (diagonal + (1 - kappa) ** 2 * off - (kappa - expected * (1 - kappa)) ** 2) /
    (count * (1 - expected) ** 2);
  const half = Z_95 * Math.sqrt(Math.max(0, variance));
  return { value: kappa, low: Math.max(-1, kappa - half), high: Math.min(1, kappa + half) };
}
