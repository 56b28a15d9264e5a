/**
 * Texts of environment variables as values: schemas that `config.ts` reads its settings by.
 */
import { z } from 'zod';

/** on or off. */
export const SWITCH = z.enum(['on', 'off']).transform((value) => value === 'on');

/** Entries separated by commas, one at least, each of the form given. */
export function listOf(item: RegExp) {
  return z
    .string()
    .transform((value) => value.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.string().regex(item)).min(1));
}

/** A number of 0 or more, without sign and exponent. */
export function decimal() {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number);
}

/** A whole number between two. */
export function wholeNumber(least: number, most: number) {
  return decimal().pipe(z.int().min(least).max(most));
}
