/**
 * What must work for the server to be ready, as `/health/ready` asks it.
 */
import { access, constants, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import { PacsError } from '../dicom/vocabulary/failure.ts';
import type { Component } from './http/health.ts';
import { query, type Pool } from './storage/database.ts';

/** Below this much free disk the server says that it is not ready: one large study would not fit. */
const LEAST_FREE_BYTES = 50_000_000;

/** The database, and the folder of objects. */
export function healthComponents(pool: Pool, dataFolder: string): readonly Component[] {
  const databaseAnswers = async (): Promise<void> => {
    await query(pool, 'SELECT 1');
  };
  const objectsAreWritable = async (): Promise<void> => {
    const folder = join(dataFolder, 'objects');
    await access(folder, constants.R_OK | constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < LEAST_FREE_BYTES)
      throw new PacsError('storage-unavailable', 'The disk is nearly full');
  };
  return [
    { name: 'database', check: databaseAnswers },
    { name: 'objects', check: objectsAreWritable },
  ];
}
