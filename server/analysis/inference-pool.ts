/**
 * The pool of inference threads. The only importer of `piscina`.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import type { ImageOutcome } from '../../dicom/vocabulary/finding.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { LOADED, type InferenceTask, type WorkerSetup } from './inference-task.ts';

/** Longest time one image may take, in ms; a native call that hangs ends with its thread. */
const TASK_TIMEOUT_MS = 120_000;

export interface InferencePool {
  /** Analyses one instance; `task.bytes` are handed over and must not be used afterwards. Rejects with `model-failed` when the thread broke. */
  analyse(task: InferenceTask): Promise<ImageOutcome>;
  /** Images waiting for a thread. */
  readonly queued: number;
  close(): Promise<void>;
}

export interface InferencePoolOptions {
  readonly modelsFolder: string;
  readonly modelIds: readonly string[];
  readonly workers: number;
}

/** Starts `workers` threads, which share the processors among them. */
export function startInferencePool({ modelsFolder, modelIds, workers }: InferencePoolOptions): InferencePool {
  const intraOpThreads = Math.max(1, Math.floor(availableParallelism() / workers));
  const setup: WorkerSetup = { modelsFolder, modelIds, intraOpThreads };
  const pool = new Piscina<InferenceTask, ImageOutcome>({
    filename: join(import.meta.dirname, 'inference-worker.ts'),
    minThreads: workers,
    maxThreads: workers,
    idleTimeout: Infinity,
    workerData: setup,
  });
  const loaded = untilLoaded(pool, workers);
  return {
    async analyse(task) {
      const bytes = ownedBytes(task.bytes);
      try {
        return await pool.run(
          { ...task, bytes },
          { transferList: [bytes.buffer], signal: AbortSignal.timeout(TASK_TIMEOUT_MS) },
        );
      } catch (cause) {
        throw new PacsError('model-failed', 'The inference thread stopped before it had a result', { cause });
      }
    },
    get queued() {
      return pool.queueSize;
    },
    async close() {
      // A thread that is ended while the runtime loads its models takes the whole process with it.
      await loaded;
      await pool.close();
    },
  };
}

/** Resolves when every thread has loaded its models, or one could not: its tasks then say why. */
function untilLoaded(pool: Piscina<InferenceTask, ImageOutcome>, workers: number): Promise<void> {
  return new Promise((resolve) => {
    let loading = workers;
    pool.on('message', (message: unknown) => {
      if (message === LOADED) loading -= 1;
      if (loading === 0) resolve();
    });
    pool.on('error', () => {
      resolve();
    });
  });
}

/** The bytes in a buffer of their own, which can be moved to another thread without copying it there. */
function ownedBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(bytes);
}
