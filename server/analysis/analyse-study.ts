/**
 * A complete study → one result set, stored in the study. The order of the whole: judge, infer, encode, store, record.
 *
 * Everything that a re-run must repeat exactly (time, predecessor, outcomes) is read from where the first run wrote it, so
 * a crash at any line ends, after the next try, in the same bytes.
 */
import { createHash } from 'node:crypto';
import { numberOf, type DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf, TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import { REJECTION_REASONS, type ImageOutcome, type SourceImage } from '../../dicom/vocabulary/finding.ts';
import {
  buildResultSet,
  DEFAULT_RESULT_OBJECTS,
  resultSettingsKey,
  type ResultObject,
  type ResultSettings,
} from '../../dicom/results/index.ts';
import { LOSSY_TRANSFER_SYNTAXES } from '../../dicom/transcode/pixel-description.ts';
import type { ModelSet } from '../../models/pipeline.ts';
import { oneChunk } from '../ingest/one-chunk.ts';
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
import { judgeStudy, reasonInWords, type JudgedInstance } from './eligibility.ts';
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
  /** Which objects are written for each study. */
  readonly results: ResultSettings;
  /** The bytes of a result object; `sources` are the images of its set. */
  resultFile(object: ResultObject, sources: readonly StoredInstance[]): Promise<Uint8Array>;
  now(): Date;
}

/** Faults of the moment, a stopping server among them: they say nothing of the study, however many tries they took. */
const PASSING: readonly FailureKind[] = ['storage-unavailable', 'busy'];

