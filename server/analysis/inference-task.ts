/**
 * What the server and the inference processes say to each other. Plain values, copied between processes.
 */
import type { FailureKind } from '../../dicom/vocabulary/failure.ts';
import type { ImageOutcome } from '../../dicom/vocabulary/finding.ts';
import type { InstanceHeader } from '../../dicom/vocabulary/instance.ts';
import type { ActivationMap } from '../../models/activation-map.ts';
import type { PatientFacts } from '../../models/pipeline.ts';
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';

/** Given to every worker at its start. */
export interface WorkerSetup {
  readonly modelsFolder: string;
  /** Folder of the file object store: workers read what they analyse themselves. */
  readonly dataFolder: string;
  /** Models to load, by id. */
  readonly modelIds: readonly string[];
  readonly intraOpThreads: number;
  readonly executionProvider: ExecutionProvider;
}

/** Noted by a process whose networks run on the CPU although CUDA was asked for. */
export interface ProviderFallback {
  readonly kind: 'provider-fallback';
  readonly reason: string;
}

export function isProviderFallback(message: unknown): message is ProviderFallback {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    message.kind === 'provider-fallback'
  );
}

/** What a process answers. */
export interface InferenceResult {
  readonly outcome: ImageOutcome;
  /** Time inside the networks alone, in seconds: no reading, no decoding, no waiting. */
  readonly networkSeconds: number;
}

/** One instance whose heat map is wanted. */
export type ActivationTask = Pick<InferenceTask, 'objectKey' | 'header' | 'modelIds'>;

/** Why a worker has no result: an error would lose its kind between processes. */
export interface Hindrance {
  readonly kind: FailureKind;
  readonly message: string;
}

/** A heat map, or why there is none. */
export type ActivationResult = { readonly map: ActivationMap } | Hindrance;

/** What a process can be given, and what it answers to each. */
export type WorkerTask =
  | { readonly wants: 'outcome'; readonly task: InferenceTask }
  | { readonly wants: 'activation'; readonly task: ActivationTask };
export type WorkerResult = InferenceResult | ActivationResult;

/** One instance to analyse. */
export interface InferenceTask {
  /** Where the Part 10 file lies in the object store. */
  readonly objectKey: string;
  readonly header: InstanceHeader;
  /** Models that may speak about this image, by id; a subset of the loaded ones. */
  readonly modelIds: readonly string[];
  readonly patient: PatientFacts;
  readonly isBoneAgeRequested: boolean;
}
