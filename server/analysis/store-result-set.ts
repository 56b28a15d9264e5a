/**
 * Outcomes of a study's images → its result set: built, stored with the report last, recorded, and handed to delivery.
 *
 * A crash at any line ends, after the next try, in the same bytes and the same deliveries.
 */
import { createHash } from 'node:crypto';
import type { DataSet } from '../../dicom/vocabulary/data-set.ts';
import { dataSetOf } from '../../dicom/vocabulary/dictionary.ts';
import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { ImageOutcome } from '../../dicom/vocabulary/finding.ts';
import {
  buildResultSet,
  DEFAULT_RESULT_OBJECTS,
  resultSettingsKey,
  type ResultObject,
  type ResultSettings,
} from '../../dicom/results/index.ts';
import { LOSSY_TRANSFER_SYNTAXES } from '../../dicom/transcode/pixel-description.ts';
import { oneChunk } from '../ingest/one-chunk.ts';
import type { InstanceStore } from '../ingest/store-instances.ts';
import { objectsOfRoute, type Route } from '../routing/decide-route.ts';
import type { StudyRouting } from '../routing/study-routing.ts';
import type { Pool } from '../storage/database.ts';
import type { StoredInstance } from '../storage/stored-instance.ts';
import { firstRunOf, recordReport, type AnalysisEnd } from './analysis-records.ts';
import { performedAtOf } from './result-time.ts';
import type { StudyJob } from './study-queue.ts';

export interface ResultSetServices {
  readonly database: Pool;
  readonly instances: InstanceStore;
  readonly routing: Pick<StudyRouting, 'deliver'>;
  /** Identity of this installation in its results. */
  readonly observer: { readonly uid: string; readonly name: string };
  readonly softwareVersion: string;
  /** Which objects are written where no rule says otherwise, and how. */
  readonly results: ResultSettings;
  /** The bytes of a result object; `sources` are the images of its set. */
  resultFile(object: ResultObject, sources: readonly StoredInstance[]): Promise<Uint8Array>;
  now(): Date;
}

/** One image that was analysed, with the header its results must agree with. */
export interface AnalysedImage {
  readonly outcome: ImageOutcome;
  readonly instance: StoredInstance;
  readonly settingsKey: string;
}

/** A study whose images have been analysed. */
export interface AnalysedStudy {
  readonly studyInstanceUid: string;
  readonly images: readonly AnalysedImage[];
  /** What the rules say of it. */
  readonly route: Route;
  /** SOP Instance UIDs that were stored when the run began. */
  readonly stored: ReadonlySet<string>;
}

/** Stores the set; on the last try without the summary images, where these cannot be drawn: a picture must not silence the report. */
export async function storeResults(
  study: AnalysedStudy,
  job: StudyJob,
  services: ResultSetServices,
): Promise<AnalysisEnd['report']> {
  const objects = objectsOfRoute(study.route, services.results.objects ?? DEFAULT_RESULT_OBJECTS);
  const results = { ...services.results, objects };
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
  { studyInstanceUid, images, stored, route }: AnalysedStudy,
  settings: ResultSettings,
  services: ResultSetServices,
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
  await services.routing.deliver(route, studyInstanceUid, [report, ...siblings]);
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
