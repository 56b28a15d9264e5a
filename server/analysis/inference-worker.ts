/**
 * The worker process. Everything slow happens here, and a native crash ends no more than this. Sessions are loaded once,
 * when it starts.
 */
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import type { RunModel } from '../../models/pipeline.ts';
import { modelsForPatient, selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import { openSessions } from '../../models/runtime/session.ts';
import { serveTasks } from '../operations/process-messages.ts';
import { FileObjectStore } from '../storage/file-object-store.ts';
import { activationOfInstance } from './activation-of-instance.ts';
import { analyseInstance } from './analyse-instance.ts';
import type { ProviderFallback, WorkerResult, WorkerSetup, WorkerTask } from './inference-task.ts';

serveTasks<WorkerTask, WorkerResult>(async (setup, note) => {
  const { modelsFolder, dataFolder, modelIds, intraOpThreads, executionProvider } = setup as WorkerSetup;
  const manifests = readManifests(modelsFolder).filter(({ id }) => modelIds.includes(id));
  const sessions = await openSessions(modelsFolder, manifests, { intraOpThreads, executionProvider });
  const objects = await FileObjectStore.open(dataFolder);
  const { fallbackReason } = sessions;
  if (fallbackReason !== undefined) {
    note({ kind: 'provider-fallback', reason: fallbackReason } satisfies ProviderFallback);
  }
  /** What the pixels cannot give is an outcome; only a fault of ours rejects. */
  const analyse = async (order: WorkerTask): Promise<WorkerResult> => {
    const { task } = order;
    let bytes: Uint8Array;
    try {
      bytes = await objects.read(task.objectKey);
    } catch (error) {
      const { kind, message } = asPacsError(error, 'storage-unavailable');
      return { kind, message };
    }
    // One a task: the order is for one patient.
    const selected = selectModels(manifests, { ids: task.modelIds, allowsResearchOnly: true });
    const models = modelsForPatient(selected, {});
    if (order.wants === 'activation')
      return await activationOfInstance({ ...task, bytes }, models, sessions.run);
    let networkMs = 0;
    const timed: RunModel = async (model, inputs) => {
      const startedAt = performance.now();
      try {
        return await sessions.run(model, inputs);
      } finally {
        networkMs += performance.now() - startedAt;
      }
    };
    const outcome = await analyseInstance({ ...order.task, bytes, isGivenAway: true }, models, timed);
    return { outcome, networkSeconds: networkMs / 1000 };
  };
  return { work: analyse };
});
