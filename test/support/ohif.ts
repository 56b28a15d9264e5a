/**
 * Stock OHIF as a reader of what we store: its built application on a port of its own, with our DICOMweb beside it.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Router } from 'express';
import type { Browser, Page } from 'playwright-core';

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

export interface OhifServer {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the application in `folder` and a DICOMweb router, on a free port of the loopback. */
export async function serveOhif(folder: string, dicomWeb: Router): Promise<OhifServer> {
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
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Opens a study in the basic viewer and waits until its image is drawn. */
export async function openInOhif(browser: Browser, { address }: OhifServer, studyUid: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => {
    localStorage.setItem('shownTours', JSON.stringify(['basicViewerTour']));
  });
  await page.goto(`${address}/viewer?StudyInstanceUIDs=${studyUid}`);
  await page.locator('.cornerstone-canvas').first().waitFor({ timeout: 120_000 });
  return page;
}
