/**
 * Secrets from the environment or from files, read when they are used, so that they can be changed while the server runs.
 */
import { readFile } from 'node:fs/promises';
import type { SecretPlace } from '../routing/rules-schema.ts';
import { DeliveryError } from './destination.ts';

/** The secret, without the line break that editors put at the end. Throws {@link DeliveryError} that names the place alone. */
export async function readSecret(
  place: SecretPlace,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string> {
  if ('env' in place) {
    const value = environment[place.env];
    if (value) return value;
    throw new DeliveryError('down', `The environment variable ${place.env} is not set`);
  }
  const text = await readPem(place.file);
  return text.replace(/\r?\n$/, '');
}

/** A file that the routing file names. Throws {@link DeliveryError}. */
export async function readPem(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new DeliveryError('down', `${path} cannot be read`, { cause });
  }
}
