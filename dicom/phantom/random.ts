/**
 * Seeded pseudo-random numbers as a value that is passed in: the same seed gives the same phantom on every machine.
 *
 * Trap: a source is used up by drawing from it. Give each part of a phantom its own {@link fork}, so that one more
 * draw in one part does not change all others (a fractured hand must equal its sound twin elsewhere).
 */

/** Draws numbers one after another. */
export interface RandomSource {
  /** Uniform in 0 ≤ x < 1. */
  next(): number;
  /** Uniform between two bounds. */
  between(low: number, high: number): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
}

/** A source for a seed. mulberry32 (T. Ettinger, public domain). */
export function randomFrom(seed: number): RandomSource {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

/** A source of its own for a named part of a seed. FNV-1a over the name. */
export function fork(seed: number, part: string): RandomSource {
  return randomFrom(hash(`${seed}/${part}`));
}

/** 32-bit FNV-1a hash of a text. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
