/**
 * A tile of smooth noise that repeats without seams, and one of plain normal numbers.
 */
import type { RandomSource } from './random.ts';

const SIZE = 256;
const MASK = SIZE - 1;

/** 256 × 256 values, mean 0, standard deviation 1, smooth over about one cell. */
export type NoiseTile = Float32Array;

/** Draws a tile: normal numbers, smoothed once over their neighbours and scaled back to standard deviation 1. */
export function noiseTile(random: RandomSource): NoiseTile {
  const plain = normals(random, SIZE * SIZE);
  const smooth = plain.map((value, index) => {
    const row = index - (index & MASK);
    const at = (offset: number, shift: number): number =>
      plain[((row + shift * SIZE + SIZE * SIZE) % (SIZE * SIZE)) + ((index + offset) & MASK)] ?? 0;
    return value + 0.5 * (at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1));
  });
  const deviation = Math.sqrt(smooth.reduce((sum, value) => sum + value * value, 0) / smooth.length);
  return smooth.map((value) => value / deviation);
}

/** Standard normal numbers. */
export function normals(random: RandomSource, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => random.normal());
}

/** Bilinear value of the tile, repeated over the plane; one cell is one unit. */
export function tileAt(tile: NoiseTile, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = x - left;
  const down = y - top;
  const column = left & MASK;
  const next = (left + 1) & MASK;
  const row = (top & MASK) * SIZE;
  const below = ((top + 1) & MASK) * SIZE;
  return (
    ((tile[row + column] ?? 0) * (1 - right) + (tile[row + next] ?? 0) * right) * (1 - down) +
    ((tile[below + column] ?? 0) * (1 - right) + (tile[below + next] ?? 0) * right) * down
  );
}
