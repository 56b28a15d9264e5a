/**
 * OHIF on a port of its own, unmodified: it is built for the root path and has a service worker there. DICOMweb, the
 * analyses, the reviews and our extension lie beside it, so that its pages ask one origin.
 *
 * Trap: it is a single page: every address that no file has is one of its own and gets `index.html`.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, { Router, type Express, type RequestHandler } from 'express';
import helmet from 'helmet';

import { PacsError } from '../../dicom/vocabulary/failure.ts';
import type { Log } from '../operations/log.ts';
import type { OhifApplication } from '../operations/ohif-application.ts';
import { openToAll } from '../security/authentication.ts';
import { guardRouters, useAccess, type HttpAccess } from './access.ts';
import { errorHandler, notFound } from './errors.ts';
import type { Metrics } from './metrics.ts';
import { ohifConfigurationScript } from './ohif-configuration.ts';
import { limitRequests } from './request-limit.ts';
import { requestLog } from './request-log.ts';

/** What the application is put together from. */
export interface OhifParts {
  readonly access: HttpAccess;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Requests of one address in a minute; 0: no limit. */
  readonly requestsPerMinute: number;
  readonly dicomWeb: Router;
  readonly analyses: Router;
  readonly reviews: Router;
  /** Folder with the built extension. */
  readonly extensionFolder: string;
  readonly application: Pick<OhifApplication, 'state'>;
}

const GZIP_LEVEL = 3;
/** Names with a hash of their content never change. */
const HASHED_NAME = /[.\\/][0-9a-f]{16}\.(js|wasm|woff2)$/;
const INLINE_SCRIPT = /<script>([^]*?)<\/script>/g;

/** Puts OHIF's application together. */
export function createOhifApp(parts: OhifParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.use(requestLog(parts.log, parts.metrics));
  useAccess(app, parts.access);
  guardRouters(parts.access, parts.dicomWeb, parts.analyses, parts.reviews);
  app.use(compression({ level: GZIP_LEVEL }));
  if (parts.requestsPerMinute > 0) app.use(limitRequests(parts.requestsPerMinute));
  app.use('/dicom-web', parts.dicomWeb);
  app.use('/api/analyses', parts.analyses);
  app.use('/api/reviews', parts.reviews);
  app.use('/osteon', express.static(parts.extensionFolder, { index: false, redirect: false }));
  app.get('/app-config.js', openToAll(), (_request, response) => {
    response.type('text/javascript').set('Cache-Control', 'no-cache').send(ohifConfigurationScript());
  });
  app.use(pages(parts.application));
  app.use(notFound);
  app.use(errorHandler(parts.log));
  return app;
}

/** `/ohif` and what is below it leads to the same place of OHIF; 404 where OHIF is not served. */
export function ohifRedirect(portOf: () => number | undefined, publicUrl?: string): Router {
  const router = Router();
  router.get('/{*path}', openToAll(), (request, response) => {
    const port = portOf();
    if (port === undefined) throw new PacsError('not-found', 'OHIF is not served here');
    // The host that the browser knows us by; only the port is another.
    const host = request.host.replace(/:\d+$/, '');
    response.redirect(302, `${publicUrl ?? `${request.protocol}://${host}:${port}`}${request.url}`);
  });
  return router;
}

/** The files of the application once they are there; before that a page that says how far it is. */
function pages(application: OhifParts['application']): RequestHandler {
  let served: RequestHandler | undefined;
  return function sendPages(request, response, next) {
    const { state } = application;
    if (state.kind === 'ready') {
      served ??= filesOf(state.folder);
      served(request, response, next);
      return;
    }
    response.set('Cache-Control', 'no-store').set('Retry-After', '2').status(503).type('text/html');
    response.send(waitingPage(state.kind === 'absent' ? state.reason : progressText(state.share)));
  };
}

function filesOf(folder: string): RequestHandler {
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  const router = Router();
  router.use(securityHeaders(index));
  router.use(
    express.static(folder, {
      index: false,
      redirect: false,
      setHeaders: (response, path) => {
        const isFixed = HASHED_NAME.test(path);
        response.setHeader('Cache-Control', isFixed ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    }),
  );
  router.get('/{*path}', (_request, response) => {
    response.type('text/html').set('Cache-Control', 'no-cache').send(index);
  });
  return router;
}

/** What OHIF needs and no more: its inline scripts by their hashes, WebAssembly codecs, workers from blobs, styles set by script. */
function securityHeaders(index: string): RequestHandler {
  const hashes = [...index.matchAll(INLINE_SCRIPT)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'", ...hashes],
        styleSrc: ["'self'", "'unsafe-inline'"],
        fontSrc: ["'self'", 'data:'],
        imgSrc: ["'self'", 'blob:', 'data:'],
        connectSrc: ["'self'", 'blob:', 'data:'],
        workerSrc: ["'self'", 'blob:'],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: false,
  });
}

function progressText(share: number): string {
  return `The OHIF viewer is being fetched (once): ${Math.floor(share * 100)} %`;
}

function waitingPage(text: string): string {
  const words = text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>OHIF</title><p role="status">${words}</p></html>`;
}
