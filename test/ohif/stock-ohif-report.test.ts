/**
 * The report of a study in stock OHIF: boxes and outlines are drawn where they are, statements about a whole image and the
 * hand regions of a bone age neither hide them nor stop the report from loading. `npm run test:ohif`.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildResultSet } from '../../dicom/results/index.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { startStockOhif, type StockOhif } from '../support/ohif.ts';
import { rampFile } from '../support/result-files.ts';
import { metadataOf, resultInput, SOURCE } from '../support/result-inputs.ts';
import { linesOnImage } from './drawn-lines.ts';

let ohif: StockOhif;
let page: Page;

beforeAll(async () => {
  ohif = await startStockOhif();
  const [report] = buildResultSet({ ...resultInput(), objects: ['sr'] });
  await ohif.store(rampFile(metadataOf(), SOURCE));
  await ohif.store(writePart10(report?.dataSet ?? {}));
  page = await ohif.open(SOURCE.studyInstanceUid);
}, 300_000);
afterAll(() => ohif.close());

it('draws an outline, a box and the borders of whole-image statements, each where it is', async () => {
  await page.getByText('AI findings: report').first().dblclick();
  await expect.poll(() => linesOnImage(page, 0.14), { timeout: 60_000 }).toHaveLength(5);
  const lines = await linesOnImage(page, 0.14);
  const border = [[0, 0], [400, 0], [400, 600], [0, 600], [0, 0]]; // prettier-ignore
  expect(lines).toContainEqual([[0, 0], [40, 0], [40, 50], [0, 50], [0, 0]]); // prettier-ignore
  expect(lines).toContainEqual([[100.25, 210], [130, 200.5], [150.75, 240], [120, 260], [100.25, 210]]); // prettier-ignore
  expect(lines.filter((line) => JSON.stringify(line) === JSON.stringify(border))).toHaveLength(3);
  expect(ohif.errors).toEqual([]);
});
