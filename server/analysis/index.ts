/**
 * The analysis as the rest of the server sees it: hooks for the instance store, a start, a stop, and requests.
 *
 * Inference starts when an image arrives; encoding waits until the study is complete, that is, nothing arrived for the
 * quiet time, or somebody asked.
 */
import type { ResultObject, ResultSettings } from '../../dicom/results/index.ts';
import { asPacsError, PacsError } from '../../dicom/vocabulary/failure.ts';
import { REJECTION_REASONS, type ModelIdentity } from '../../dicom/vocabulary/finding.ts';
import { activationMapOf, type ActivationMap } from '../../models/activation-map.ts';
import { identityOf } from '../../models/manifest.ts';
import { modelsForPatient, selectModels } from '../../models/registry.ts';
import type { ExecutionProvider } from '../../models/runtime/execution-provider.ts';
import { readManifests } from '../../models/runtime/load-models.ts';
import type { StudyRouting } from '../routing/study-routing.ts';
import type { InstanceStore, StoreHooks } from '../ingest/store-instances.ts';
import type { Pool } from '../storage/database.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import type { RunImaging } from '../imaging/imaging-task.ts';
import { createGate } from '../operations/gate.ts';
import { headerOf, type StoredInstance } from '../storage/stored-instance.ts';
import type { StudyIndex } from '../storage/study-index.ts';
import { endHold, listUnfinished, recordArrival } from './analysis-records.ts';
import { analyseStudy } from './analyse-study.ts';
import { eligibilityOf } from './eligibility.ts';
import { createImageInference } from './image-inference.ts';
import { startInferencePool } from './inference-pool.ts';
import { asksForBoneAge, patientFactsOf } from './patient-facts.ts';
import { resultFile } from './result-file.ts';
import { retryRegularly } from './stalled-studies.ts';
import { startStudyQueue, type StudyQueue } from './study-queue.ts';

export interface AnalysisSettings {
  readonly modelsFolder: string;
  /** Folder of the object store, for the processes that read from it. */
  readonly dataFolder: string;
  /** Ids that may run; absent means all. */
  readonly modelIds?: readonly string[];
  /** Whether research-only weights may run outside the demo. */
  readonly allowsResearchModels: boolean;
  readonly workers: number;
  readonly executionProvider: ExecutionProvider;
  readonly quietSeconds: number;
  /** Modalities that are analysed, e.g. `DX`, `CR`. */
  readonly modalities: readonly string[];
  readonly softwareVersion: string;
  readonly observer: { readonly uid: string; readonly name: string };
  /** Which objects are written for each study. */
  readonly results: ResultSettings;
}

export interface AnalysisServices {
  readonly database: Pool;
  readonly index: StudyIndex;
  readonly objects: ObjectStore;
  /** What the rules say of a study, and who takes its results. */
  readonly routing: StudyRouting;
  /** Draws and encodes the pixels of results. */
  readonly imaging: RunImaging;
  /** Told of failures that no caller waits for. */
  readonly onError: (error: PacsError) => void;
  /** Told once, when the networks run on the CPU although CUDA was asked for, and why. */
  readonly onFallback?: (reason: string) => void;
  /** Told how long each inference took, in seconds. */
  readonly onInference?: (seconds: number) => void;
}

export interface Analysis {
  /** The models that are configured to run, research-only ones for the demo included. */
  readonly models: readonly ModelIdentity[];
  /** For the instance store that is built before the analysis can start. */
  readonly hooks: StoreHooks;
  /** Starts workers and queue; results are stored through `instances`. */
  start(instances: InstanceStore): Promise<void>;
  /** Asks for a study now, without waiting for quiet; `boneAge` also asks for a bone age. */
  request(studyUid: string, options?: { readonly boneAge?: boolean }): Promise<void>;
  /** A study is complete, as others know: it is held no longer. Nothing happens where nothing waits. */
  release(studyUid: string): Promise<void>;
  /**
   * Where the fracture-probability network looks on an image; made now, kept nowhere. Rejects with `not-applicable` for an
   * instance that is not analysed, `not-found` when the model has no such map.
   */
  activation(instance: StoredInstance): Promise<ActivationMap>;
  /** Finishes what is running and stops. */
  stop(): Promise<void>;
}

