/**
 * Opens everything a running server is made of, in order, and hands each part what it needs: the one place where parts
 * meet. Nothing here decides; see `app.ts` for HTTP and `analysis/index.ts` for the analysis.
 */
import { join } from 'node:path';

import { requireFrameWithin } from '../dicom/read/image-pixel.ts';
import { PacsError } from '../dicom/vocabulary/failure.ts';
import { MANUFACTURER } from '../dicom/vocabulary/uids.ts';
import packageDescription from '../package.json' with { type: 'json' };
import { countByState } from './analysis/analysis-records.ts';
import { createAnalysis, type Analysis } from './analysis/index.ts';
import { openRouting, type OpenRouting } from './open-routing.ts';
import { createApp } from './app.ts';
import type { Configuration } from './config.ts';
import type { BoundPorts } from './dimse/dimse-questions.ts';
import { dicomWebRouter } from './http/dicom-web-router.ts';
import { healthComponents } from './health-components.ts';
import { invokeImageDisplayRouter } from './http/invoke-image-display.ts';
import { createMetrics, type Metrics } from './http/metrics.ts';
import { ohifRedirect } from './http/ohif.ts';
import { startImagingPool, type ImagingPool } from './imaging/imaging-pool.ts';
import { framesOf, type ImagingTask } from './imaging/imaging-task.ts';
import { loadDemoStudies } from './ingest/demo-studies.ts';
import { InstanceDeletion } from './ingest/delete-instances.ts';
import { InstanceStore } from './ingest/store-instances.ts';
import { lockDataFolder } from './operations/data-folder-lock.ts';
import { startEmbeddedPostgres } from './operations/embedded-postgres.ts';
import { createGate } from './operations/gate.ts';
import { listen } from './operations/http-listener.ts';
import type { Log } from './operations/log.ts';
import { Shutdown } from './operations/shutdown.ts';
import { openAccess } from './open-access.ts';
import { openApi } from './open-api.ts';
import { openDimse } from './open-dimse.ts';
import { openOhif, type OpenOhif } from './open-ohif.ts';
import { openQuality } from './open-quality.ts';
import { openReviews } from './open-review.ts';
import { openDatabase, type Pool } from './storage/database.ts';
import { FileObjectStore } from './storage/file-object-store.ts';
import { installationUid } from './storage/installation.ts';
import { repairRegularly, repairStorage, type RepairReport } from './storage/repair.ts';
import { StudyIndex } from './storage/study-index.ts';

const ROOT = join(import.meta.dirname, '..');

/** How long requests and running analyses may take to end once the server is asked to stop. */
const DRAIN_MS = 4_000;

/** Threads that decode, render and encode for viewers. */
const IMAGING_THREADS = 1;

/** A server that takes requests. */
export interface OsteonServer {
  /** Address of the reading room, without a trailing slash; DICOMweb and health lie below it. */
  readonly address: string;
  /** OHIF; `undefined` where it is not served. */
  readonly ohif: OpenOhif | undefined;
  /** Ports for DICOM associations; none where it is not listened. */
  readonly dimse: BoundPorts;
  readonly database: Pool;
  readonly instances: InstanceStore;
  readonly analysis: Analysis;
  /** Settles when the server cannot go on by itself: its database ended. Never rejects. */
  readonly failed: Promise<PacsError>;
  /** Drains and closes everything; resolves when all of it is closed. */
  stop(): Promise<void>;
}

/** Opens a server. When a part cannot be opened, those before it are closed and its `PacsError` is thrown. */
export async function openServer(configuration: Configuration, log: Log): Promise<OsteonServer> {
  const shutdown = new Shutdown(log);
  try {
    return await openParts(configuration, log, shutdown);
  } catch (error) {
    await shutdown.close();
    throw error;
  }
}

