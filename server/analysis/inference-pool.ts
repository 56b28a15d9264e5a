/**
 * The processes in which images are analysed.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';
import { startProcessPool } from '../operations/process-pool.ts';
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

/** Longest time one image may take, in ms; a native call that hangs ends with its process. */
const TASK_TIMEOUT_MS = 120_000;

export interface InferencePool {
  /** Analyses one instance. Rejects with `model-failed` when the process broke, and with what hindered the reading of the bytes. */
  analyse(task: InferenceTask): Promise<InferenceResult>;
  /** The heat map of one instance. Rejects with the kind that names what hinders, or `model-failed`. */
  activation(task: ActivationTask): Promise<ActivationMap>;
  /** Settles when every process has loaded its models; rejects with `model-invalid` when one cannot. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

export interface InferencePoolOptions {
  readonly modelsFolder: string;
  readonly dataFolder: string;
  readonly modelIds: readonly string[];
  readonly workers: number;
  readonly executionProvider: ExecutionProvider;
  /** Told once, when a process runs on the CPU although CUDA was asked for, and why. */
  readonly onFallback?: (reason: string) => void;
}

/** Starts `workers` processes, which share the processors among them. */
export function startInferencePool(options: InferencePoolOptions): InferencePool {
  const { modelsFolder, dataFolder, modelIds, workers, executionProvider } = options;
  const intraOpThreads = Math.max(1, Math.floor(availableParallelism() / workers));
  let hasFallenBack = false;
  const pool = startProcessPool<WorkerTask, WorkerResult>({
    workerFile: join(import.meta.dirname, 'inference-worker.ts'),
    processes: workers,
    setup: { modelsFolder, dataFolder, modelIds, intraOpThreads, executionProvider } satisfies WorkerSetup,
    onNote: (note) => {
      // Every process says so; once is enough.
      if (!isProviderFallback(note) || hasFallenBack) return;
      hasFallenBack = true;
      options.onFallback?.(note.reason);
    },
  });
  const work = async (order: WorkerTask) => {
    let result: WorkerResult;
    try {
      result = await pool.run(order, { timeoutMs: TASK_TIMEOUT_MS });
    } catch (cause) {
      throw new PacsError('model-failed', 'The inference process stopped before it had a result', { cause });
    }
    if ('kind' in result) throw new PacsError(result.kind, result.message);
    return result;
  };
  return {
    async analyse(task) {
      const result = await work({ wants: 'outcome', task });
      if ('outcome' in result) return result;
      throw unasked();
    },
    async activation(task) {
      const result = await work({ wants: 'activation', task });
      if ('map' in result) return result.map;
      throw unasked();
    },
    ready: pool.ready.catch((cause: unknown) => {
      const why =
        cause instanceof Error && cause.name === 'PacsError' ? cause.message : 'no reason was given';
      throw new PacsError('model-invalid', `The inference processes cannot start: ${why}`, { cause });
    }),
    close: () => pool.close(),
  };
}

function unasked(): PacsError {
  return new PacsError('internal', 'The inference process answered what it was not asked');
}
