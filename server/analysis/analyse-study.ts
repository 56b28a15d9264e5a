/**
 * A complete study → one result set, stored in the study. The order of the whole: judge, infer, encode, store, record.
 *
 * Everything that a re-run must repeat exactly (time, predecessor, outcomes) is read from where the first run wrote it, so
 * a crash at any line ends, after the next try, in the same bytes.
 */
import { numberOf } from '../../dicom/vocabulary/data-set.ts';
import { TAG } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError, type FailureKind } from '../../dicom/vocabulary/failure.ts';
import { REJECTION_REASONS, type ImageOutcome, type SourceImage } from '../../dicom/vocabulary/finding.ts';
import type { ModelSet } from '../../models/pipeline.ts';
import type { Route } from '../routing/decide-route.ts';
import type { StudyRouting } from '../routing/study-routing.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import {
  beginAnalysis,
  finishAnalysis,
  postponeAnalysis,
  type AnalysisEnd,
  type AnalysisRecord,
  type ImageState,
} from './analysis-records.ts';
import { judgeStudy, reasonInWords, type JudgedInstance } from './eligibility.ts';
import { settingsKeyOf, type ImageInference } from './image-inference.ts';
import { asksForBoneAge } from './patient-facts.ts';
import { storeResults, type AnalysedImage, type ResultSetServices } from './store-result-set.ts';
import type { StudyJob } from './study-queue.ts';

export interface StudyAnalysisServices extends ResultSetServices {
  readonly index: StudyIndex;
  readonly inference: ImageInference;
  readonly routing: Pick<StudyRouting, 'routeOfStudy' | 'deliver'>;
  /** The models that may speak about an instance: research-only ones for the demo, else as configured; of those what the rules allow. */
  modelsFor(instance: StoredInstance, modelIds?: readonly string[]): ModelSet;
  readonly modalities: readonly string[];
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
  const route = await services.routing.routeOfStudy(
    record.studyInstanceUid,
    judged.map(({ instance }) => instance),
  );
  if (!route.isAnalysed) {
    const reason = `The routing rule “${route.from.analyse?.name ?? ''}” says not to analyse this study`;
    return { state: 'rejected', reason, images: [] };
  }
  const images = await Promise.all(offered.map((one) => imageOf(one, record, route, job, services)));
  const listed = [...images.map(({ outcome }) => stateOf(outcome)), ...others.map(otherModalityState)];
  if (images.length === 0) {
    const reason = others.length > 0 ? REJECTION_REASONS['other-modality'] : 'The study holds no image';
    return { state: 'rejected', reason, images: listed };
  }
  const stored = new Set(instances.map(({ sopInstanceUid }) => sopInstanceUid));
  const { studyInstanceUid } = record;
  const report = await storeResults({ studyInstanceUid, images, stored, route }, job, services);
  return { ...summaryOf(images.map(({ outcome }) => outcome)), images: listed, report };
}

function isOfOtherModality({ eligibility }: JudgedInstance): boolean {
  return eligibility.kind === 'rejected' && eligibility.reason === 'other-modality';
}

/** One image's outcome: refused by its header, or from the models. */
async function imageOf(
  { instance, eligibility }: JudgedInstance,
  record: AnalysisRecord,
  { modelIds, priority }: Route,
  job: StudyJob,
  services: StudyAnalysisServices,
): Promise<AnalysedImage> {
  const nothing = { source: sourceOf(instance), findings: [], runs: [] };
  if (eligibility.kind === 'rejected') {
    const { reason } = eligibility;
    return { outcome: { status: 'rejected', reason, ...nothing }, instance, settingsKey: '' };
  }
  const isBoneAgeRequested = record.isBoneAgeRequested || asksForBoneAge(instance.metadata);
  const models = services.modelsFor(instance, modelIds);
  const settingsKey = settingsKeyOf(models, isBoneAgeRequested, services.softwareVersion);
  try {
    const outcome = await services.inference.outcomeOf(instance, models, isBoneAgeRequested, priority);
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
