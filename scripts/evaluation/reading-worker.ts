/**
 * A thread of the evaluation: file → DICOM → the server's own analysis, once as published and once with the gates open.
 *
 * Networks run once an image: the second pass is given the outputs of the first, so that it costs decoding alone.
 */
import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { asPacsError } from '../../dicom/vocabulary/failure.ts';
import { readHeader } from '../../dicom/read/part10-reader.ts';
import { openManifest } from '../../models/evaluation/open-manifest.ts';
import type { Manifest, ModelTask } from '../../models/manifest.ts';
import type { ModelSet, RunModel } from '../../models/pipeline.ts';
import type { Outputs } from '../../models/postprocess/outputs.ts';
import { modelsForPatient, selectModels } from '../../models/registry.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import { openSessions } from '../../models/runtime/session.ts';
import { analyseInstance } from '../../server/analysis/analyse-instance.ts';
import { asksForBoneAge, patientFactsOf } from '../../server/analysis/patient-facts.ts';
import { importImage } from '../../server/ingest/import-image.ts';
import { READY } from '../../server/operations/thread-messages.ts';
import { composed } from './compositions.ts';
import { encoded } from './encodings.ts';
import { readingOf } from './outcome-reading.ts';
import type { ReaderSetup, ReadingResult, ReadingTask } from './reading-task.ts';

const setup = workerData as ReaderSetup;
const chosen = selectModels(readManifests(setup.modelsFolder), {
  ...(setup.modelIds && { ids: setup.modelIds }),
  allowsResearchOnly: true,
});
const sessions = await openSessions(setup.modelsFolder, chosen, {
  intraOpThreads: setup.intraOpThreads,
});
parentPort?.postMessage(READY);

/** Reads one image. A file that is no image is a result; a fault of ours rejects. */
export default async function read(task: ReadingTask): Promise<ReadingResult> {
  let instance: Uint8Array;
  try {
    instance = await instanceOf(task);
    readHeader(instance);
  } catch (error) {
    return { status: 'unreadable', reason: asPacsError(error).message };
  }
  return { status: 'read', reading: await readInstance(instance, task) };
}

/** The Part 10 file that the server would have stored. */
async function instanceOf({ path, isPicture, sex, boneAge, composition, encoding }: ReadingTask) {
  const file = await readFile(path);
  if (!isPicture) return file;
  const part10 = await importImage(file, {
    modality: 'DX',
    ...(sex && { sex }),
    ...(boneAge && { title: 'Bone age' }),
  });
  if (composition) return await composed(part10, composition);
  return encoding ? await encoded(part10, encoding) : part10;
}

async function readInstance(bytes: Uint8Array, task: ReadingTask) {
  const header = readHeader(bytes);
  const request = {
    bytes,
    header,
    patient: patientFactsOf(header.attributes),
    isBoneAgeRequested: asksForBoneAge(header.attributes),
  };
  const models = pick(modelsForPatient(chosen, request.patient), (name) => !task.without?.includes(name));
  const outputs = new Map<ModelTask, Outputs>();
  const published = await analyseInstance(request, models, remembering(outputs));
  const open = await analyseInstance(request, mapped(models, openManifest), remembering(outputs));
  const withheld =
    task.boneAge === 'also-sex-withheld'
      ? await analyseInstance(
          { ...request, patient: {} },
          mapped(
            pick(models, (name) => name === 'bone-age'),
            openManifest,
          ),
          (model, inputs) => sessions.run(model, inputs),
        )
      : undefined;
  return readingOf({ published, open, withheld, region: models['body-region'], outputs });
}

/** Runs a network, or gives back what it said of this image before. */
function remembering(outputs: Map<ModelTask, Outputs>): RunModel {
  return async (model, inputs) => {
    const known = outputs.get(model.task) ?? (await sessions.run(model, inputs));
    outputs.set(model.task, known);
    return known;
  };
}

function pick(models: ModelSet, isWanted: (task: ModelTask) => boolean): ModelSet {
  return setOf(Object.values(models).filter(({ task }) => isWanted(task)));
}

function mapped(models: ModelSet, change: (model: Manifest) => Manifest): ModelSet {
  return setOf(Object.values(models).map(change));
}

function setOf(manifests: readonly Manifest[]): ModelSet {
  return Object.fromEntries(manifests.map((manifest) => [manifest.task, manifest]));
}
