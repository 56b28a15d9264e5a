/**
 * The worker thread. Everything slow happens here, off the event loop. Sessions are loaded once, when the thread starts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ModelSet } from '../../models/pipeline.ts';
import { modelsForPatient, selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import { openSessions } from '../../models/runtime/session.ts';
import { READY } from '../operations/thread-messages.ts';
import { activationOfInstance } from './activation-of-instance.ts';
import { analyseInstance } from './analyse-instance.ts';
import type {
  InferenceResult,
  InferenceTask,
  ProviderFallback,
  WorkerResult,
  WorkerSetup,
  WorkerTask,
} from './inference-task.ts';

const setup = workerData as WorkerSetup;
const manifests = readManifests(setup.modelsFolder).filter(({ id }) => setup.modelIds.includes(id));
const { intraOpThreads, executionProvider } = setup;
const sessions = await openSessions(setup.modelsFolder, manifests, { intraOpThreads, executionProvider });
if (sessions.fallbackReason !== undefined) {
  parentPort?.postMessage({
    kind: 'provider-fallback',
    reason: sessions.fallbackReason,
  } satisfies ProviderFallback);
}
parentPort?.postMessage(READY);

/** What its pixels cannot give is an outcome; only a fault of ours rejects. */
export default async function work(order: WorkerTask): Promise<WorkerResult> {
  // One a task: the order is for one patient.
  const models = modelsForPatient(
    selectModels(manifests, { ids: order.task.modelIds, allowsResearchOnly: true }),
    {},
  );
  return order.wants === 'activation'
    ? activationOfInstance(order.task, models, sessions.run)
    : analyse(order.task, models);
}

async function analyse(task: InferenceTask, models: ModelSet): Promise<InferenceResult> {
  let networkMs = 0;
  const outcome = await analyseInstance(task, models, async (model, inputs) => {
    const startedAt = performance.now();
    try {
      return await sessions.run(model, inputs);
    } finally {
      networkMs += performance.now() - startedAt;
    }
  });
  return { outcome, networkSeconds: networkMs / 1000 };
}
