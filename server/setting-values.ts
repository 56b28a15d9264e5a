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

/** Entries of a closed list separated by commas, each at most once, `required` among them. */
export function listAmong<const Word extends string>(words: readonly Word[], required: Word) {
  return z
    .string()
    .transform((value) => value.split(',').map((entry) => entry.trim()))
    .pipe(z.array(z.enum(words)))
    .refine((list) => list.includes(required) && new Set(list).size === list.length);
}

/** A name of a table, read as its value. */
export function oneOf<Value>(table: Readonly<Record<string, Value>>) {
  return z.string().transform((name, context) => {
    const value = table[name];
    if (value !== undefined && Object.hasOwn(table, name)) return value;
    context.addIssue('a name that is not in the table');
    return z.NEVER;
  });
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

/** A TCP port, or off. */
export const portOrOff = z.union([z.literal('off'), wholeNumber(0, 65_535)]);