async function openParts(configuration: Configuration, log: Log, shutdown: Shutdown): Promise<OsteonServer> {
  const { dataFolder, limits } = configuration;
  shutdown.onClose('data folder', await lockDataFolder(dataFolder));
  const { databaseUrl, ended } = await database(configuration, log, shutdown);
  const imaging = startImagingPool(IMAGING_THREADS);
  shutdown.onClose('imaging', () => imaging.close(), DRAIN_MS);
  const draining = new AbortController();
  const pool = await openDatabase({
    databaseUrl,
    statementSeconds: configuration.databaseTimeoutSeconds,
    onIdleError: (error) => {
      // A connection that is being closed may still hear the database say good-bye.
      if (!draining.signal.aborted) log.warn({ error }, 'a database connection broke');
    },
  });
  shutdown.onClose('database connections', () => pool.end());
  const objects = await FileObjectStore.open(dataFolder);
  const repaired = await repairStorage(pool, objects);
  const sayRepaired = (report: RepairReport): void => {
    log.info({ ...report }, 'repaired the storage');
  };
  if (repaired.objectsRemoved + repaired.stagedRemoved > 0) sayRepaired(repaired);
  shutdown.onClose('repair', repairRegularly(pool, objects, sayRepaired));
  const index = new StudyIndex(pool);
  const metrics = createMetrics(() => countByState(pool));
  const observerUid = await installationUid(pool);
  const routing = await openRouting(configuration, { pool, objects, index, log });
  shutdown.onClose('deliveries', () => routing.stop(), DRAIN_MS);
  const analysis = openAnalysis(configuration, {
    pool,
    objects,
    index,
    imaging,
    metrics,
    log,
    observerUid,
    routing,
  });
  shutdown.onClose('analysis', () => analysis.stop(), DRAIN_MS);
  const onLeftover = (error: PacsError): void => {
    log.warn({ error }, 'left something behind; the next repair removes it');
  };
  const instances = new InstanceStore({
    pool,
    objects,
    hooks: analysis.hooks,
    maxObjectBytes: limits.maxObjectBytes,
    readLimits: {
      maxDepth: limits.maxSequenceDepth,
      maxElements: limits.maxElements,
      maxInflatedBytes: limits.maxInflatedBytes,
    },
    onOutcome: (status) => {
      metrics.countStored(status);
    },
    onLeftover,
    onFault: (error) => {
      log.error({ error }, 'an instance was refused by a fault of ours');
    },
  });
  await analysis.start(instances);
  const access = await openAccess(configuration, { pool, index, log, sourceId: observerUid });
  shutdown.onClose('audit trail', () => access.stop(), DRAIN_MS);
  const decoding = {
    imaging: async (task: ImagingTask) => {
      for (const { header } of framesOf(task)) requireFrameWithin(header, limits.maxFrameSamples);
      return await imaging.run(task);
    },
    // One more than threads, so that the next frame is there when a thread comes free.
    decodingPlaces: createGate(IMAGING_THREADS + 1),
  };
  const restrictionOf = (aeTitle: string) => access.rules.ofNode(aeTitle);
  const onStudyComplete = (studyUid: string) => analysis.release(studyUid);
  const dimseParts = { pool, index, objects, instances, decoding, restrictionOf, onStudyComplete };
  const dimse = await openDimse(configuration, dimseParts, log);
  shutdown.onClose('DIMSE', () => dimse.stop(DRAIN_MS), DRAIN_MS + 500);
  routing.useDimse(dimse.client);
  shutdown.onClose('priors', () => routing.stopPriors(), 1_000); // they are fetched over DIMSE: before it
  const common = {
    log,
    metrics,
    requestsPerMinute: limits.requestsPerMinute,
    extensionFolder: join(ROOT, 'dist', 'ohif-extension'),
    dicomWeb: dicomWebRouter({
      index,
      objects,
      instances,
      deletion: new InstanceDeletion({ pool, objects, isAllowed: configuration.allowDelete, onLeftover }),
      multipartLimits: { ...limits, maxHeaderBytes: limits.maxPartHeaderBytes },
      ...decoding,
    }),
    ...openApi(configuration, {
      ...{ pool, index, instances, analysis, routing, log },
      stopping: draining.signal,
      dimsePorts: dimse.ports,
    }),
    audit: openQuality({ pool, index, objects, analysis, ...decoding }),
    reviews: openReviews(configuration, { pool, index, objects, instances, routing, observerUid }),
    invokeImageDisplay: invokeImageDisplayRouter(index),
  };
  const ohif = await openOhif(configuration, { ...common, access: access.ohif }, shutdown, DRAIN_MS);
  const app = createApp({
    ...common,
    access: access.main,
    ohif: ohifRedirect(() => ohif?.port, configuration.access.ohifPublicUrl),
    corsOrigins: new Set(configuration.corsOrigins),
    health: { components: healthComponents(pool, dataFolder), isDraining: () => draining.signal.aborted },
    readingRoomFolder: join(ROOT, 'dist', 'reading-room'),
  });
  const listener = await listen(app, {
    ...configuration,
    tls: configuration.access.tls,
    portSetting: 'OSTEON_PORT',
  });
  shutdown.onClose('HTTP', () => listener.close(DRAIN_MS), DRAIN_MS + 500);
  if (configuration.demo) startDemo(dataFolder, instances, draining.signal, log, shutdown);
  return {
    address: listener.address,
    ohif,
    dimse: dimse.ports,
    database: pool,
    instances,
    analysis,
    failed: ended.then(
      () => new PacsError('storage-unavailable', 'The embedded PostgreSQL was stopped from outside'),
    ),
    stop: () => {
      draining.abort();
      return shutdown.close();
    },
  };
}

