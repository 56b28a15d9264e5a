/**
 * Who this installation is, drawn once when its database was made.
 */
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { query, type Pool } from './database.ts';

/** UID of this installation, derived from its UUID. PS3.5 B.2. */
export async function installationUid(pool: Pool): Promise<string> {
  const [row] = await query(pool, 'SELECT id FROM installation');
  const id = row?.['id'];
  if (typeof id !== 'string')
    throw new PacsError('storage-unavailable', 'The database has no installation row');
  return `2.25.${BigInt(`0x${id.replaceAll('-', '')}`).toString()}`;
}
