/**
 * The last function of a network, for graphs that end before it: scores of any size → probabilities.
 */

/** 1 / (1 + e^−x). */
export function sigmoid(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

/** e^x of each over their sum; the greatest is taken off first, so that no power overflows. */
export function softmax(scores: Float32Array): Float32Array {
  const greatest = scores.reduce((one, other) => Math.max(one, other), -Infinity);
  const powers = scores.map((score) => Math.exp(score - greatest));
  const sum = powers.reduce((one, other) => one + other, 0);
  return powers.map((power) => power / sum);
}
