/**
 * What the models cost: time per model and image, memory per worker, throughput against workers and threads.
 *
 * usage: npm run bench:models [-- --repeats N] [--models-folder DIR]
 *
 * One radiograph (a phantom's hand, DX, 12 bits) is analysed again and again by the code of the server. Times of a model hold
 * its normalisation, its network and its decoder. Run it on an idle machine; for two cores of more: `taskset -c 0,1`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { phantomInstance, USUAL_PARAMETERS } from '../../dicom/phantom/index.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import type { GreyImage } from '../../dicom/vocabulary/image.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import type { Manifest, ModelTask } from '../../models/manifest.ts';
import { analyseImage, type ModelSet } from '../../models/pipeline.ts';
import { modelsForPatient, selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import { openSessions, type Sessions } from '../../models/runtime/session.ts';
import type { WorkerResult, WorkerSetup, WorkerTask } from '../../server/analysis/inference-task.ts';
import { oneChunk } from '../../server/ingest/one-chunk.ts';
import { startProcessPool } from '../../server/operations/process-pool.ts';
import { FileObjectStore } from '../../server/storage/file-object-store.ts';
import { objectKeyOf } from '../../server/storage/object-store.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const WARM_UP = 3;
/** Images that each worker analyses while throughput is measured. */
const IMAGES_PER_WORKER = 8;
const MIB = 2 ** 20;

/** What is timed together, and the most it may take at the median on two cores, in ms. */
const TIMED: readonly {
  readonly name: string;
  readonly tasks: readonly ModelTask[];
  readonly targetMs?: number;
}[] = [
  { name: 'region', tasks: ['body-region'] },
  { name: 'probability', tasks: ['fracture-probability'] },
  { name: 'region + probability', tasks: ['body-region', 'fracture-probability'], targetMs: 80 },
  { name: 'detector', tasks: ['fracture-detection'], targetMs: 350 },
  { name: 'bone age', tasks: ['bone-age'], targetMs: 120 },
];

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '30' },
    'models-folder': { type: 'string', default: join(ROOT, 'models') },
    /** `WORKERS,THREADS`: measures that one configuration; this program starts itself so. */
    configuration: { type: 'string' },
  },
});
const repeats = Number(values.repeats);
const modelsFolder = values['models-folder'];
const models = modelsForPatient(selectModels(readManifests(modelsFolder), { allowsResearchOnly: true }), {});
const bytes = radiograph();
const image = await greyOf(bytes);

if (values.configuration === undefined) {
  console.log(
    `${availableParallelism()} processors, image ${image.columns} × ${image.rows}, ${repeats} repeats\n`,
  );
  await timeModels();
  measureConfigurations();
} else {
  const [workers = 1, threads = 1] = values.configuration.split(',').map(Number);
  await measureWorkers(workers, threads);
}

function radiograph(): Uint8Array {
  const { dataSet, pixelData } = phantomInstance(
    { ...USUAL_PARAMETERS, ageYears: 10 },
    {
      studyKey: 'bench',
      seriesNumber: 1,
      instanceNumber: 1,
      modality: 'DX',
      patientName: 'Phantom^Bench',
      patientId: 'PHANTOM-BENCH',
      patientBirthDate: '20160101',
      patientAge: '010Y',
      studyDate: '20260112',
      studyTime: '090000',
      accessionNumber: 'PB1',
      studyDescription: 'Hand, left, PA',
    },
  );
  return writePart10(dataSet, { pixelData });
}

async function greyOf(part10: Uint8Array): Promise<GreyImage> {
  const header = readHeader(part10);
  return toGrey(await decodeFrame(part10, header, 0), readPixelModule(header));
}

async function timeModels(): Promise<void> {
  console.log(
    '| Threads | Step | p50, ms | p95, ms | of it network, ms | Target, ms |\n|---|---|---|---|---|---|',
  );
  const reading = await timesOf(async () => {
    await greyOf(bytes);
    return 0;
  });
  console.log(lineOf(1, 'read: file to grey', reading));
  for (const threads of [1, 2]) {
    const manifests = Object.values(models);
    const sessions = await openSessions(modelsFolder, manifests, { intraOpThreads: threads });
    for (const { name, tasks, targetMs } of TIMED) {
      const chosen = tasks.flatMap((task) => models[task] ?? []);
      if (chosen.length === tasks.length)
        console.log(lineOf(threads, name, await timesOf(() => analyseOnce(chosen, sessions)), targetMs));
    }
    await sessions.release();
  }
}

