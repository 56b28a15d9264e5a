/**
 * The PostgreSQL that comes with Osteon, used while `DATABASE_URL` is unset. The cluster lies in
 * `<data folder>/postgres/cluster` and nowhere else: deleting or copying the data folder takes it along.
 *
 * It listens on a random port of 127.0.0.1 and asks for a password (SCRAM-SHA-256) that is drawn at every start, set
 * in single-user mode and kept in memory alone. `fsync` stays on.
 *
 * Trap: as root, PostgreSQL runs as an unprivileged account that may not be able to enter the folders above the
 * cluster. It then names its data directory `/proc/self/cwd`: the working directory is inherited, and that link opens
 * it without walking the path (Linux only).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Log } from './log.ts';
import { postgresAccount, type PostgresAccount } from './postgres-account.ts';
import { postgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { stopOrphans } from './postgres-orphans.ts';
import { exitOf, supervise, type SupervisedPostgres } from './postgres-supervisor.ts';

/** A running embedded PostgreSQL. One that crashes is started again at the same address. */
export interface EmbeddedPostgres extends SupervisedPostgres {
  /** Connection URL with the password of this start. Never log it. */
  readonly databaseUrl: string;
}

interface Cluster {
  readonly folder: string;
  /** How PostgreSQL names `folder`: the path itself, or the link to its working directory. */
  readonly dataDirectory: string;
  readonly account: PostgresAccount | undefined;
  readonly binaries: PostgresBinaries;
}

const ROLE = 'osteon';
const DATABASE = 'postgres';
const READY = 'database system is ready to accept connections';
const PORT_ATTEMPTS = 5;

/** Settings of every start. `log_min_messages=log` keeps failed statements, and so attribute values, out of the log. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=60',
  'log_min_messages=log',
  'log_min_error_statement=panic',
  'log_error_verbosity=terse',
  'logging_collector=off',
  'timezone=UTC',
];

const INITDB_OPTIONS = [
  '--auth=trust', // No server runs before pg_hba.conf is replaced.
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
];

/**
 * Starts PostgreSQL on the cluster in `dataFolder`, making the cluster first where there is none, and ending whatever
 * a killed server left running on it. The caller holds the data folder's lock. Throws `storage-unavailable`.
 */
export async function startEmbeddedPostgres(options: {
  readonly dataFolder: string;
  readonly log: Log;
}): Promise<EmbeddedPostgres> {
  const { dataFolder, log } = options;
  const folder = join(dataFolder, 'postgres', 'cluster');
  await mkdir(join(dataFolder, 'postgres'), { recursive: true, mode: 0o700 });
  const account = await postgresAccount(folder);
  const binaries = await postgresBinaries(account);
  const cluster: Cluster = { folder, dataDirectory: dataDirectory(folder, account), account, binaries };
  const orphans = await stopOrphans(folder);
  if (orphans > 0) log.warn({ processes: orphans }, 'ended a PostgreSQL that an earlier server left behind');
  await ensureCluster(cluster, log);
  const password = randomBytes(24).toString('hex');
  await setPassword(cluster, password);
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = launch(cluster, port);
    const failure = await untilReady(child, log);
    if (failure === undefined) {
      const databaseUrl = `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${DATABASE}`;
      return { databaseUrl, ...supervise(child, () => relaunch(cluster, port, log), log) };
    }
    // Another program may take the port between our look and PostgreSQL's.
    if (!failure.includes('could not create any TCP/IP sockets') || attempt === PORT_ATTEMPTS) {
      throw didNotStart(failure);
    }
  }
}

/** Starts PostgreSQL again after it crashed, once what is left of it is gone. It recovers from its write-ahead log. */
async function relaunch(cluster: Cluster, port: number, log: Log): Promise<ChildProcess> {
  await stopOrphans(cluster.folder);
  const child = launch(cluster, port);
  const failure = await untilReady(child, log);
  if (failure !== undefined) throw didNotStart(failure);
  return child;
}

function didNotStart(failure: string): PacsError {
  return new PacsError('storage-unavailable', `The embedded PostgreSQL did not start: ${failure}`);
}

function dataDirectory(folder: string, account: PostgresAccount | undefined): string {
  if (account === undefined) return folder;
  if (process.platform === 'linux') return '/proc/self/cwd';
  throw new PacsError(
    'storage-unavailable',
    'PostgreSQL does not run as root on this system; start Osteon as another user, or set DATABASE_URL',
  );
}

