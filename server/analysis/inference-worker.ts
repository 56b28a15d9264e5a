/**
 * The worker thread: stored bytes → frame → grey image → models → outcome. Everything slow happens here, off the event
 * loop. Sessions are loaded once, when the thread starts.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { ImageOutcome, SourceImage } from '../../dicom/vocabulary/finding.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { decodeFrame } from '../../dicom/pixels/frame-decoder.ts';
import { toGrey } from '../../dicom/pixels/render.ts';
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { readPixelModule } from '../../dicom/read/pixel-module.ts';
import { analyseImage, type RunModel } from '../../models/pipeline.ts';
import { selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import { openSessions } from '../../models/runtime/session.ts';
import { sizeRefusalOf } from '../../models/usable-image.ts';
import { READY } from '../operations/thread-messages.ts';
import type { InferenceResult, InferenceTask, WorkerSetup } from './inference-task.ts';

const setup = workerData as WorkerSetup;
const manifests = readManifests(setup.modelsFolder).filter(({ id }) => setup.modelIds.includes(id));
const sessions = await openSessions(setup.modelsFolder, manifests, { intraOpThreads: setup.intraOpThreads });
parentPort?.postMessage(READY);

/** Analyses one instance. What its pixels cannot give is an outcome; only a fault of ours rejects. */
export default async function analyseInstance(task: InferenceTask): Promise<InferenceResult> {
  let networkMs = 0;
  const outcome = await outcomeOf(task, async (model, inputs) => {
    const startedAt = performance.now();
    try {
      return await sessions.run(model, inputs);
    } finally {
      networkMs += performance.now() - startedAt;
    }
  });
  return { outcome, networkSeconds: networkMs / 1000 };
}

async function outcomeOf(task: InferenceTask, run: RunModel): Promise<ImageOutcome> {
  const { header, bytes } = task;
  const source: SourceImage = {
    studyInstanceUid: header.studyInstanceUid,
    seriesInstanceUid: header.seriesInstanceUid,
    sopClassUid: header.sopClassUid,
    sopInstanceUid: header.sopInstanceUid,
    frameNumber: 1,
    rows: numberOf(header.attributes, TAG.Rows) ?? 0,
    columns: numberOf(header.attributes, TAG.Columns) ?? 0,
  };
  try {
    // By the declared size, before anything is allocated by it.
    const refusal = source.rows > 0 && source.columns > 0 ? sizeRefusalOf(source) : undefined;
    if (refusal) return { status: 'rejected', source, ...refusal, findings: [], runs: [] };
    const module = readPixelModule(header, bytes);
    const image = toGrey(await decodeFrame(bytes, header, 0), module);
    const models = selectModels(manifests, { ids: task.modelIds, allowsResearchOnly: true });
    return await analyseImage(
      { image, source, patient: task.patient, isBoneAgeRequested: task.isBoneAgeRequested },
      models,
      run,
    );
  } catch (error) {
    if (!(error instanceof PacsError)) throw error;
    return {
      status: 'rejected',
      source,
      reason: 'undecodable',
      detail: error.message,
      findings: [],
      runs: [],
    };
  }
}
