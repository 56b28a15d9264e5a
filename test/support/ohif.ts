/**
 * Stock OHIF as a reader of what we store: its built application on a port of its own, with our DICOMweb beside it.
 */
import express, { type Router } from 'express';
import type { Browser, Page } from 'playwright-core';
import { dicomWebRouter } from '../../server/http/dicom-web-router.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../server/operations/gate.ts';
import { ensureOhif } from '../../server/operations/ohif-download.ts';
import { authenticate } from '../../server/security/authentication.ts';
import { LOCAL_PRINCIPAL } from '../../server/security/principal.ts';
import { launchBrowser } from './browser.ts';
import { createTestStorage, storeBytes, type TestStorage } from './storage.ts';
import { serveOnLoopback } from './loopback.ts';

/** A data source that reads DICOMweb below `/dicom-web` of the same origin; no tour, no dialogue. */
const APP_CONFIG = `window.config = ${JSON.stringify({
  routerBasename: null,
  extensions: [],
  modes: [],
  customizationService: {},
  showStudyList: true,
  maxNumberOfWebWorkers: 2,
  investigationalUseDialog: { option: 'never' },
  defaultDataSourceName: 'dicomweb',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'dicomweb',
      configuration: {
        friendlyName: 'Osteon',
        name: 'osteon',
        wadoUriRoot: '/dicom-web',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        qidoSupportsIncludeField: true,
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        supportsFuzzyMatching: true,
        supportsWildcard: true,
        omitQuotationForMultipartRequest: true,
        bulkDataURI: { enabled: true },
      },
    },
  ],
})};`;

/** Stock OHIF in a browser before a storage of its own. */
export interface StockOhif {
  readonly storage: TestStorage;
  /** What the pages complained of. */
  readonly errors: string[];
  /** Stores one Part 10 file; throws when it is refused. */
  store(file: Uint8Array): Promise<void>;
  /** Opens a study in the basic viewer and waits until its image is drawn. */
  open(studyUid: string): Promise<Page>;
  close(): Promise<void>;
}

/** Fetches OHIF where it is not there yet, and starts all of it. */
export async function startStockOhif(): Promise<StockOhif> {
  const storage = await createTestStorage();
  const { index, objects } = storage;
  const instances = storage.instances();
  const dicomWeb = express.Router();
  dicomWeb.use(authenticate({ local: LOCAL_PRINCIPAL }));
  const services = { index, objects, instances, imaging: runImagingTask, decodingPlaces: createGate(2) };
  dicomWeb.use(dicomWebRouter(services));
  const server = await serveOhif(await ensureOhif(), dicomWeb);
  const browser = await launchBrowser();
  const errors: string[] = [];
  return {
    storage,
    errors,
    store: async (file) => {
      const { status } = await storeBytes(instances, file);
      if (status !== 'stored') throw new Error(`The file is ${status}; expected stored`);
    },
    open: async (studyUid) => {
      const page = await openInOhif(browser, server, studyUid);
      page.on('pageerror', (error) => errors.push(String(error)));
      return page;
    },
    close: async () => {
      await browser.close();
      await server.close();
      await storage.close();
    },
  };
}

interface OhifServer {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the application in `folder` and a DICOMweb router, on a free port of the loopback. */
async function serveOhif(folder: string, dicomWeb: Router): Promise<OhifServer> {
  const app = express();
  app.use('/dicom-web', dicomWeb);
  app.get('/app-config.js', (_request, response) => {
    response.type('text/javascript').send(APP_CONFIG);
  });
  app.use(express.static(folder));
  // It is a single page: every other address is one of its own.
  app.get('/{*path}', (_request, response) => {
    // By its root: a folder like ~/.cache is no dot file that must not be served.
    response.sendFile('index.html', { root: folder });
  });
  const { origin, close } = await serveOnLoopback(app);
  return { address: origin, close };
}

async function openInOhif(browser: Browser, { address }: OhifServer, studyUid: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));
  });
  await page.goto(`${address}/viewer?StudyInstanceUIDs=${studyUid}`);
  await page.locator('.cornerstone-canvas').first().waitFor({ timeout: 120_000 });
  return page;
}
