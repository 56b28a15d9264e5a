/**
 * Stores under load, kills the server, PostgreSQL, or both with SIGKILL at a moment drawn from a seed, starts again, and
 * looks whether anything was lost. Linux only: PostgreSQL's processes are found through /proc.
 *
 * Trap: a crash test that kills before anything was acknowledged proves nothing; the moment is counted from the first
 * acknowledgement.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { fork } from '../../dicom/phantom/random.ts';
import { postgresProcesses } from '../../server/operations/postgres-orphans.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { emptyBook, startClients, type Book } from './storing-clients.ts';
import { verify } from './verify.ts';

/** What is killed: the server, all processes of PostgreSQL, both, one connection's process of PostgreSQL, or the DIMSE process. */
export const TARGETS = ['server', 'database', 'both', 'backend', 'dimse'] as const;
export type Target = (typeof TARGETS)[number];

export interface CrashOptions {
  readonly kills: number;
  readonly seed: number;
  readonly clients: number;
  /** What may be killed; all of {@link TARGETS} when absent. */
  readonly targets?: readonly Target[];
  /** Told one line a kill. */
  readonly onLine?: (line: string) => void;
}

/** Sums over all kills. */
export interface CrashReport {
  readonly kills: Readonly<Record<Target, number>>;
  readonly sent: number;
  readonly acknowledged: number;
  /** Of these, by C-STORE. */
  readonly byDimse: number;
  /** Sent, never acknowledged, and found stored and whole. */
  readonly keptUnanswered: number;
  /** Instances lost, half visible, files left staged or without a row, wrong answers: each in words. */
  readonly problems: readonly string[];
}

/** After so many kills a new data folder is begun, or the disk would fill. */
const KILLS_A_FOLDER = 25;
const STUDIES_A_ROUND = 3;
/** Longest time from the first acknowledgement to the kill, in ms. */
const LONGEST_LOAD_MS = 1_200;
const SELF_END_MS = 120_000;

/** One data folder and what has been done to it. */
interface Site {
  readonly folder: string;
  readonly book: Book;
  readonly studyUids: string[];
  server: RunningServer;
}

/** Runs. Resolves with what was found; rejects when the server does not start again. */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const kills: Record<Target, number> = { server: 0, database: 0, both: 0, backend: 0, dimse: 0 };
  const totals = { sent: 0, acknowledged: 0, byDimse: 0, keptUnanswered: 0 };
  const problems: string[] = [];
  for (let first = 0; first < options.kills; first += KILLS_A_FOLDER) {
    const folder = await mkdtemp(join(tmpdir(), 'osteon-crash-'));
    const site: Site = { folder, book: emptyBook(), studyUids: [], server: await start(folder) };
    try {
      for (let kill = first; kill < Math.min(options.kills, first + KILLS_A_FOLDER); kill++) {
        const targets = options.targets ?? TARGETS;
        const chance = fork(options.seed, `target ${kill}`).next();
        const target = targets[Math.floor(chance * targets.length)] ?? 'both';
        kills[target] += 1;
        problems.push(...(await crashOnce(site, options, kill, target)));
      }
      await site.server.stop();
      site.server = await start(folder);
      const { listed, problems: found } = await look(site, site.studyUids, true);
      problems.push(...found);
      totals.sent += site.book.sent.size;
      totals.acknowledged += site.book.acknowledged.size;
      totals.byDimse += site.book.byDimse.size;
      totals.keptUnanswered += [...listed].filter((uid) => !site.book.acknowledged.has(uid)).length;
    } finally {
      await site.server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  }
  return { kills, ...totals, problems };
}

