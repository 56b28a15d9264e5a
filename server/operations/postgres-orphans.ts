/**
 * Ends PostgreSQL processes that a killed server left behind on a cluster, before that cluster is started again.
 *
 * Trap: a `postmaster.pid` proves nothing. Its number may belong to another program by now, and single backends can
 * outlive their postmaster. On Linux a process counts when its working directory is the cluster, deleted or not;
 * elsewhere when the number in `postmaster.pid` is a program called postgres.
 */
import { spawnSync } from 'node:child_process';
import { readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { PacsError } from '../../dicom/vocabulary/failure.ts';

/** Fast shutdown first, then immediate shutdown, which the next start repairs from the write-ahead log. */
const SIGNALS = [
  { signal: 'SIGINT', patienceMs: 10_000 },
  { signal: 'SIGQUIT', patienceMs: 5_000 },
] as const;

/**
 * Stops every PostgreSQL process on `clusterFolder` and removes its stale `postmaster.pid`. Returns how many there
 * were. The caller holds the data folder's lock, so none of them belongs to a living server. Throws
 * `storage-unavailable` when one does not end.
 */
export async function stopOrphans(clusterFolder: string): Promise<number> {
  const first = await postgresProcesses(clusterFolder);
  let left = first;
  for (const { signal, patienceMs } of SIGNALS) {
    for (const pid of left) sendSignal(pid, signal);
    for (let waited = 0; left.length > 0 && waited < patienceMs; waited += 25) {
      await wait(25);
      left = await postgresProcesses(clusterFolder);
    }
  }
  if (left.length > 0) {
    throw new PacsError(
      'storage-unavailable',
      `A PostgreSQL of an earlier server does not end (process ${left.join(', ')}); end it and start again`,
    );
  }
  if (process.platform === 'linux') await rm(join(clusterFolder, 'postmaster.pid'), { force: true });
  return first.length;
}

/** Process ids of the PostgreSQL processes on a cluster. */
export async function postgresProcesses(clusterFolder: string): Promise<readonly number[]> {
  if (process.platform === 'linux') return processesWorkingIn(clusterFolder);
  const pidFile = await readFile(join(clusterFolder, 'postmaster.pid'), 'utf8').catch(() => '');
  const pid = Number(pidFile.split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return [];
  const { stdout } = spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.includes('postgres') ? [pid] : [];
}

async function processesWorkingIn(clusterFolder: string): Promise<readonly number[]> {
  const folder = await realpath(clusterFolder).catch(() => clusterFolder);
  const pids: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // Processes of other accounts, and those that ended meanwhile, cannot be read and are not ours.
    const workingFolder = await readlink(`/proc/${name}/cwd`).catch(() => '');
    if (workingFolder !== folder && workingFolder !== `${folder} (deleted)`) continue;
    const program = await readFile(`/proc/${name}/comm`, 'utf8').catch(() => '');
    if (program.trim() === 'postgres') pids.push(Number(name));
  }
  return pids;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
    throw new PacsError('storage-unavailable', `Process ${pid} may not be signalled`, { cause: error });
  }
}
