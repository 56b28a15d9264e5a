/**
 * The threads in which images are analysed.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';
import { startThreadPool } from '../operations/thread-pool.ts';
import type { ActivationMap } from '../../models/activation-map.ts';
import {
  isProviderFallback,
  type ActivationTask,
  type InferenceResult,
  type InferenceTask,
  type WorkerResult,
  type WorkerSetup,
  type WorkerTask,
} from './inference-task.ts';

/** Longest time one image may take, in ms; a native call that hangs ends with its thread. */
const TASK_TIMEOUT_MS = 120_000;

export interface InferencePool {
  /** Analyses one instance; `task.bytes` are handed over and must not be used afterwards. Rejects with `model-failed` when the thread broke. */
  analyse(task: InferenceTask): Promise<InferenceResult>;
  /** The heat map of one instance; `task.bytes` are handed over. Rejects with the kind that names what hinders, or `model-failed`. */
  activation(task: ActivationTask): Promise<ActivationMap>;
  /** Settles when every thread has loaded its models; rejects with `model-invalid` when one cannot. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export interface InferencePoolOptions {
  readonly modelsFolder: string;
  readonly modelIds: readonly string[];
  readonly workers: number;
  readonly executionProvider: ExecutionProvider;
  /** Told once, when a thread runs on the CPU although CUDA was asked for, and why. */
  readonly onFallback?: (reason: string) => void;
}

/** Starts `workers` threads, which share the processors among them. */
export function startInferencePool(options: InferencePoolOptions): InferencePool {
  const { modelsFolder, modelIds, workers, executionProvider } = options;
  const intraOpThreads = Math.max(1, Math.floor(availableParallelism() / workers));
  const setup: WorkerSetup = { modelsFolder, modelIds, intraOpThreads, executionProvider };
  let hasFallenBack = false;
  const pool = startThreadPool<WorkerTask, WorkerResult>({
    workerFile: join(import.meta.dirname, 'inference-worker.ts'),
    threads: workers,
    workerData: setup,
    onMessage: (message) => {
      // Every thread says so; once is enough.
      if (!isProviderFallback(message) || hasFallenBack) return;
      hasFallenBack = true;
      options.onFallback?.(message.reason);
    },
  });
  const work = async (order: WorkerTask, buffer: ArrayBuffer): Promise<WorkerResult> => {
    try {
      return await pool.run(order, { transfer: [buffer], timeoutMs: TASK_TIMEOUT_MS });
    } catch (cause) {
      throw new PacsError('model-failed', 'The inference thread stopped before it had a result', { cause });
    }
  };
  return {
    async analyse(task) {
      const bytes = ownedBytes(task.bytes);
      const result = await work({ wants: 'outcome', task: { ...task, bytes } }, bytes.buffer);
      if ('outcome' in result) return result;
      throw new PacsError('internal', 'The inference thread answered what it was not asked');
    },
    async activation(task) {
      const bytes = ownedBytes(task.bytes);
      const result = await work({ wants: 'activation', task: { ...task, bytes } }, bytes.buffer);
      if ('map' in result) return result.map;
      if ('kind' in result) throw new PacsError(result.kind, result.message);
      throw new PacsError('internal', 'The inference thread answered what it was not asked');
    },
    ready: pool.ready.catch((cause: unknown) => {
      const why =
        cause instanceof Error && cause.name === 'PacsError' ? cause.message : 'no reason was given';
      throw new PacsError('model-invalid', `The inference threads cannot start: ${why}`, { cause });
    }),
    close: () => pool.close(),
  };
}

/** The bytes in a buffer of their own, which can be moved to another thread without copying it there. */
function ownedBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && byteOffset === 0 && byteLength === buffer.byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(bytes);
}