async function crashOnce(site: Site, options: CrashOptions, kill: number, target: Target): Promise<string[]> {
  const random = fork(options.seed, `moment ${kill}`);
  const studyUids = Array.from(
    { length: STUDIES_A_ROUND },
    (_, index) => `2.25.${options.seed}.${kill + 1}.${index}`,
  );
  site.studyUids.push(...studyUids);
  const before = site.book.acknowledged.size;
  const clients = startClients(`${site.server.address}/dicom-web`, {
    book: site.book,
    count: options.clients,
    seed: options.seed + kill,
    studyUids,
    dimsePort: site.server.dimsePort(),
  });
  await clients.underway;
  const loadMs = Math.floor(random.next() * LONGEST_LOAD_MS);
  await wait(loadMs);
  await strike(site, target, random.next());
  await clients.stop();
  const restartedAt = performance.now();
  const how = await comeBack(site, target);
  const restartMs = Math.round(performance.now() - restartedAt);
  const { listed, problems } = await look(site, studyUids, how === 'started again');
  const acknowledged = site.book.acknowledged.size - before;
  options.onLine?.(
    `kill ${kill + 1}: ${target} after ${loadMs} ms; ${acknowledged} acknowledged, ${listed.size} stored; ` +
      `${how} in ${restartMs} ms; ${problems.length === 0 ? 'nothing lost' : problems.join('; ')}`,
  );
  return problems.map((problem) => `kill ${kill + 1} (${target}): ${problem}`);
}

/** Kills, and waits until what was killed is dead. */
async function strike({ folder, server }: Site, target: Target, chance: number): Promise<void> {
  if (target === 'dimse') {
    killOne(await dimseProcessOf(server.child.pid ?? 0));
    return;
  }
  const database = target === 'server' ? [] : await postgresProcesses(join(folder, 'postgres', 'cluster'));
  // The postmaster has the lowest number but where numbers began anew; either way one process is killed.
  const victims =
    target === 'backend' ? [database[1 + Math.floor(chance * (database.length - 1))] ?? 0] : database;
  if (target === 'server' || target === 'both') {
    const dead = once(server.child, 'exit');
    server.child.kill('SIGKILL');
    await dead;
  }
  for (const pid of victims) {
    if (pid > 1) killOne(pid);
  }
}

/** The child of the server that speaks DIMSE. */
async function dimseProcessOf(parent: number): Promise<number> {
  const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  for (const pid of children.split(' ').filter(Boolean)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('dimse-process')) return Number(pid);
  }
  throw new Error('the server has no DIMSE process');
}

function killOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It may have ended by itself between the look and the kill.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Waits for the recovery of a server that goes on, or the end of one that cannot, and starts it again. */
async function comeBack(site: Site, target: Target): Promise<'recovered' | 'started again'> {
  const { child } = site.server;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  for (let waited = 0; waited < SELF_END_MS; waited += 100) {
    if (hasEnded()) break;
    if (await isReady(site.server)) return 'recovered';
    await wait(100);
  }
  if (!hasEnded()) throw new Error(`after the ${target} was killed the server neither ended nor recovered`);
  site.server = await start(site.folder);
  return 'started again';
}

/** Ready by HTTP, and taking associations. */
async function isReady(server: RunningServer): Promise<boolean> {
  try {
    await promisify(execFile)('echoscu', ['-aec', 'OSTEON', '127.0.0.1', String(server.dimsePort())]);
    return (await fetch(`${server.address}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

/** `isRepaired`: a start has put right what a store could not undo while the database was away. */
async function look(
  { server, folder, book }: Site,
  studyUids: readonly string[],
  isRepaired: boolean,
): Promise<{ listed: ReadonlySet<string>; problems: string[] }> {
  const found = await verify(`${server.address}/dicom-web`, folder, book, studyUids);
  const problems = [
    ...found.lost.map((uid) => `acknowledged and lost: ${uid}`),
    ...found.halfVisible.map((uid) => `listed and not whole: ${uid}`),
    ...found.staged.map((name) => `left staged: ${name}`),
    ...(isRepaired ? found.orphans : []).map((uid) => `kept without a row: ${uid}`),
    ...book.wrongAnswers.splice(0).map((answer) => `wrong answer: ${answer}`),
  ];
  return { listed: found.listed, problems };
}

async function start(folder: string): Promise<RunningServer> {
  return await startServer(folder, {
    OSTEON_WORKERS: '1',
    OSTEON_LOG_LEVEL: 'info',
    OSTEON_DIMSE_PORT: '0',
  });
}
