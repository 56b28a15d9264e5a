/**
 * The database of the configuration, for commands beside the server.
 */
import { readConfiguration } from '../server/config.ts';
import { lockDataFolder } from '../server/operations/data-folder-lock.ts';
import { startEmbeddedPostgres } from '../server/operations/embedded-postgres.ts';
import { createLog } from '../server/operations/log.ts';
import { openDatabase, type Pool } from '../server/storage/database.ts';

/** Opens it, or the embedded one where no server runs on it, does `work`, and closes it. Throws `invalid-configuration` where a server does. */
export async function withDatabase<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
  const { databaseUrl, dataFolder } = readConfiguration(process.env);
  if (databaseUrl !== undefined) return await inDatabase(databaseUrl, work);
  const unlock = await lockDataFolder(dataFolder);
  try {
    const postgres = await startEmbeddedPostgres({ dataFolder, log: createLog('warn') });
    try {
      return await inDatabase(postgres.databaseUrl, work);
    } finally {
      await postgres.stop();
    }
  } finally {
    await unlock();
  }
}

async function inDatabase<T>(databaseUrl: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = await openDatabase({ databaseUrl });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}
