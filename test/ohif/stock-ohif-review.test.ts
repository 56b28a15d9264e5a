/**
 * A signed review in stock OHIF: the verified report loads, and what the reader redrew and added is drawn where the reader
 * put it. `npm run test:ohif`.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReviewStep } from '../../dicom/sr/review-steps.ts';
import {
  serveReviews,
  storeAnalysedStudy,
  STUDY,
  type ReviewServer,
} from '../server/review/review-server.ts';
import { startStockOhif, type StockOhif } from '../support/ohif.ts';
import { picture } from '../support/page-checks.ts';
import { SOURCE } from '../support/result-inputs.ts';
import { linesOnImage } from './drawn-lines.ts';

const REDRAWN = { left: 90, top: 190, right: 160, bottom: 270 };
const ADDED = { left: 300, top: 500, right: 330, bottom: 540 };

let ohif: StockOhif;
let reviews: ReviewServer;
let page: Page;

beforeAll(async () => {
  ohif = await startStockOhif();
  const { findings } = await storeAnalysedStudy(ohif.storage);
  reviews = await serveReviews(ohif.storage);
  const uidOf = (name: string) => findings.find(({ trackingId }) => trackingId === name)?.trackingUid ?? '';
  const image = { sopInstanceUid: SOURCE.sopInstanceUid, frameNumber: 1 };
  const steps: readonly ReviewStep[] = [
    { id: 'step-redraw', kind: 'redraw', finding: uidOf('fracture-1'), box: REDRAWN },
    { id: 'step-reject', kind: 'reject', finding: uidOf('fracture-2'), reason: 'growth-plate' },
    { id: 'step-add', kind: 'add', image, box: ADDED },
    { id: 'step-agree', kind: 'agree' },
  ];
  const { body } = await reviews.ask('kim', 'PUT', { revision: 0, steps });
  const { status } = await reviews.ask(
    'kim',
    'POST',
    { revision: body.draft.revision, seen: body.seen },
    `${STUDY}/signature`,
  );
  if (status !== 201) throw new Error(`The signature is answered ${status}; expected 201`);
  page = await ohif.open(STUDY);
}, 300_000);
afterAll(async () => {
  await reviews.close();
  await ohif.close();
});

it('draws what the reader redrew and added from the verified report', async () => {
  await page.getByText('AI findings: reviewed').first().dblclick();
  const box = ({ left, top, right, bottom }: typeof ADDED) => [
    [left, top], [right, top], [right, bottom], [left, bottom], [left, top],
  ]; // prettier-ignore
  await expect.poll(() => linesOnImage(page, 0.14), { timeout: 60_000 }).toContainEqual(box(REDRAWN));
  expect(await linesOnImage(page, 0.14)).toContainEqual(box(ADDED));
  await page
    .locator('.svg-layer :is(polyline, path, line)')
    .first()
    .waitFor({ state: 'attached', timeout: 60_000 });
  await picture(page, 'ohif-verified');
  expect(ohif.errors).toEqual([]);
});
