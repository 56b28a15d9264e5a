/**
 * The report of a study in stock OHIF: boxes and outlines are drawn where they are, statements about a whole image and the
 * hand regions of a bone age neither hide them nor stop the report from loading. `npm run test:ohif`.
 */
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildResultSet } from '../../dicom/results/index.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { dicomWebRouter } from '../../server/http/dicom-web-router.ts';
import { runImagingTask } from '../../server/imaging/run-imaging-task.ts';
import { createGate } from '../../server/operations/gate.ts';
import { ensureOhif } from '../../server/operations/ohif-download.ts';
import { authenticate } from '../../server/security/authentication.ts';
import { LOCAL_PRINCIPAL } from '../../server/security/principal.ts';
import { launchBrowser } from '../support/browser.ts';
import { openInOhif, serveOhif, type OhifServer } from '../support/ohif.ts';
import { rampFile } from '../support/result-files.ts';
import { metadataOf, resultInput, SOURCE } from '../support/result-inputs.ts';
import { createTestStorage, storeBytes, type TestStorage } from '../support/storage.ts';

let storage: TestStorage;
let server: OhifServer;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  storage = await createTestStorage();
  const { index, objects } = storage;
  const instances = storage.instances();
  const [report] = buildResultSet({ ...resultInput(), objects: ['sr'] });
  for (const file of [rampFile(metadataOf(), SOURCE), writePart10(report?.dataSet ?? {})]) {
    expect((await storeBytes(instances, file)).status).toBe('stored');
  }
  const dicomWeb = express.Router();
  dicomWeb.use(authenticate({ local: LOCAL_PRINCIPAL }));
  const services = { index, objects, instances, imaging: runImagingTask, decodingPlaces: createGate(2) };
  dicomWeb.use(dicomWebRouter(services));
  server = await serveOhif(await ensureOhif(), dicomWeb);
  browser = await launchBrowser();
  page = await openInOhif(browser, server, SOURCE.studyInstanceUid);
  page.on('pageerror', (error) => errors.push(String(error)));
}, 300_000);
afterAll(async () => {
  await browser.close();
  await server.close();
  await storage.close();
});

it('draws an outline, a box and the borders of whole-image statements, each where it is', async () => {
  await page.getByText('AI findings: report').first().dblclick();
  await expect.poll(() => page.evaluate(linesInOhif), { timeout: 60_000 }).toHaveLength(5);
  const lines = (await page.evaluate(linesInOhif)).map((points) =>
    // OHIF holds world coordinates, in which the centre of the first pixel is the origin.
    points.map(([x, y]) => [rounded(x / 0.14 + 0.5), rounded(y / 0.14 + 0.5)]),
  );
  const border = [[0, 0], [400, 0], [400, 600], [0, 600], [0, 0]]; // prettier-ignore
  expect(lines).toContainEqual([[0, 0], [40, 0], [40, 50], [0, 50], [0, 0]]); // prettier-ignore
  expect(lines).toContainEqual([[100.25, 210], [130, 200.5], [150.75, 240], [120, 260], [100.25, 210]]); // prettier-ignore
  expect(lines.filter((line) => JSON.stringify(line) === JSON.stringify(border))).toHaveLength(3);
  expect(errors).toEqual([]);
});

const rounded = (value: number) => Math.round(value * 100) / 100 + 0;

/** The polylines that are drawn from reports; it runs in the page. */
function linesInOhif(): readonly (readonly (readonly [number, number])[])[] {
  const { cornerstoneTools } = globalThis as unknown as {
    readonly cornerstoneTools: {
      readonly annotation: {
        readonly state: {
          getAllAnnotations(): readonly {
            readonly metadata: { readonly toolName: string };
            readonly data: {
              readonly renderableData?: {
                readonly POLYLINE?: readonly (readonly (readonly [number, number])[])[];
              };
            };
          }[];
        };
      };
    };
  };
  return cornerstoneTools.annotation.state
    .getAllAnnotations()
    .flatMap(({ metadata, data }) =>
      metadata.toolName === 'DICOMSRDisplay' ? (data.renderableData?.POLYLINE ?? []) : [],
    );
}
