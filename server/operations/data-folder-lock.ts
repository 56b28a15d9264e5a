/**
 * One server per data folder: `server.lock` names the process that has it.
 *
 * Trap: a process number alone proves nothing after a crash or a restart of the machine, since numbers are used again.
 * On Linux the file also holds when that process started and which boot that was.
 */
import { access, link, mkdir, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

import { PacsError } from '../../dicom/vocabulary/failure.ts';

const HOLDER = z.object({ pid: z.int().positive(), startedAt: z.string() });
type Holder = z.infer<typeof HOLDER>;

/** How often a stale lock is taken away before we give up: two servers may clear it at once. */
const ATTEMPTS = 3;

/**
 * Takes the lock of `dataFolder`, making the folder where there is none. Returns the function that gives it back.
 * Throws `invalid-configuration` when another living server has it.
 */
export async function lockDataFolder(dataFolder: string): Promise<() => Promise<void>> {
  const path = join(dataFolder, 'server.lock');
  const own = `${path}.${process.pid}`;
  await makeFolder(dataFolder);
  await writeOwn(own, dataFolder);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      // A hard link appears whole or not at all, and only where nothing is: no reader sees half a lock.
      if (await linked(own, path)) return () => rm(path, { force: true });
      await removeStale(path, dataFolder);
    }
  } finally {
    await unlink(own);
  }
  throw new PacsError('invalid-configuration', `The data folder ${dataFolder} cannot be locked; start again`);
}

async function writeOwn(path: string, dataFolder: string): Promise<void> {
  try {
    await writeFile(path, JSON.stringify(await describeProcess(process.pid)));
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
    throw new PacsError(
      'invalid-configuration',
      `OSTEON_DATA: nothing can be written to the folder ${dataFolder}${why}`,
      {
        cause,
      },
    );
  }
}

/** Trap: a recursive mkdir below /proc never returns (Node 24), so the parent is made first and the folder by itself. */
async function makeFolder(dataFolder: string): Promise<void> {
  try {
    const parent = dirname(dataFolder);
    if (!(await exists(parent))) await mkdir(parent, { recursive: true, mode: 0o700 });
    if (!(await exists(dataFolder))) await mkdir(dataFolder, { mode: 0o700 });
  } catch (cause) {
    throw new PacsError('invalid-configuration', `OSTEON_DATA: the folder ${dataFolder} cannot be made`, {
      cause,
    });
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new PacsError('invalid-configuration', `${to} cannot be made`, { cause: error });
  }
}

async function removeStale(path: string, dataFolder: string): Promise<void> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const holder = holderIn(text);
  if (holder !== undefined && (await isAlive(holder))) {
    throw new PacsError(
      'invalid-configuration',
      `Another Osteon (process ${holder.pid}) already runs on the data folder ${dataFolder}; ` +
        'stop it, or give this one another OSTEON_DATA',
    );
  }
  await rm(path, { force: true });
}

function holderIn(text: string): Holder | undefined {
  try {
    return HOLDER.parse(JSON.parse(text));
  } catch {
    return undefined; // Not ours, or cut off by a full disk: nobody holds it.
  }
}

async function isAlive(holder: Holder): Promise<boolean> {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    const isOfOther = error instanceof Error && 'code' in error && error.code === 'EPERM';
    if (!isOfOther) return false;
  }
  return (await describeProcess(holder.pid)).startedAt === holder.startedAt;
}

/** Field 22 of `/proc/<pid>/stat` counts clock ticks since boot. Elsewhere than on Linux the start is unknown. */
async function describeProcess(pid: number): Promise<Holder> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { pid, startedAt: `${boot.trim()}/${ticks}` };
}
