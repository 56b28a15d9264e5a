/**
 * A PostgreSQL for tests: a fresh database on `DATABASE_URL` where that is set, else on a cluster of this test file.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../server/operations/embedded-postgres.ts';
import { SILENT_LOG } from '../../server/operations/log.ts';
import { createPool, openDatabase, query } from '../../server/storage/database.ts';
import type { Pool } from '../../server/storage/database.ts';

/** One migrated database of its own, and how to be rid of it. */
export interface TestDatabase {
  readonly databaseUrl: string;
  readonly pool: Pool;
  close(): Promise<void>;
}

/** Makes a fresh database. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await databaseServer();
  const name = `osteon_test_${randomBytes(6).toString('hex')}`;
  const admin = createPool({ databaseUrl: server.databaseUrl, maxConnections: 1 });
  await query(admin, `CREATE DATABASE ${name}`);
  const url = new URL(server.databaseUrl);
  url.pathname = `/${name}`;
  const pool = await openDatabase({ databaseUrl: url.href });
  return {
    databaseUrl: url.href,
    pool,
    close: async () => {
      await pool.end();
      await query(admin, `DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
      await server.stop();
    },
  };
}

async function databaseServer(): Promise<{ databaseUrl: string; stop(): Promise<void> }> {
  const databaseUrl = process.env['DATABASE_URL'];
  if (databaseUrl !== undefined) return { databaseUrl, stop: () => Promise.resolve() };
  const dataFolder = await mkdtemp(join(tmpdir(), 'osteon-postgres-'));
  const postgres = await startEmbeddedPostgres({ dataFolder, log: SILENT_LOG });
  return {
    databaseUrl: postgres.databaseUrl,
    stop: async () => {
      await postgres.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}