/** Reads the model folders and prepares the analysis. Throws `model-invalid` or `invalid-configuration`. */
export function createAnalysis(settings: AnalysisSettings, services: AnalysisServices): Analysis {
  const manifests = readManifests(settings.modelsFolder);
  const selection = { ...(settings.modelIds && { ids: settings.modelIds }) };
  const configured = selectModels(manifests, {
    ...selection,
    allowsResearchOnly: settings.allowsResearchModels,
  });
  const withResearch = selectModels(manifests, { ...selection, allowsResearchOnly: true });
  const modelsFor = ({ origin, metadata }: StoredInstance, ids?: readonly string[]) => {
    const allowed = origin === 'demo' ? withResearch : configured;
    const named = ids ? allowed.filter(({ id }) => ids.includes(id)) : allowed;
    return modelsForPatient(named, patientFactsOf(metadata));
  };
  const { database, routing } = services;
  const pool = startInferencePool({
    modelsFolder: settings.modelsFolder,
    dataFolder: settings.dataFolder,
    modelIds: withResearch.map(({ id }) => id),
    workers: settings.workers,
    executionProvider: settings.executionProvider,
    ...(services.onFallback && { onFallback: services.onFallback }),
  });
  const inference = createImageInference({
    database,
    pool,
    concurrency: settings.workers + 1,
    softwareVersion: settings.softwareVersion,
    ...(services.onInference && { onInference: services.onInference }),
  });
  // One at a time: whoever looks at heat maps holds up one process at most.
  const activationGate = createGate(1);
  let queue: StudyQueue | undefined;
  let endRetries = (): Promise<void> => Promise.resolve();
  let isStopping = false;
  const report = (error: unknown) => {
    if (isStopping) return;
    services.onError(asPacsError(error, 'model-failed'));
  };
  const reportQueue = (error: unknown) => {
    services.onError(asPacsError(error, 'storage-unavailable'));
  };

  return {
    models: withResearch.map(identityOf),
    hooks: {
      async inTransaction(client, instance) {
        if (eligibilityOf(instance, settings.modalities).kind === 'ignored' || routing.isPrior(instance))
          return;
        const { hold, priority, priors } = routing.routeOfArrival(instance);
        const studyUid = instance.studyInstanceUid;
        if (instance.sender) await routing.rememberSender(client, studyUid, instance.sender);
        if (priors) await routing.requestPriors(client, studyUid, priors);
        const inSeconds = hold.quietSeconds ?? settings.quietSeconds;
        const due = await recordArrival(client, studyUid, { inSeconds, priority, completeAt: hold.images });
        await queue?.enqueue(studyUid, due, client, priority);
      },
      afterCommit(instance) {
        if (!queue || eligibilityOf(instance, settings.modalities).kind !== 'radiograph') return;
        if (routing.isPrior(instance)) return;
        const { isAnalysed, modelIds, priority } = routing.routeOfArrival(instance);
        if (!isAnalysed) return;
        const isBoneAgeRequested = asksForBoneAge(instance.metadata);
        inference
          .outcomeOf(instance, modelsFor(instance, modelIds), isBoneAgeRequested, priority)
          .catch(report);
      },
    },
    async start(instances) {
      await pool.ready;
      const { softwareVersion, observer, modalities, results } = settings;
      const now = () => new Date();
      const study = {
        database,
        index: services.index,
        instances,
        inference,
        routing,
        modelsFor,
        modalities,
        observer,
        softwareVersion,
        results,
        resultFile: (object: ResultObject, sources: readonly StoredInstance[]) =>
          resultFile(object, sources, services),
        now,
      };
      const started = await startStudyQueue(database, {
        concurrency: settings.workers + 1,
        handle: (job) => analyseStudy(job, study),
        onError: reportQueue,
      });
      for (const studyUid of await listUnfinished(database))
        await started.enqueue(studyUid, settings.quietSeconds);
      endRetries = retryRegularly(database, started, reportQueue);
      queue = started;
    },
    async request(studyUid, options) {
      await recordArrival(database, studyUid, {
        inSeconds: 0,
        isBoneAgeRequested: options?.boneAge ?? false,
      });
      await queue?.enqueue(studyUid, 0);
    },
    async release(studyUid) {
      const priority = await endHold(database, studyUid);
      if (priority !== undefined) await queue?.enqueue(studyUid, 0, undefined, priority);
    },
    async activation(instance) {
      const eligibility = eligibilityOf(instance, settings.modalities);
      if (eligibility.kind !== 'radiograph') {
        const words =
          eligibility.kind === 'rejected' ? REJECTION_REASONS[eligibility.reason] : 'It is no image';
        throw new PacsError('not-applicable', words);
      }
      const models = modelsFor(instance);
      const model = models['fracture-probability'];
      if (!model || !activationMapOf(model)) {
        throw new PacsError('not-found', 'No fracture-probability model gives an activation map');
      }
      const modelIds = Object.values(models).map(({ id }) => id);
      return await activationGate.pass(() =>
        pool.activation({
          objectKey: instance.objectKey,
          header: headerOf(instance),
          modelIds,
        }),
      );
    },
    async stop() {
      const stopping = queue;
      queue = undefined;
      isStopping = true;
      inference.close();
      activationGate.close();
      await endRetries();
      await stopping?.stop();
      await pool.close();
    },
  };
}
