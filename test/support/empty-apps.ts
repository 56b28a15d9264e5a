/**
 * Both applications with every route and nothing behind them: a handler that is reached fails, or answers at once.
 */
import { join } from 'node:path';
import type { Express, RequestHandler } from 'express';
import { createApp } from '../../server/app.ts';
import { analysesRouter } from '../../server/http/analyses.ts';
import { apiRouter } from '../../server/http/api-router.ts';
import { auditRouter } from '../../server/http/audit.ts';
import { dicomWebRouter } from '../../server/http/dicom-web-router.ts';
import { importsRouter } from '../../server/http/imports.ts';
import { invokeImageDisplayRouter } from '../../server/http/invoke-image-display.ts';
import { createMetrics } from '../../server/http/metrics.ts';
import { createOhifApp, ohifRedirect } from '../../server/http/ohif.ts';
import { reviewsRouter } from '../../server/http/reviews.ts';
import type { SignInServices } from '../../server/http/sign-in.ts';
import { studyEventsRouter } from '../../server/http/study-events.ts';
import { SILENT_LOG } from '../../server/operations/log.ts';
import { localAccess } from './local-access.ts';

const nothing = undefined as never;
const NO_SERVICES: SignInServices = {
  provider: nothing,
  sessions: nothing,
  isSecure: false,
  publicUrl: undefined,
  record: nothing,
  onError: () => undefined,
};
/** Holds no page, so that what no route takes is not found. */
const FOLDER = join(import.meta.dirname, 'no-such-folder');

/** What both applications share. */
function commonParts(authentication: RequestHandler, folder: string) {
  return {
    log: SILENT_LOG,
    metrics: createMetrics(() => Promise.resolve(new Map())),
    access: localAccess(authentication, NO_SERVICES),
    requestsPerMinute: 1_000_000,
    extensionFolder: folder,
    dicomWeb: dicomWebRouter({
      index: nothing,
      objects: nothing,
      instances: nothing,
      imaging: nothing,
      decodingPlaces: nothing,
    }),
    analyses: analysesRouter({ database: nothing, index: nothing, analysis: nothing }),
    reviews: reviewsRouter(nothing),
  };
}

/** The application of the main port. */
export function emptyApp(authentication: RequestHandler, folder = FOLDER): Express {
  return createApp({
    ...commonParts(authentication, folder),
    corsOrigins: new Set(),
    health: { components: [], isDraining: () => false },
    studyEvents: studyEventsRouter({
      index: nothing,
      changes: { listen: () => () => undefined },
      stopping: AbortSignal.abort(),
    }),
    imports: importsRouter({ instances: nothing, maxObjectBytes: 1 }),
    audit: auditRouter({
      database: nothing,
      studies: nothing,
      index: nothing,
      exports: { models: [] } as never,
    }),
    api: apiRouter({
      routing: nothing,
      deliveries: { database: nothing, queue: nothing, destinations: nothing },
      node: { version: '0', dimse: nothing },
      upload: { instances: nothing, maxObjectBytes: 1 },
      predict: nothing,
    }),
    invokeImageDisplay: invokeImageDisplayRouter(nothing),
    ohif: ohifRedirect(() => 1),
    readingRoomFolder: folder,
  });
}

/** The application of OHIF's port. */
export function emptyOhifApp(authentication: RequestHandler, folder = FOLDER): Express {
  return createOhifApp({
    ...commonParts(authentication, folder),
    application: { state: { kind: 'fetching', share: 0 } },
  });
}
