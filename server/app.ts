/**
 * The HTTP application: which middleware runs in which order, and what is mounted where.
 */
import { join } from 'node:path';
import compression from 'compression';
import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';

import { guardRouters, useAccess, type HttpAccess } from './http/access.ts';
import { crossOrigin } from './http/cross-origin.ts';
import { errorHandler, notFound } from './http/errors.ts';
import { healthRouter, type HealthServices } from './http/health.ts';
import { metricsRouter, type Metrics } from './http/metrics.ts';
import { pageAddressRouter } from './http/page-address.ts';
import { limitRequests } from './http/request-limit.ts';
import { requestLog } from './http/request-log.ts';
import type { Log } from './operations/log.ts';

/** What the application is put together from. */
export interface AppParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly access: HttpAccess;
  /** Requests of one address in a minute; 0: no limit. */
  readonly requestsPerMinute: number;
  /** Origins whose pages may read DICOMweb, analyses and the extension, and store where they are allowed to. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly health: HealthServices;
  readonly dicomWeb: Router;
  readonly analyses: Router;
  readonly studyEvents: Router;
  readonly imports: Router;
  readonly reviews: Router;
  readonly audit: Router;
  /** What else lies at `/api`. */
  readonly api: Router;
  readonly invokeImageDisplay: Router;
  /** Leads to OHIF. */
  readonly ohif: Router;
  /** Folder with the built OHIF extension, for an OHIF elsewhere. */
  readonly extensionFolder: string;
  /** Folder with the built reading room. */
  readonly readingRoomFolder: string;
}

/** Everything comes from this origin; images are decoded from blobs; no plain HTTP is upgraded, since loopback has no TLS. */
function securityHeaders(isSecure: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'blob:', 'data:'],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isSecure,
  });
}

/** Metadata and pages become a tenth; more effort gains little. Images and octets are left as they are. */
const GZIP_LEVEL = 3;

/** Puts the application together. Adding a router is one line here and one in `http/route-template.ts`. */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(requestLog(parts.log, parts.metrics));
  app.use(securityHeaders(parts.access.isSecure));
  app.use(['/dicom-web', '/api/analyses', '/osteon'], crossOrigin(parts.corsOrigins));
  useAccess(app, parts.access);
  guardRouters(parts.access, parts.dicomWeb, parts.analyses, parts.reviews, parts.api);
  app.use(compression({ level: GZIP_LEVEL }));
  app.use('/health', healthRouter(parts.health));
  app.use('/metrics', metricsRouter(parts.metrics));
  if (parts.requestsPerMinute > 0) app.use(limitRequests(parts.requestsPerMinute));
  app.use('/dicom-web', parts.dicomWeb);
  app.use('/api/analyses', parts.analyses);
  app.use('/api/events', parts.studyEvents);
  app.use('/api/imports', parts.imports);
  app.use('/api/keys', parts.access.keys);
  app.use('/api/audit-trail', parts.access.audit);
  app.use('/api/reviews', parts.reviews);
  app.use('/api/audit', parts.audit);
  app.use('/api', parts.api);
  app.use('/IHEInvokeImageDisplay', parts.invokeImageDisplay);
  app.use('/ohif', parts.ohif);
  app.use('/osteon', express.static(parts.extensionFolder, { index: false, redirect: false }));
  app.use('/audit', pageAddressRouter(parts.readingRoomFolder));
  app.use('/admin', pageAddressRouter(join(parts.readingRoomFolder, 'admin')));
  app.use(express.static(parts.readingRoomFolder, { index: 'index.html', redirect: false }));
  app.use(notFound);
  app.use(errorHandler(parts.log));
  return app;
}
