/**
 * Opens what lies at `/api`, as `wiring.ts` needs it.
 */
import type { Router } from 'express';
import packageDescription from '../package.json' with { type: 'json' };
import type { Analysis } from './analysis/index.ts';
import { watchStudies } from './analysis/study-changes.ts';
import type { Configuration } from './config.ts';
import type { BoundPorts } from './dimse/dimse-questions.ts';
import { analysesRouter } from './http/analyses.ts';
import { apiRouter } from './http/api-router.ts';
import { importsRouter } from './http/imports.ts';
import type { DimseListening } from './http/node-description.ts';
import { studyEventsRouter } from './http/study-events.ts';
import type { InstanceStore } from './ingest/store-instances.ts';
import type { OpenRouting } from './open-routing.ts';
import type { Log } from './operations/log.ts';
import type { Pool } from './storage/database.ts';
import type { StudyIndex } from './storage/study-index.ts';

/** The routers of `/api` but for access and reviews. */
export interface OpenApi {
  readonly analyses: Router;
  readonly studyEvents: Router;
  readonly imports: Router;
  readonly api: Router;
}

export interface ApiParts {
  readonly pool: Pool;
  readonly index: StudyIndex;
  readonly instances: InstanceStore;
  readonly analysis: Analysis;
  readonly routing: OpenRouting;
  readonly log: Log;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  /** Ports of the DICOM node. */
  readonly dimsePorts: BoundPorts;
}

/** Opens them. */
export function openApi(configuration: Configuration, parts: ApiParts): OpenApi {
  const { pool, index, instances, analysis, routing, log, stopping } = parts;
  const { modalities, studyQuietSeconds, results, limits } = configuration;
  const { maxObjectBytes } = limits;
  const onError = (error: unknown): void => {
    if (!stopping.aborted) log.warn({ error }, 'changes of studies could not be read');
  };
  return {
    analyses: analysesRouter({ database: pool, index, analysis }),
    studyEvents: studyEventsRouter({ changes: watchStudies(pool, onError), index, stopping }),
    imports: importsRouter({ instances, maxObjectBytes }),
    api: apiRouter({
      routing: {
        database: pool,
        index,
        rules: routing.rules,
        modelIds: routing.modelIds,
        defaults: { modalities, quietSeconds: studyQuietSeconds, results: results.objects },
      },
      deliveries: { database: pool, queue: routing.queue, destinations: () => routing.destinations() },
      node: { version: packageDescription.version, dimse: listeningOf(configuration, parts.dimsePorts) },
      upload: { instances, maxObjectBytes },
      predict: { database: pool, index, analysis, stopping },
    }),
  };
}

function listeningOf({ dimse }: Configuration, ports: BoundPorts): DimseListening | undefined {
  if (ports.port === undefined && ports.tlsPort === undefined) return undefined;
  return { aeTitle: dimse.aeTitle, host: dimse.host, ...ports };
}