interface Times {
  readonly totalMs: readonly number[];
  readonly networkMs: readonly number[];
}

/** Times of `work`, which tells how long it spent inside networks. */
async function timesOf(work: () => Promise<number>): Promise<Times> {
  for (let run = 0; run < WARM_UP; run++) await work();
  const totalMs: number[] = [];
  const networkMs: number[] = [];
  for (let run = 0; run < repeats; run++) {
    const startedAt = performance.now();
    networkMs.push(await work());
    totalMs.push(performance.now() - startedAt);
  }
  return { totalMs, networkMs };
}

/** Runs the models given, as the pipeline does; the time inside networks, in ms. */
async function analyseOnce(manifests: readonly Manifest[], sessions: Sessions): Promise<number> {
  let networkMs = 0;
  const set: ModelSet = Object.fromEntries(manifests.map((manifest) => [manifest.task, manifest]));
  const source = {
    studyInstanceUid: '1.2.3',
    seriesInstanceUid: '1.2.3.1',
    sopClassUid: '1.2.840.10008.5.1.4.1.1.1.1',
    sopInstanceUid: '1.2.3.1.1',
    frameNumber: 1,
    rows: image.rows,
    columns: image.columns,
  };
  const outcome = await analyseImage(
    { image, source, patient: { sex: 'M' }, isBoneAgeRequested: true },
    set,
    async (model, inputs) => {
      const startedAt = performance.now();
      const outputs = await sessions.run(model, inputs);
      networkMs += performance.now() - startedAt;
      return outputs;
    },
  );
  const failure = outcome.runs.find(({ status }) => status !== 'succeeded');
  if (failure) throw new Error(`${failure.model.id} was not measured: ${failure.status}`);
  return networkMs;
}

function lineOf(threads: number, name: string, { totalMs, networkMs }: Times, targetMs?: number): string {
  const cells = [
    threads,
    name,
    quantile(totalMs, 0.5).toFixed(0),
    quantile(totalMs, 0.95).toFixed(0),
    quantile(networkMs, 0.5).toFixed(0),
    targetMs === undefined ? '' : `≤ ${targetMs}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function quantile(numbers: readonly number[], share: number): number {
  return numbers.toSorted((one, other) => one - other)[Math.ceil(share * numbers.length) - 1] ?? NaN;
}

/** Each in a process of its own: memory that one has freed would hide what the next one needs. */
function measureConfigurations(): void {
  console.log('\n| Workers | Threads each | Images a second | Memory a worker, MiB |\n|---|---|---|---|');
  for (const configuration of ['1,1', '1,2', '2,1', '2,2']) {
    const args = [import.meta.filename, '--configuration', configuration, '--models-folder', modelsFolder];
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  }
}

/** Whole analyses in worker processes, as the server runs them. */
async function measureWorkers(workers: number, intraOpThreads: number): Promise<void> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'osteon-bench-'));
  const header = readHeader(bytes);
  const objectKey = objectKeyOf(header.sopInstanceUid, '0'.repeat(16));
  const objects = await FileObjectStore.open(dataFolder);
  await (await objects.stage(oneChunk(bytes))).moveTo(objectKey);
  const task = {
    objectKey,
    header,
    modelIds: Object.values(models).map(({ id }) => id),
    patient: { sex: 'M', ageMonths: 120 },
    isBoneAgeRequested: true,
  } as const;
  const pool = startProcessPool<WorkerTask, WorkerResult>({
    workerFile: join(ROOT, 'server', 'analysis', 'inference-worker.ts'),
    processes: workers,
    setup: {
      modelsFolder,
      dataFolder,
      modelIds: task.modelIds,
      intraOpThreads,
      executionProvider: 'cpu',
    } satisfies WorkerSetup,
  });
  await pool.ready;
  const analyse = (count: number) =>
    Promise.all(Array.from({ length: count }, () => pool.run({ wants: 'outcome', task })));
  await analyse(workers * 2);
  const startedAt = performance.now();
  await analyse(workers * IMAGES_PER_WORKER);
  const perSecond = (workers * IMAGES_PER_WORKER * 1000) / (performance.now() - startedAt);
  const memory = childrenMemory() / workers / MIB;
  await pool.close();
  await rm(dataFolder, { recursive: true });
  console.log(`| ${workers} | ${intraOpThreads} | ${perSecond.toFixed(2)} | ${memory.toFixed(0)} |`);
}

/** Resident bytes of all children of this process, from /proc. */
function childrenMemory(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean);
  return children.reduce((sum, pid) => {
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return sum + Number(kib) * 1024;
  }, 0);
}
