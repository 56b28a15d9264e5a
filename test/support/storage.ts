/**
 * A whole storage for one test file: a database, a folder of objects, and ways to look behind the scenes.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { InstanceStore } from '../../server/ingest/store-instances.ts';
import type { InstanceStoreOptions, StoreOutcome } from '../../server/ingest/store-instances.ts';
import { query } from '../../server/storage/database.ts';
import type { Pool } from '../../server/storage/database.ts';
import { FileObjectStore } from '../../server/storage/file-object-store.ts';
import { StudyIndex } from '../../server/storage/study-index.ts';
import { inPieces } from './bytes.ts';
import { createTestDatabase } from './postgres.ts';

export interface TestStorage {
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly objects: FileObjectStore;
  readonly index: StudyIndex;
  /** An instance store on this storage; options replace parts of it. */
  instances(options?: Partial<InstanceStoreOptions>): InstanceStore;
  /** Names of all files kept and of all files staged. */
  files(): Promise<{ kept: string[]; staged: string[] }>;
  /** How many reservations are open. */
  reservations(): Promise<number>;
  /** Forgets every instance and removes every file. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Makes one; objects lie in `folder`, which stays the caller's, or in a folder of its own. */
export async function createTestStorage(folder?: string): Promise<TestStorage> {
  const database = await createTestDatabase();
  const { databaseUrl, pool } = database;
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'osteon-objects-')));
  const objects = await FileObjectStore.open(root);
  return {
    databaseUrl,
    pool,
    objects,
    index: new StudyIndex(pool),
    instances: (options = {}) => new InstanceStore({ pool, objects, ...options }),
    files: async () => ({
      kept: await filesBelow(join(root, 'objects')),
      staged: await filesBelow(join(root, 'staging')),
    }),
    reservations: async () => (await query(pool, 'SELECT 1 FROM pending_object')).length,
    clear: async () => {
      await query(pool, 'TRUNCATE study, series, instance, pending_object');
      for (const path of await pathsBelow(root)) await rm(path); // folders stay: the store knows them
    },
    close: async () => {
      await database.close();
      if (folder === undefined) await rm(root, { recursive: true, force: true });
    },
  };
}

/** Stores bytes as STOW-RS would. */
export async function storeBytes(instances: InstanceStore, bytes: Uint8Array): Promise<StoreOutcome> {
  return await instances.store(inPieces(bytes), { origin: 'stow' });
}

async function filesBelow(folder: string): Promise<string[]> {
  return (await pathsBelow(folder)).map((path) => basename(path));
}

async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
