/**
 * The worker thread. Everything slow happens here, off the event loop. Sessions are loaded once, when the thread starts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import { openSessions } from '../../models/runtime/session.ts';
import { READY } from '../operations/thread-messages.ts';
import { analyseInstance } from './analyse-instance.ts';
import type { InferenceResult, InferenceTask, ProviderFallback, WorkerSetup } from './inference-task.ts';

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

/** Analyses one instance. What its pixels cannot give is an outcome; only a fault of ours rejects. */
export default async function analyse(task: InferenceTask): Promise<InferenceResult> {
  let networkMs = 0;
  const models = selectModels(manifests, { ids: task.modelIds, allowsResearchOnly: true });
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