/** Makes the cluster beside its place and renames it there, so that an interrupted `initdb` leaves nothing half made. */
async function ensureCluster(cluster: Cluster, log: Log): Promise<void> {
  const { folder, account, binaries } = cluster;
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(missing);
  if (version !== undefined) {
    if (Number(version) === binaries.majorVersion) return;
    throw new PacsError(
      'storage-unavailable',
      `The database in the data folder is of PostgreSQL ${version.trim()}, the one installed is ${binaries.majorVersion}; ` +
        'move it over with pg_dump, or start on another OSTEON_DATA',
    );
  }
  log.info({ version: binaries.majorVersion }, 'making a PostgreSQL cluster');
  const staging = `${folder}.new`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { mode: 0o700 });
  await chmod(staging, 0o700);
  if (account !== undefined) await chown(staging, account.uid, account.gid);
  const made = await runToEnd({ ...cluster, folder: staging }, binaries.initdb, [
    `--pgdata=${dataDirectory(staging, account)}`,
    `--username=${ROLE}`,
    ...INITDB_OPTIONS,
  ]);
  if (made.code !== 0) {
    throw new PacsError('storage-unavailable', `initdb could not make a cluster: ${made.errors}`);
  }
  await writeFile(join(staging, 'pg_hba.conf'), `host all ${ROLE} 127.0.0.1/32 scram-sha-256\n`);
  await rename(staging, folder);
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw new PacsError(
    'storage-unavailable',
    'The database in the data folder cannot be read by this account',
    {
      cause: error,
    },
  );
}

/** Sets the role's password with no server running. Recovers a crashed cluster on the way. */
async function setPassword(cluster: Cluster, password: string): Promise<void> {
  const { code, errors } = await runToEnd(
    cluster,
    cluster.binaries.postgres,
    ['--single', '-D', cluster.dataDirectory, ...asArguments(SETTINGS), DATABASE],
    `ALTER ROLE ${ROLE} PASSWORD '${password}';\n`,
  );
  if (code !== 0) {
    throw new PacsError('storage-unavailable', `The embedded PostgreSQL cannot open its data: ${errors}`);
  }
}

function launch(cluster: Cluster, port: number): ChildProcess {
  return start(cluster, cluster.binaries.postgres, [
    '-D',
    cluster.dataDirectory,
    ...asArguments([...SETTINGS, `port=${port}`]),
  ]);
}

/** Spawns in a session of its own: a Ctrl-C in the terminal reaches Osteon, which drains before it stops the database. */
function start(cluster: Cluster, program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, {
    cwd: cluster.folder,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...cluster.account,
  });
}

/** Runs a program with `input` and waits for it. `errors` is what it wrote to standard error, the last lines of it. */
async function runToEnd(
  cluster: Cluster,
  program: string,
  args: readonly string[],
  input = '',
): Promise<{ code: number | null; errors: string }> {
  const child = start(cluster, program, args);
  const lines: string[] = [];
  readLines(child, (line) => lines.push(line));
  child.stdin?.on('error', () => undefined); // It may end before it has read its input; its exit code says why.
  child.stdin?.end(input);
  const code = await exitOf(child);
  return { code, errors: lines.slice(-3).join(' ') };
}

/** Waits until PostgreSQL takes connections; answers why not when it ends before. */
async function untilReady(child: ChildProcess, log: Log): Promise<string | undefined> {
  const lines: string[] = [];
  return await new Promise((resolve) => {
    readLines(child, (line) => {
      if (lines.length < 50) lines.push(line);
      log.debug({ line }, 'postgres');
      if (line.includes(READY)) resolve(undefined);
    });
    exitOf(child).then(
      () => {
        resolve(lines.slice(-3).join(' '));
      },
      (error: unknown) => {
        resolve(error instanceof Error ? error.message : 'it could not be spawned');
      },
    );
  });
}

function readLines(child: ChildProcess, onLine: (line: string) => void): void {
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', onLine);
}

function asArguments(settings: readonly string[]): readonly string[] {
  return settings.flatMap((setting) => ['-c', setting]);
}

/** A TCP port of 127.0.0.1 that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address !== null && typeof address === 'object') return address.port;
  throw new PacsError('storage-unavailable', 'The system names no free port of 127.0.0.1');
}
