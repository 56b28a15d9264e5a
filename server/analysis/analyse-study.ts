/**
 * A complete study → one result set, stored in the study. The order of the whole: judge, infer, encode, store, record.
 *
 * Everything that a re-run must repeat exactly (time, predecessor, outcomes) is read from where the first run wrote it, so
 * a crash at any line ends, after the next try, in the same bytes.
 */
import { createHash } from 'node:crypto';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import { REJECTION_REASONS, type ImageOutcome } from '../../dicom/vocabulary/finding.ts';
import { buildResultSet, type ResultObject } from '../../dicom/results/index.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import type { ModelSet } from '../../models/pipeline.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import type { Pool } from '../storage/database.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import {
  beginAnalysis,
  finishAnalysis,
  firstRunOf,
  postponeAnalysis,
  recordReport,
  type AnalysisEnd,
  type AnalysisRecord,
  type ImageState,
} from './analysis-records.ts';
import { judgeStudy, reasonInWords } from './eligibility.ts';
import { settingsKeyOf, type ImageInference } from './image-inference.ts';
import { asksForBoneAge } from './patient-facts.ts';
import { performedAtOf } from './result-time.ts';
import type { StudyJob } from './study-queue.ts';

export interface StudyAnalysisServices {
  readonly database: Pool;
  readonly index: StudyIndex;
  readonly instances: InstanceStore;
  readonly inference: ImageInference;
  /** The models that may speak about an instance: research-only ones for the demo, else as configured. */
  modelsFor(instance: StoredInstance): ModelSet;
  readonly modalities: readonly string[];
  /** Identity of this installation in its results. */
  readonly observer: { readonly uid: string; readonly name: string };
  readonly softwareVersion: string;
  now(): Date;
}

/** Completes one study if it is due. Rejects when a try broke off and another may help. */
export async function analyseStudy(job: StudyJob, services: StudyAnalysisServices): Promise<void> {
  const record = await beginAnalysis(services.database, job.studyInstanceUid);
  if (!record) return;
  try {
    const end = await run(record, job, services);
    await finishAnalysis(services.database, record.studyInstanceUid, record.arrivals, end);
  } catch (error) {
    const reason = error instanceof PacsError ? error.message : 'Internal error';
    if (job.isLastTry) {
      await finishAnalysis(services.database, record.studyInstanceUid, record.arrivals, {
        state: 'failed',
        reason,
        images: [],
      });
    } else {
      await postponeAnalysis(services.database, record.studyInstanceUid, reason);
    }
    throw error;
  }
}

/** One image that was analysed, with the header its results must agree with. */
interface AnalysedImage {
  readonly outcome: ImageOutcome;
  readonly instance: StoredInstance;
  readonly settingsKey: string;
}

async function run(
  record: AnalysisRecord,
  job: StudyJob,
  services: StudyAnalysisServices,
): Promise<AnalysisEnd> {
  const instances = await services.index.listInstances({ studyUid: record.studyInstanceUid });
  const judged = judgeStudy(instances, services.modalities);
  const refused = judged.flatMap(({ instance, eligibility }): (ImageState & { state: 'rejected' })[] =>
    eligibility.kind === 'rejected'
      ? [
          {
            sopInstanceUid: instance.sopInstanceUid,
            state: 'rejected',
            reason: REJECTION_REASONS[eligibility.reason],
          },
        ]
      : [],
  );
  const radiographs = judged
    .filter(({ eligibility }) => eligibility.kind === 'radiograph')
    .map(({ instance }) => instance);
  if (radiographs.length === 0) {
    const reasons = judged.flatMap(({ eligibility }) =>
      eligibility.kind === 'rejected' ? [eligibility.reason] : [],
    );
    return {
      state: 'rejected',
      reason: reasonInWords(reasons) || 'The study holds no image',
      images: refused,
    };
  }
  const isBoneAgeRequested =
    record.isBoneAgeRequested || radiographs.some(({ metadata }) => asksForBoneAge(metadata));
  const images = await Promise.all(
    radiographs.map((instance) => infer(instance, isBoneAgeRequested, job, services)),
  );
  const report = await storeResults(record.studyInstanceUid, images, services);
  return {
    ...summaryOf(images.map(({ outcome }) => outcome)),
    images: [...images.map(stateOf), ...refused],
    report,
  };
}