/** The database of `DATABASE_URL`, else the embedded one. `ended` never settles for a database that is not ours. */
async function database(
  { databaseUrl, dataFolder }: Configuration,
  log: Log,
  shutdown: Shutdown,
): Promise<{ databaseUrl: string; ended: Promise<void> }> {
  if (databaseUrl !== undefined) return { databaseUrl, ended: new Promise(() => undefined) };
  const postgres = await startEmbeddedPostgres({ dataFolder, log });
  shutdown.onClose('PostgreSQL', () => postgres.stop(), 15_000);
  return postgres;
}

function openAnalysis(
  configuration: Configuration,
  parts: {
    pool: Pool;
    objects: FileObjectStore;
    index: StudyIndex;
    imaging: ImagingPool;
    metrics: Metrics;
    log: Log;
    observerUid: string;
    routing: OpenRouting;
  },
): Analysis {
  const { modelIds } = configuration;
  return createAnalysis(
    {
      modelsFolder: join(ROOT, 'models'),
      dataFolder: configuration.dataFolder,
      ...(modelIds === undefined ? {} : { modelIds }),
      allowsResearchModels: configuration.researchModels,
      workers: configuration.workers,
      executionProvider: configuration.executionProvider,
      quietSeconds: configuration.studyQuietSeconds,
      modalities: configuration.modalities,
      softwareVersion: packageDescription.version,
      observer: { uid: parts.observerUid, name: MANUFACTURER },
      results: configuration.results,
    },
    {
      database: parts.pool,
      objects: parts.objects,
      index: parts.index,
      imaging: parts.imaging.run,
      routing: parts.routing.studies,
      onError: (error) => {
        parts.log.error({ error }, 'an analysis failed');
      },
      onFallback: (reason) => {
        parts.log.warn({ reason }, 'CUDA cannot be used; the networks run on the CPU');
      },
      onInference: (seconds) => {
        parts.metrics.observeInference(seconds);
      },
    },
  );
}

/** In the background: the server is of use before its demo is there. */
function startDemo(
  dataFolder: string,
  instances: InstanceStore,
  signal: AbortSignal,
  log: Log,
  shutdown: Shutdown,
): void {
  const loading = loadDemoStudies({ dataFolder, instances, signal }).then(
    (stored) => {
      if (stored > 0) log.info({ instances: stored }, 'loaded the demo studies');
    },
    (error: unknown) => {
      log.error({ error }, 'the demo studies could not be loaded');
    },
  );
  shutdown.onClose('demo', () => loading);
}
