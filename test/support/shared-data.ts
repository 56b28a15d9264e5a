/**
 * Where the real radiographs lie that are never part of this repository. Tests that need them skip where they are absent.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

/** The folder with the shared data, or `undefined` where there is none. `OSTEON_SHARED_DATA` names another place. */
export function sharedData(): string | undefined {
  const folder = process.env['OSTEON_SHARED_DATA'] ?? join(ROOT, '..', 'shared', 'data');
  return existsSync(folder) ? folder : undefined;
}
