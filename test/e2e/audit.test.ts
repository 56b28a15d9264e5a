/**
 * The quality audit in a real Chromium before a real server, on signed studies of the ordinary store: figures, filters,
 * labels, the way to the image, and a blinded sample read to its end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { picture, violationsOf } from '../support/page-checks.ts';
import { qualityRouter } from '../support/quality-router.ts';
import { realStudy } from '../support/real-studies.ts';
import { storeCorpus, type CorpusStudy } from '../server/qa/audited-corpus.ts';
import { startReviewSession, type ReviewSession } from './review-session.ts';

const SLOW = { timeout: 600_000 };

/** Twelve studies of three weeks: agreed with, rejected, added to, and two that nobody signed. */
const STUDIES = Array.from({ length: 12 }, (_, index): CorpusStudy => {
  const studyInstanceUid = `1.2.${40 + index}`;
  const image = { sopInstanceUid: `${studyInstanceUid}.1.1`, frameNumber: 1 };
  const study = {
    studyInstanceUid,
    date: `202601${String(5 + 2 * index).padStart(2, '0')}`,
    hasFracture: index % 2 === 0,
    version: index < 6 ? '0.1.0' : '0.2.0',
  };
  if (index > 9) return study;
  if (index === 4) return { ...study, acts: () => [{ kind: 'no-fracture', image }, { kind: 'agree' }] };
  if (index !== 5) return { ...study, acts: () => [{ kind: 'agree' }] };
  const box = { left: 5, top: 5, right: 40, bottom: 50 };
  return { ...study, acts: () => [{ kind: 'add', image, box }, { kind: 'agree' }] };
});

let session: ReviewSession;

beforeAll(async () => {
  session = await startReviewSession((app, storage) => {
    app.use('/api/audit', qualityRouter(storage));
  });
  await storeCorpus(session.storage, STUDIES);
  const real = await realStudy('IMG0002413.jpg');
  if (real) await session.store(real.files);
}, 600_000);
afterAll(async () => {
  await session.close();
});

test(
  'shows figures with intervals, filters, takes labels, leads to the image, and speaks Korean',
  SLOW,
  async () => {
    const { page, context, complaints } = await session.reader('QA, Person');
    await page.goto(`${session.url}/audit`);
    await page.getByText('Readers who saw the AI first agree with it more').waitFor();
    const row = page.getByRole('row', { name: /Models against readers/ }).first();
    await row.waitFor();
    // Ten signed: five of six positives of the models upheld, one negative turned over.
    expect(await row.innerText()).toMatch(/10\s+80 % \(38–96\)\s+80 % \(38–96\)/);
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 2200 });
    await picture(page, 'audit', { isWhole: true });
    await page.getByLabel('Agreement').selectOption('disagree');
    await expect.poll(() => page.locator('.audit-table tbody tr').count()).toBe(2);
    await page.getByLabel('Agreement').selectOption('');
    await page.locator('input[type=file]').setInputFiles({
      name: 'labels.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('study_instance_uid,fracture\n1.2.40,1\n1.2.41,0\n1.2.999,1\n'),
    });
    await page.getByText('3 labels imported, 1 of studies that are not here').waitFor();
    await page
      .getByRole('row', { name: /Models against labels/ })
      .first()
      .waitFor();
    await page.locator('.audit-table .audit-open').last().click();
    await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
    const korean = await session.reader('QA, Person', 'ko-KR');
    await korean.page.goto(`${session.url}/audit`);
    await korean.page.getByText('품질 감사').first().waitFor();
    await korean.page.locator('.audit-table tbody tr').first().waitFor();
    expect(await violationsOf(korean.page)).toEqual([]);
    await korean.context.close();
  },
);

test(
  'draws a sample that is read without a word of the results, and asks where readers differ',
  SLOW,
  async () => {
    const { page, context } = await session.reader('Park, Su');
    await page.goto(`${session.url}/audit`);
    await page.getByLabel('Size').fill('3');
    await page.getByLabel('Seed').fill('spring');
    await page.getByRole('button', { name: 'Draw' }).click();
    await page.getByText('0 of 3 read').waitFor();
    await page.getByRole('link', { name: 'Read blindly' }).click();
    for (let left = 3; left > 0; left -= 1) {
      await page.getByText(`${left} left`).waitFor();
      await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
      expect(await page.locator('body').innerText()).not.toMatch(/AI|%|Suspicious|Definite|Kim/);
      if (left === 3) {
        expect(await violationsOf(page)).toEqual([]);
        await picture(page, 'audit-blind');
      }
      await page.getByRole('button', { name: 'No fracture' }).click();
    }
    await page.getByText('All studies of this sample are read').waitFor();
    await page.goto(`${session.url}/audit`);
    await page.getByText('3 of 3 read').waitFor();
    const disputes = page.locator('.audit-disputes li');
    const count = await disputes.count();
    if (count > 0) {
      await disputes.first().getByRole('button', { name: 'No fracture' }).click();
      await expect.poll(() => disputes.count()).toBe(count - 1);
    }
    await page.getByRole('row', { name: /Models against second reader/ }).waitFor();
    await context.close();
  },
);
