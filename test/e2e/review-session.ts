/**
 * The reading room before a real server of ours (DICOMweb, events, reviews on a database of its own), for readers whose name
 * the browser's cookie says: what the tests of reviews in Chromium share.
 */
import { join } from 'node:path';
import express, { Router, type Express } from 'express';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { watchStudies } from '../../server/analysis/study-changes.ts';
import { dicomWebRouter } from '../../server/http/dicom-web-router.ts';
import { errorHandler } from '../../server/http/errors.ts';
import { reviewsRouter } from '../../server/http/reviews.ts';
import { studyEventsRouter } from '../../server/http/study-events.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../server/operations/gate.ts';
import { SILENT_LOG } from '../../server/operations/log.ts';
import { StudyReview } from '../../server/review/study-review.ts';
import { authenticateBy } from '../../server/security/authentication.ts';
import { LOCAL_PRINCIPAL, type Principal } from '../../server/security/principal.ts';
import { permissionsOf } from '../../server/security/role.ts';
import { buildReadingRoom, launchBrowser } from '../support/browser.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../support/storage.ts';
import { serveOnLoopback } from '../support/loopback.ts';

/** A person by the name of the cookie `reader`; without one, whoever sits at this machine. */
function readerNamed(name: string): Principal {
  const person = {
    id: `person ${name}`,
    kind: 'person',
    name,
    permissions: permissionsOf(['radiologist', 'qa']),
  };
  return { ...LOCAL_PRINCIPAL, ...person } as Principal;
}

export interface ReviewSession {
  readonly storage: TestStorage;
  readonly url: string;
  store(files: readonly Uint8Array[]): Promise<void>;
  /** A browser of its own for a reader; complaints of its console are collected. */
  reader(
    name?: string,
    language?: string,
  ): Promise<{ context: BrowserContext; page: Page; complaints: string[] }>;
  /** Refuses every connection until told otherwise. */
  setReachable(isReachable: boolean): void;
  close(): Promise<void>;
}

/** Starts it; `mount` adds routes of other parts. */
export async function startReviewSession(
  mount: (app: Express, storage: TestStorage) => void = () => undefined,
): Promise<ReviewSession> {
  const [{ folder, remove }, browser, storage] = await Promise.all([
    buildReadingRoom(),
    launchBrowser(),
    createTestStorage(),
  ]);
  let isReachable = true;
  const stopping = new AbortController();
  const app = appOn(storage, stopping.signal, () => isReachable);
  mount(app, storage);
  app.get('/audit', (_request, response) => {
    response.sendFile(join(folder, 'index.html'));
  });
  app.use(express.static(folder));
  app.use(errorHandler(SILENT_LOG));
  const server = await serveOnLoopback(app);
  const url = server.origin;
  return {
    storage,
    url,
    store: async (files) => {
      for (const file of files) {
        const outcome = await storeBytes(storage.instances(), file);
        if (outcome.status === 'refused') throw outcome.failure;
      }
    },
    reader: (name, language) => openFor(browser, url, name, language),
    setReachable: (value) => {
      isReachable = value;
    },
    close: async () => {
      stopping.abort();
      await browser.close();
      await server.close();
      await storage.close();
      await remove();
    },
  };
}

function appOn(storage: TestStorage, stopping: AbortSignal, isReachable: () => boolean): Express {
  const app = express();
  app.use((request, _response, next) => {
    if (isReachable()) next();
    else request.socket.destroy();
  });
  app.use(
    authenticateBy((request) => {
      const name = /(?:^|; )reader=([^;]+)/.exec(request.get('cookie') ?? '')?.[1];
      return name === undefined ? LOCAL_PRINCIPAL : readerNamed(decodeURIComponent(name));
    }),
  );
  const { index, objects } = storage;
  const instances = storage.instances();
  app.use(
    '/dicom-web',
    dicomWebRouter({ index, objects, instances, imaging: runImagingTask, decodingPlaces: createGate(2) }),
  );
  const changes = watchStudies(storage.pool, () => undefined, 50);
  app.use('/api/events', studyEventsRouter({ changes, index, stopping }));
  app.use(
    '/api/analyses',
    Router().get('/', (_request, response) => response.json({ analyses: [] })),
  );
  const reviews = new StudyReview({
    database: storage.pool,
    index,
    objects,
    instances,
    observer: { uid: '2.25.1234567890', name: 'Osteon at the test bench' },
    softwareVersion: '0.1.0',
    now: () => new Date(),
  });
  app.use('/api/reviews', reviewsRouter(reviews));
  return app;
}

async function openFor(browser: Browser, url: string, name: string | undefined, language = 'en-GB') {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, locale: language });
  if (name !== undefined)
    await context.addCookies([{ name: 'reader', value: encodeURIComponent(name), url }]);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint && !message.text().includes('willReadFrequently')) complaints.push(message.text());
  });
  return { context, page, complaints };
}