async function infer(
  instance: StoredInstance,
  isBoneAgeRequested: boolean,
  job: StudyJob,
  services: StudyAnalysisServices,
): Promise<AnalysedImage> {
  const models = services.modelsFor(instance);
  const settingsKey = settingsKeyOf(models, isBoneAgeRequested);
  try {
    return {
      outcome: await services.inference.outcomeOf(instance, models, isBoneAgeRequested),
      instance,
      settingsKey,
    };
  } catch (error) {
    if (!job.isLastTry || !(error instanceof PacsError)) throw error;
    return { outcome: failedOutcome(instance, error.message), instance, settingsKey };
  }
}

/** The outcome of an image that no try could bring through the workers. */
function failedOutcome(instance: StoredInstance, detail: string): ImageOutcome {
  const { studyInstanceUid, seriesInstanceUid, sopClassUid, sopInstanceUid } = instance;
  const source = {
    studyInstanceUid,
    seriesInstanceUid,
    sopClassUid,
    sopInstanceUid,
    frameNumber: 1,
    rows: 0,
    columns: 0,
  };
  return { status: 'failed', source, detail, findings: [], runs: [] };
}

async function storeResults(
  studyUid: string,
  images: readonly AnalysedImage[],
  services: StudyAnalysisServices,
): Promise<AnalysisEnd['report']> {
  const { database, observer, softwareVersion } = services;
  const studyAttributes: DataSet = images[0]?.instance.metadata ?? {};
  const resultKey = resultKeyOf(images, softwareVersion);
  const firstRun = await firstRunOf(
    database,
    resultKey,
    studyUid,
    performedAtOf(services.now(), studyAttributes),
  );
  const objects = buildResultSet({
    studyAttributes,
    images: images.map(({ outcome, instance }) => ({ outcome, metadata: instance.metadata })),
    ...firstRun,
    softwareVersion,
    observer,
  });
  for (const object of objects) await storeResult(object, services.instances);
  const [report] = objects;
  if (!report) throw new PacsError('internal', 'A result set has no report');
  await recordReport(database, resultKey, report);
  return { seriesInstanceUid: report.seriesInstanceUid, sopInstanceUid: report.sopInstanceUid };
}

/** Stores one object. One that is there already stays as it is: bytes never change under a UID. */
async function storeResult(object: ResultObject, instances: InstanceStore): Promise<void> {
  const bytes = writePart10(object.dataSet);
  const outcome = await instances.store(oneChunk(bytes), { origin: 'analysis' });
  if (outcome.status === 'refused' && outcome.failure.kind !== 'duplicate-instance') throw outcome.failure;
}

// eslint-disable-next-line @typescript-eslint/require-await -- a body is an asynchronous iterable
async function* oneChunk(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Names a result set: its images, and everything that shaped what was said of them. */
function resultKeyOf(images: readonly AnalysedImage[], softwareVersion: string): string {
  const parts = images
    .map(({ instance, settingsKey, outcome }) => [instance.sopInstanceUid, settingsKey, outcome.status])
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([softwareVersion, parts]))
    .digest('hex');
}

/** A study is done when one image is; it has failed when one has failed and none is done; else it is rejected. */
function summaryOf(outcomes: readonly ImageOutcome[]): Pick<AnalysisEnd, 'state' | 'reason'> {
  if (outcomes.some(({ status }) => status === 'analysed')) return { state: 'done' };
  const failed = outcomes.find((outcome) => outcome.status === 'failed');
  if (failed) return { state: 'failed', reason: failed.detail };
  return {
    state: 'rejected',
    reason: reasonInWords(outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))),
  };
}

function stateOf({ outcome }: AnalysedImage): ImageState {
  const { sopInstanceUid } = outcome.source;
  switch (outcome.status) {
    case 'analysed':
      return { sopInstanceUid, state: 'analysed' };
    case 'rejected':
      return {
        sopInstanceUid,
        state: 'rejected',
        reason: outcome.detail ?? REJECTION_REASONS[outcome.reason],
      };
    case 'failed':
      return { sopInstanceUid, state: 'failed', reason: outcome.detail };
  }
}
