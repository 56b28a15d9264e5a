/**
 * `/api/audit` on a storage of the test's own, put together as the server does it.
 */
import type { Router } from 'express';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { openQuality } from '../../server/open-quality.ts';
import { createGate } from '../../server/operations/gate.ts';
import { BONE_AGE_MODEL, FRACTURE_MODEL } from './result-inputs.ts';
import type { TestStorage } from './storage.ts';

/** The models of the installation are those that `result-inputs.ts` names. */
export function qualityRouter({ pool, index, objects }: TestStorage): Router {
  return openQuality({
    ...{ pool, index, objects },
    analysis: { models: [FRACTURE_MODEL, BONE_AGE_MODEL] },
    imaging: runImagingTask,
    decodingPlaces: createGate(1),
  });
}
