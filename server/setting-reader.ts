/**
 * Reads settings out of the environment, and collects what is wrong, so that one message names all of it. Values are not
 * repeated, since they hold passwords.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';

import { PacsError } from '../dicom/vocabulary/failure.ts';
import { type SettingName, SETTINGS } from './settings.ts';

/** Variables by name, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

export class SettingReader {
  readonly #environment: Environment;
  readonly #wrong: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The value, or the default from the table. */
  one<T>(name: SettingName, schema: z.ZodType<T, string>): T {
    return this.optional(name, schema) ?? schema.parse(SETTINGS[name].default);
  }

  /** The value, or `undefined` when it is unset or wrong; what is wrong is told by `finish`. */
  optional<T>(name: SettingName, schema: z.ZodType<T, string>): T | undefined {
    const text = this.#textOf(name);
    return text === undefined ? undefined : this.#parsed(name, schema, text);
  }

  /** A secret in the variable itself, or in the file that another names. */
  secret<T>(name: SettingName, fileName: SettingName, schema: z.ZodType<T, string>): T | undefined {
    const path = this.#textOf(fileName);
    if (path === undefined) return this.optional(name, schema);
    if (this.#textOf(name) !== undefined) {
      this.fault(`${name} and ${fileName} are both set; expected one of them`);
      return undefined;
    }
    const text = this.file(fileName, path)?.trim();
    return text === undefined ? undefined : this.#parsed(fileName, schema, text);
  }

  /** The text of a file that a setting names. */
  file(name: SettingName, path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      this.fault(`${name} names a file that cannot be read`);
      return undefined;
    }
  }

  /** Notes something wrong. */
  fault(problem: string): void {
    this.#wrong.push(problem);
  }

  /** Throws `invalid-configuration` when anything was wrong. */
  finish(): void {
    if (this.#wrong.length > 0) throw new PacsError('invalid-configuration', this.#wrong.join('\n'));
  }

  #parsed<T>(name: SettingName, schema: z.ZodType<T, string>, text: string): T | undefined {
    const parsed = schema.safeParse(text);
    if (!parsed.success) this.fault(`${name} is not ${SETTINGS[name].expected}`);
    return parsed.data;
  }

  #textOf(name: SettingName): string | undefined {
    const text = this.#environment[name]?.trim();
    return text === '' ? undefined : text;
  }
}
