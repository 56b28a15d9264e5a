/**
 * PostgreSQL: the pool, transactions, and the migrations that bring a database to the version this code needs.
 * The only importer of `pg`.
 *
 * Trap: an error of the driver may quote row values in its detail. What leaves this file names the SQLSTATE only.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;

/** Whatever a statement can be sent to: the pool, or the one connection of a transaction. */
export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>;

/** A row as it comes from the driver: typed by the caller's own reading of it. */
export type Row = Record<string, unknown>;

const MIGRATIONS = join(import.meta.dirname, 'migrations');
/** Any number will do as long as nothing else on the database takes the same advisory lock. */
const MIGRATION_LOCK = 860_001;
/** SQLSTATE classes that mean "later, perhaps": connection, resources, operator intervention, system error. */
const TRANSIENT_CLASSES = new Set(['08', '53', '57', '58']);
/** Those among them that end the connection: they may come after a COMMIT that was carried out. */
const BREAKING_CLASSES = new Set(['08', '57', '58', 'XX']);
const CONNECT_MS = 10_000;
/** A new connection knows neither tables nor statements: the first store on it costs several. */
const IDLE_MS = 300_000;
/** Beyond its own limit the database has this long to say so; then its connection counts as dead. */
const ANSWER_MS = 2_000;

export interface DatabaseOptions {
  readonly databaseUrl: string;
  /** Most connections held at once. */
  readonly maxConnections?: number;
  /** Seconds that a statement, and a transaction between two statements, may take; absent or 0: no limit. Migrations have none. */
  readonly statementSeconds?: number;
  /** Called when an idle connection breaks; the pool replaces it by itself. */
  readonly onIdleError?: (error: PacsError) => void;
}

/** Connects and migrates. Throws `storage-unavailable` when the database cannot be reached. */
export async function openDatabase(options: DatabaseOptions): Promise<Pool> {
  const migrating = createPool({ databaseUrl: options.databaseUrl, maxConnections: 1 });
  try {
    await migrate(migrating);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await migrating.end();
  }
  return createPool(options);
}

/** A pool on a database as it is. Connects when first used. */
export function createPool(options: DatabaseOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    max: options.maxConnections ?? 10,
    idleTimeoutMillis: IDLE_MS,
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    ...timeLimits(options.statementSeconds ?? 0),
  });
  pool.on('error', (error) => options.onIdleError?.(databaseError(error)));
  // The pool hears of a break only while a connection is idle. One that breaks in a transaction, between two statements,
  // would end the process without a listener; the next statement on it fails, and says so to who sent it.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/**
 * Kept twice: by the database, which then ends the statement and what it holds, and here, for one that does not answer at
 * all, of which neither statement nor connection can be saved.
 */
function timeLimits(seconds: number): pg.PoolConfig {
  if (seconds === 0) return {};
  const milliseconds = seconds * 1_000;
  return {
    statement_timeout: milliseconds,
    idle_in_transaction_session_timeout: milliseconds,
    query_timeout: milliseconds + ANSWER_MS,
    connectionTimeoutMillis: Math.min(CONNECT_MS, milliseconds),
  };
}

/** Runs every migration that this database has not seen, each in its own transaction; safe when several processes start at once. */
export async function migrate(pool: Pool, folder: string = MIGRATIONS): Promise<void> {
  const client = await connect(pool);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const applied = await client.query<{ name: string }>('SELECT name FROM migration');
    const known = new Set(applied.rows.map((row) => row.name));
    for (const name of await migrationNames(folder)) {
      if (!known.has(name)) await applyMigration(client, folder, name);
    }
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    client.release();
  } catch (error) {
    client.release(true); // closing the connection frees the lock
    throw databaseError(error);
  }
}

async function migrationNames(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^\d{3}-[a-z0-9-]+\.sql$/.test(name)).sort();
}

async function applyMigration(client: PoolClient, folder: string, name: string): Promise<void> {
  const statements = await readFile(join(folder, name), 'utf8');
  await client.query('BEGIN');
  await client.query(statements);
  await client.query('INSERT INTO migration (name) VALUES ($1)', [name]);
  await client.query('COMMIT');
}

/**
 * Sends one statement. Failures are a `PacsError` without row values. A statement with a `name`, which must be its own, is
 * planned once for each connection: for those that every store sends.
 */
export async function query(
  target: Queryable,
  text: string,
  values: readonly unknown[] = [],
  name?: string,
): Promise<Row[]> {
  try {
    const result =
      name === undefined
        ? await target.query<Row>(text, [...values])
        : await target.query<Row>({ name, text, values: [...values] });
    return result.rows;
  } catch (error) {
    throw databaseError(error);
  }
}

/** Thrown by {@link inTransaction} when COMMIT was sent and no answer came: the work may be durable or not. */
export class CommitUnknownError extends PacsError {
  constructor() {
    super('storage-unavailable', 'The connection to the database broke while a transaction was committed');
  }
}

/** Runs `work` in one transaction on one connection; any failure rolls back. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await connect(pool);
  let result: T;
  try {
    await client.query('BEGIN');
    result = await work(client);
  } catch (error) {
    const failure = databaseError(error);
    if (failure instanceof NoAnswerError) client.release(true);
    else await rollback(client);
    throw failure;
  }
  try {
    await client.query('COMMIT');
  } catch (error) {
    client.release(true);
    throw isDefiniteNo(error) ? databaseError(error) : new CommitUnknownError();
  }
  client.release();
  return result;
}

/** True when the database says that it did not commit. Silence says nothing, nor does a farewell. */
function isDefiniteNo(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== undefined && !BREAKING_CLASSES.has(state.slice(0, 2));
}

async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw new PacsError('storage-unavailable', describe(error, 'No connection to the database'));
  }
}

async function rollback(client: PoolClient): Promise<void> {
  try {
    await client.query('ROLLBACK');
    client.release();
  } catch {
    client.release(true); // a broken connection is rolled back by the server
  }
}

/** The connection is broken, or nothing comes over it any more: nothing more can be said on it. */
class NoAnswerError extends PacsError {}

/** A driver's error as ours; a `PacsError` passes unchanged, and what is no driver's error is `internal`. */
function databaseError(error: unknown): PacsError {
  if (error instanceof PacsError) return error;
  const state = sqlStateOf(error);
  if (state === undefined) {
    return isConnectionFailure(error)
      ? new NoAnswerError('storage-unavailable', describe(error, 'The database did not answer'))
      : asPacsError(error);
  }
  return TRANSIENT_CLASSES.has(state.slice(0, 2))
    ? new PacsError('storage-unavailable', describe(error, 'The database cannot serve at present'))
    : new PacsError('internal', describe(error, 'The database refused a statement'));
}

/** The driver says so in words only, the system by a code. */
function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return systemCodeOf(error) !== undefined || /connection|timeout/i.test(error.message);
}

function describe(error: unknown, what: string): string {
  const state = sqlStateOf(error) ?? systemCodeOf(error);
  return state === undefined ? what : `${what} (${state})`;
}

function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

function systemCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
