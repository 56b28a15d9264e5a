/**
 * One image's outcome: from the table when it has been seen under the same settings, else from the pool; never twice at
 * once.
 *
 * Thousands of images may arrive at once: the processes read their bytes themselves, when one is free.
 */
import { createHash } from 'node:crypto';
import type { ImageOutcome } from '../../dicom/vocabulary/finding.ts';
import { identityOf } from '../../models/manifest.ts';
import type { ModelSet } from '../../models/pipeline.ts';
import { createGate } from '../operations/gate.ts';
import type { Pool } from '../storage/database.ts';
import { headerOf, type StoredInstance } from '../storage/stored-instance.ts';
import { findOutcome, saveOutcome } from './analysis-records.ts';
import type { InferencePool } from './inference-pool.ts';
import { patientFactsOf } from './patient-facts.ts';

export interface ImageInference {
  /** Rejects only for a fault of ours (`model-failed`, `storage-unavailable`), which may pass on another try. */
  outcomeOf(
    instance: StoredInstance,
    models: ModelSet,
    isBoneAgeRequested: boolean,
    /** Of images that wait the largest goes first; default 0. */
    priority?: number,
  ): Promise<ImageOutcome>;
  /** Begins no further image: those that wait are rejected. */
  close(): void;
}

export interface ImageInferenceServices {
  readonly database: Pool;
  readonly pool: InferencePool;
  /** Images handed to the pool side by side: its processes and one more, so that none waits. */
  readonly concurrency: number;
  /** Stands in the key of what is remembered: another version may read the same image differently. */
  readonly softwareVersion: string;
  /** Told how long the networks took on each image, in seconds. */
  readonly onInference?: (seconds: number) => void;
}

/** Inference on the given pool. */
export function createImageInference(services: ImageInferenceServices): ImageInference {
  const inFlight = new Map<string, Promise<ImageOutcome>>();
  const gate = createGate(services.concurrency);
  const compute = async (
    instance: StoredInstance,
    models: ModelSet,
    isBoneAgeRequested: boolean,
    settingsKey: string,
  ) => {
    const known = await findOutcome(services.database, instance.sopInstanceUid, settingsKey);
    if (known) return known;
    const { outcome, networkSeconds } = await services.pool.analyse({
      objectKey: instance.objectKey,
      header: headerOf(instance),
      modelIds: Object.values(models).map(({ id }) => id),
      patient: patientFactsOf(instance.metadata),
      isBoneAgeRequested,
    });
    services.onInference?.(networkSeconds);
    // A failure may pass: it is not remembered, so that asking again can help.
    if (!hasFailed(outcome)) await saveOutcome(services.database, settingsKey, outcome);
    return outcome;
  };
  return {
    outcomeOf(instance, models, isBoneAgeRequested, priority) {
      const settingsKey = settingsKeyOf(models, isBoneAgeRequested, services.softwareVersion);
      const key = `${instance.sopInstanceUid} ${settingsKey}`;
      const running = inFlight.get(key);
      if (running) return running;
      const started = gate
        .pass(() => compute(instance, models, isBoneAgeRequested, settingsKey), priority)
        .finally(() => inFlight.delete(key));
      inFlight.set(key, started);
      return started;
    },
    close: () => {
      gate.close();
    },
  };
}

/** Hash of everything but the image that shapes an outcome. */
export function settingsKeyOf(
  models: ModelSet,
  isBoneAgeRequested: boolean,
  softwareVersion: string,
): string {
  const identities = Object.values(models)
    .map(identityOf)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([softwareVersion, identities, isBoneAgeRequested]))
    .digest('hex');
}

/** True when the image, or a model on it, failed. */
function hasFailed({ status, runs }: ImageOutcome): boolean {
  return status === 'failed' || runs.some((run) => run.status === 'failed');
}
