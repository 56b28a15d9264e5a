/**
 * A day at a hospital: three modalities send, a PACS goes down twice, an inference worker is killed, the disk fills; in the
 * end every study's result is in every place where it belongs, once.
 *
 * What happens is placed by how many studies were taken, not by the clock, so that a slow machine sees the same day.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SCHEMAS } from '../../server/http/open-api/schemas.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { phantomStudy, type PhantomStudy } from '../support/phantom-studies.ts';
import { startReceivingPacs, type ReceivingPacs } from '../support/receiving-pacs.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { byStore, byStow, byStowOneByOne, startModality, type Modality } from './modalities.ts';
import { verifyDay, type DayFindings } from './verify-day.ts';

export interface DayOptions {
  readonly studies: number;
  /** Told one line for each thing that happens. */
  readonly onLine?: (line: string) => void;
}

/** What the day was like, and what is wrong at its end. */
export interface DayReport extends DayFindings {
  readonly studies: number;
  readonly refusals: number;
  /** False where this account may mount no disk, so that none could fill. */
  readonly diskFilled: boolean;
  readonly workersKilled: number;
}

/** Images of a study, its results, and what is written before something is removed. */
const MEGABYTES_A_STUDY = 3;
/** Studies that are sent before their results are there, and how long a modality minds. */
const MOST_AHEAD = 4;
const MOST_WAIT_MS = 5_000;
/** Below 200 MB free no C-STORE is taken. */
const SPARE_MEGABYTES = 500;

interface Place {
  readonly folder: string;
  readonly archive: string;
  readonly pacs: ReceivingPacs;
  readonly disk: SmallDisk | undefined;
  readonly server: RunningServer;
}

/** Runs a day. Rejects when it does not come to its end. */
export async function runDay({ studies: count, onLine = () => undefined }: DayOptions): Promise<DayReport> {
  const studies = Array.from({ length: count }, (_, index) => studyOf(index));
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const place = await openPlace(count, ends);
    const { workersKilled, modalities } = await live(place, studies, onLine);
    onLine('all studies are taken; waiting for the last results');
    const findings = await verifyDay(place, studies);
    return {
      studies: count,
      refusals: modalities.reduce((sum, { refusals }) => sum + refusals, 0),
      diskFilled: place.disk !== undefined,
      workersKilled,
      ...findings,
    };
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

/** Every third study has two images and a fracture. */
function studyOf(index: number): PhantomStudy {
  return phantomStudy(`day ${index}`, index % 3 === 0 ? 'broken wrist' : 'sound hand');
}

async function openPlace(count: number, ends: (() => Promise<unknown>)[]): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'osteon-day-'));
  ends.push(() => rm(folder, { recursive: true }));
  const archive = join(folder, 'archive');
  await mkdir(archive);
  const disk = canMount() ? mountSmallDisk(count * MEGABYTES_A_STUDY + SPARE_MEGABYTES) : undefined;
  ends.push(() => Promise.resolve(disk?.unmount()));
  // The database has a disk of its own: what fills is the one with the images.
  const database = await createTestDatabase();
  ends.push(() => database.close());
  const pacs = await startReceivingPacs();
  ends.push(() => pacs.close());
  const rules = `version: 1
destinations:
  pacs: { dicomweb: "${pacs.root}" }
  archive: { folder: "${archive}" }
rules:
  - name: Everything
    send: [pacs, archive]
`;
  await writeFile(join(folder, 'routing.yaml'), rules);
  const server = await startServer(disk ? join(disk.folder, 'data') : join(folder, 'data'), {
    DATABASE_URL: database.databaseUrl,
    OSTEON_ROUTING: join(folder, 'routing.yaml'),
    OSTEON_STUDY_QUIET_SECONDS: '1',
    OSTEON_DIMSE_PORT: '0',
  });
  ends.push(() => server.stop());
  return { folder, archive, pacs, disk, server };
}

/** Sends everything, and lets happen what happens. */
async function live(
  { folder, pacs, disk, server }: Place,
  studies: readonly PhantomStudy[],
  onLine: (line: string) => void,
): Promise<{ workersKilled: number; modalities: readonly Modality[] }> {
  const root = `${server.address}/dicom-web`;
  const sends = [byStow(root), byStowOneByOne(root), byStore(server.dimsePort(), join(folder, 'modality'))];
  let taken = 0;
  let analysed = 0;
  const counting = setInterval(() => {
    void analysesOf(server).then(
      (count) => (analysed = count),
      () => undefined,
    );
  }, 500).unref();
  const modalities = sends.map((send, index) =>
    startModality(
      studies.filter((_, at) => at % sends.length === index),
      send,
      async () => {
        taken += 1;
        // A department makes images no faster than they are read, and does not wait for ever.
        const patience = performance.now() + MOST_WAIT_MS;
        while (taken - analysed >= MOST_AHEAD && performance.now() < patience) await pause(100);
      },
    ),
  );
  const until = async (share: number, what: string): Promise<void> => {
    while (taken < Math.floor(share * studies.length)) await pause(50);
    onLine(`${taken} studies taken: ${what}`);
  };
  await until(0.15, 'the PACS goes down');
  pacs.mood = 'away';
  await outageIsFelt(server);
  await until(0.3, 'it is back');
  pacs.mood = 'up';
  await until(0.4, 'an inference worker is killed');
  const workersKilled = killWorker(server);
  await until(0.5, 'the disk is full');
  disk?.fill();
  const before = modalities.map(({ refusals }) => refusals);
  const isRefused = (modality: Modality, index: number): boolean => modality.refusals > (before[index] ?? 0);
  while (disk && taken < studies.length && !modalities.some(isRefused)) await pause(50);
  disk?.free();
  onLine('there is room again');
  await until(0.65, 'the PACS cuts every line after it has kept what came');
  pacs.mood = 'cuts-after';
  await outageIsFelt(server);
  await until(0.85, 'it is well again');
  pacs.mood = 'up';
  await Promise.all(modalities.map(({ done }) => done));
  clearInterval(counting);
  return { workersKilled, modalities };
}

/** Waits until something could not be delivered to the PACS. */
async function outageIsFelt({ address }: RunningServer): Promise<void> {
  for (;;) {
    const response = await fetch(`${address}/api/destinations`);
    const { destinations } = SCHEMAS.Destinations.parse(await response.json());
    if (destinations.some(({ name, pause: paused }) => name === 'pacs' && paused !== undefined)) return;
    await pause(200);
  }
}

/** Studies whose analysis ended in the last hours. */
async function analysesOf({ address }: RunningServer): Promise<number> {
  const response = await fetch(`${address}/api/throughput`);
  const { hours } = SCHEMAS.Throughput.parse(await response.json());
  return hours.reduce((sum, { analyses }) => sum + analyses, 0);
}

/** Kills one child of the server that runs networks. How many there were to kill: 0 or 1. */
function killWorker({ child }: RunningServer): number {
  const found = execFileSync('pgrep', ['-P', String(child.pid), '-f', 'inference-worker']).toString();
  const pid = Number(found.split('\n')[0]);
  if (!(pid > 1)) return 0;
  process.kill(pid, 'SIGKILL');
  return 1;
}