/** Completes one study if it is due. Rejects when a try broke off and another may help. */
export async function analyseStudy(job: StudyJob, services: StudyAnalysisServices): Promise<void> {
  const record = await beginAnalysis(services.database, job.studyInstanceUid);
  if (!record) return;
  try {
    const end = await run(record, job, services);
    await finishAnalysis(services.database, record.studyInstanceUid, record.arrivals, end);
  } catch (error) {
    const reason = error instanceof PacsError ? error.message : 'Internal error';
    if (job.isLastTry && !isPassing(error)) {
      await finishAnalysis(services.database, record.studyInstanceUid, record.arrivals, {
        state: 'failed',
        reason,
        images: record.images,
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

/** A study whose images have been analysed. */
interface AnalysedStudy {
  readonly studyInstanceUid: string;
  readonly images: readonly AnalysedImage[];
  /** SOP Instance UIDs that were stored when the run began. */
  readonly stored: ReadonlySet<string>;
}

async function run(
  record: AnalysisRecord,
  job: StudyJob,
  services: StudyAnalysisServices,
): Promise<AnalysisEnd> {
  const instances = await services.index.listInstances({ studyUid: record.studyInstanceUid });
  const judged = judgeStudy(instances, services.modalities);
  // A CT of five hundred slices would drown the report: what is no radiograph is listed by the API alone.
  const others = judged.filter(isOfOtherModality);
  const offered = judged.filter((one) => !isOfOtherModality(one));
  const images = await Promise.all(offered.map((one) => imageOf(one, record, job, services)));
  const listed = [...images.map(({ outcome }) => stateOf(outcome)), ...others.map(otherModalityState)];
  if (images.length === 0) {
    const reason = others.length > 0 ? REJECTION_REASONS['other-modality'] : 'The study holds no image';
    return { state: 'rejected', reason, images: listed };
  }
  const stored = new Set(instances.map(({ sopInstanceUid }) => sopInstanceUid));
  const { studyInstanceUid } = record;
  const report = await storeResults({ studyInstanceUid, images, stored }, job, services);
  return { ...summaryOf(images.map(({ outcome }) => outcome)), images: listed, report };
}

function isOfOtherModality({ eligibility }: JudgedInstance): boolean {
  return eligibility.kind === 'rejected' && eligibility.reason === 'other-modality';
}

/** One image's outcome: refused by its header, or from the models. */
async function imageOf(
  { instance, eligibility }: JudgedInstance,
  record: AnalysisRecord,
  job: StudyJob,
  services: StudyAnalysisServices,
): Promise<AnalysedImage> {
  const nothing = { source: sourceOf(instance), findings: [], runs: [] };
  if (eligibility.kind === 'rejected') {
    const { reason } = eligibility;
    return { outcome: { status: 'rejected', reason, ...nothing }, instance, settingsKey: '' };
  }
  const isBoneAgeRequested = record.isBoneAgeRequested || asksForBoneAge(instance.metadata);
  const models = services.modelsFor(instance);
  const settingsKey = settingsKeyOf(models, isBoneAgeRequested, services.softwareVersion);
  try {
    const outcome = await services.inference.outcomeOf(instance, models, isBoneAgeRequested);
    return { outcome, instance, settingsKey };
  } catch (error) {
    if (!job.isLastTry || !(error instanceof PacsError) || isPassing(error)) throw error;
    // No try could bring this image through the threads.
    return { outcome: { status: 'failed', detail: error.message, ...nothing }, instance, settingsKey };
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof PacsError && PASSING.includes(error.kind);
}

function sourceOf({ metadata, ...instance }: StoredInstance): SourceImage {
  return {
    studyInstanceUid: instance.studyInstanceUid,
    seriesInstanceUid: instance.seriesInstanceUid,
    sopClassUid: instance.sopClassUid,
    sopInstanceUid: instance.sopInstanceUid,
    frameNumber: 1,
    rows: numberOf(metadata, TAG.Rows) ?? 0,
    columns: numberOf(metadata, TAG.Columns) ?? 0,
  };
}

/** Stores the set; on the last try without the summary images, where these cannot be drawn: a picture must not silence the report. */
async function storeResults(
  study: AnalysedStudy,
  job: StudyJob,
  services: StudyAnalysisServices,
): Promise<AnalysisEnd['report']> {
  const { results } = services;
  const objects = results.objects ?? DEFAULT_RESULT_OBJECTS;
  try {
    return await storeSet(study, results, services);
  } catch (error) {
    if (!job.isLastTry || !objects.includes('sc') || isStorageAway(error)) throw error;
    const others = objects.filter((kind) => kind !== 'sc');
    return await storeSet(study, { ...results, objects: others }, services);
  }
}

/** A drawing may be what keeps its threads busy; storage that is away is nobody's fault. */
function isStorageAway(error: unknown): boolean {
  return error instanceof PacsError && error.kind === 'storage-unavailable';
}

async function storeSet(
  { studyInstanceUid, images, stored }: AnalysedStudy,
  settings: ResultSettings,
  services: StudyAnalysisServices,
): Promise<AnalysisEnd['report']> {
  const { database, observer, softwareVersion } = services;
  const sources = images.map(({ instance }) => instance);
  const studyAttributes: DataSet = sources[0]?.metadata ?? {};
  const resultKey = resultKeyOf(images, settings, softwareVersion);
  const firstRun = await firstRunOf(
    database,
    resultKey,
    studyInstanceUid,
    performedAtOf(services.now(), studyAttributes),
  );
  const [report, ...siblings] = buildResultSet({
    studyAttributes,
    images: images.map(({ outcome, instance }) => ({ outcome, metadata: headerForResults(instance) })),
    ...firstRun,
    ...settings,
    softwareVersion,
    observer,
  });
  if (!report) throw new PacsError('internal', 'A result set has no report');
  // The report is the root: once it is there, everything that it names is there.
  for (const object of [...siblings, report]) {
    // Drawn pixels need not be drawn again to find that they are there.
    const isDrawn = object.pixels?.kind === 'drawing' && stored.has(object.sopInstanceUid);
    if (!isDrawn) await storeResult(await services.resultFile(object, sources), services.instances);
  }
  await recordReport(database, resultKey, report);
  return { seriesInstanceUid: report.seriesInstanceUid, sopInstanceUid: report.sopInstanceUid };
}

/** The header of an image that results derive from: one compressed with loss has lost information, whatever it says (PS3.3 C.7.6.1.1.5). */
function headerForResults({ metadata, transferSyntaxUid }: StoredInstance): DataSet {
  return LOSSY_TRANSFER_SYNTAXES.includes(transferSyntaxUid)
    ? { ...metadata, ...dataSetOf({ LossyImageCompression: '01' }) }
    : metadata;
}

/** Stores one object; one that is there with the same bytes stays as it is. Other bytes under its UID are a fault of ours, and told. */
async function storeResult(bytes: Uint8Array, instances: InstanceStore): Promise<void> {
  const outcome = await instances.store(oneChunk(bytes), { origin: 'analysis' });
  if (outcome.status === 'refused') throw outcome.failure;
}

/** Names a result set: its images, and everything that shaped what was said of them. */
function resultKeyOf(
  images: readonly AnalysedImage[],
  settings: ResultSettings,
  softwareVersion: string,
): string {
  const parts = images
    .map(({ instance, settingsKey, outcome }) => [
      instance.sopInstanceUid,
      settingsKey,
      outcome.status,
      ...outcome.runs.map(({ model, status }) => `${model.id} ${status}`),
    ])
    .toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([softwareVersion, resultSettingsKey(settings), parts]))
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

function stateOf(outcome: ImageOutcome): ImageState {
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

function otherModalityState({ instance }: JudgedInstance): ImageState {
  return {
    sopInstanceUid: instance.sopInstanceUid,
    state: 'rejected',
    reason: REJECTION_REASONS['other-modality'],
  };
}
