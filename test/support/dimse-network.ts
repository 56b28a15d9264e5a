/**
 * The DIMSE process on a storage of the test's own, on free ports, and dcmtk's programs to try it with. Debian package:
 * dcmtk.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { dataSetStart, readHeader } from '../../dicom/read/part10-reader.ts';
import type { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { DimseSetup } from '../../server/dimse/dimse-questions.ts';
import { startDimseService, type DimseService } from '../../server/dimse/dimse-service.ts';
import { createServerSide, type ServerSideParts } from '../../server/dimse/server-side.ts';
import { startImagingPool } from '../../server/imaging/imaging-pool.ts';
import type { InstanceStore } from '../../server/ingest/store-instances.ts';
import { createGate } from '../../server/operations/gate.ts';
import type { TestStorage } from './storage.ts';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

export interface DimseNetwork {
  readonly service: DimseService;
  /** The plain port. */
  readonly port: number;
  /** What went wrong behind the scenes. */
  readonly faults: readonly PacsError[];
}

/** Opens it; it is closed when the tests of the file have run. Without `setup` whoever reaches it may call it `OSTEON`. */
export async function openDimseNetwork(
  storage: TestStorage,
  setup: Partial<DimseSetup> = {},
  {
    instances = storage.instances(),
    restrictionOf,
    onStudyComplete,
    onFault = (error) => {
      throw error;
    },
  }: { readonly instances?: InstanceStore } & Partial<
    Pick<ServerSideParts, 'restrictionOf' | 'onStudyComplete' | 'onFault'>
  > = {},
): Promise<DimseNetwork> {
  const imaging = startImagingPool(1);
  const faults: PacsError[] = [];
  const { pool, index, objects } = storage;
  const service = await startDimseService({
    setup: {
      aeTitle: 'OSTEON',
      host: '127.0.0.1',
      port: 0,
      peers: [],
      maxAssociations: 50,
      limits: { maxPduBytes: 131_072, negotiationMs: 5_000, idleMs: 60_000, stallMs: 60_000 },
      dataFolder: join(objects.stagingFolder, '..'),
      stagingFolder: objects.stagingFolder,
      maxObjectBytes: 100_000_000,
      leastFreeBytes: 0,
      ...setup,
    },
    server: createServerSide({
      pool,
      index,
      objects,
      instances,
      ...(restrictionOf && { restrictionOf }),
      ...(onStudyComplete && { onStudyComplete }),
      decoding: { imaging: imaging.run, decodingPlaces: createGate(2) },
      onFault,
    }),
    objects,
    onFault: (error) => faults.push(error),
  });
  afterAll(async () => {
    await service.stop(1_000);
    await imaging.close();
  });
  return { service, port: service.ports.port ?? 0, faults };
}

/** Runs a program of dcmtk to its end; what it printed. Rejects with that when it fails. */
export async function dcmtk(program: string, ...options: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(program, options, { maxBuffer: 64_000_000 });
  return `${stdout}${stderr}`;
}

/** Bytes of a data set, without what stands before it in its file. */
export function dataSetIn(file: Uint8Array): Buffer {
  return Buffer.from(file.subarray(dataSetStart(file)));
}

export interface ReceivingNode {
  readonly port: number;
  /** Files that it holds, by SOP Instance UID. */
  files(): Promise<ReadonlyMap<string, Buffer>>;
  /** Everything printed so far. */
  output(): string;
  stop(): Promise<void>;
}

/** dcmtk's `storescp` with these options; it keeps what it takes bit by bit. */
export async function startReceivingNode(...options: readonly string[]): Promise<ReceivingNode> {
  const folder = await mkdtemp(join(tmpdir(), 'osteon-storescp-'));
  const port = await freePort();
  const child = spawn('storescp', ['-v', '+B', '-od', folder, ...options, String(port)]);
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`storescp did not start:\n${output}`));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    // It says nothing when it listens: it is asked.
    const ask = (): void => {
      dcmtk('echoscu', '127.0.0.1', String(port)).then(
        () => {
          resolve();
        },
        () => setTimeout(ask, 50),
      );
    };
    ask();
  });
  return {
    port,
    output: () => output,
    async files() {
      const names = await readdir(folder);
      const files = await Promise.all(names.map((name) => readFile(join(folder, name))));
      return new Map(files.map((file) => [readHeader(file).sopInstanceUid, file]));
    },
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
