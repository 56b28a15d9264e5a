/**
 * Finds processes that a test run started and did not end. Linux only; elsewhere nothing is found.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';

/** A process that still runs. */
export interface RunningProcess {
  readonly pid: number;
  readonly name: string;
}

/** The processes, this one left out, that work in `folder` or were given it as an environment variable. */
export async function processesUsing(folder: string): Promise<readonly RunningProcess[]> {
  const pids = await readdir('/proc').catch(() => []);
  const found: RunningProcess[] = [];
  for (const pid of pids.filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    // A process that ended meanwhile, or of another account, cannot be read: not ours.
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    const workingFolder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (!workingFolder.startsWith(folder) && !environment.includes(`=${folder}`)) continue;
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'unknown');
    found.push({ pid: Number(pid), name: name.trim() });
  }
  return found;
}
