/**
 * The quality audit in a real Chromium before a real server, on signed studies of the ordinary store: figures, filters,
 * labels, copies, the way to the image, and a blinded sample of real radiographs read to its end and adjudicated.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { picture, violationsOf } from '../support/page-checks.ts';
import { qualityRouter } from '../support/quality-router.ts';
import { realStudy } from '../support/real-studies.ts';
import { storeCorpus, type CorpusStudy } from '../server/qa/audited-corpus.ts';
import { startReviewSession, type ReviewSession } from './review-session.ts';

const SLOW = { timeout: 600_000 };
const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2026, 1, 2);
/** Nobody has signed those from here on. */
const UNREAD_FROM = 44;

/** 48 studies of seven weeks: of 15 positives four turned over, of 29 negatives four added to, every other bone age corrected. */
const STUDIES = Array.from({ length: 48 }, (_, index): CorpusStudy => {
  const studyInstanceUid = `1.2.${100 + index}`;
  const study = {
    studyInstanceUid,
    date: new Date(FIRST_DAY + index * DAY_MS).toISOString().slice(0, 10).replaceAll('-', ''),
    hasFracture: index % 3 === 0,
    version: index < 24 ? '0.1.0' : '0.2.0',
  };
  if (index >= UNREAD_FROM) return study;
  const image = { sopInstanceUid: `${studyInstanceUid}.1.1`, frameNumber: 1 };
  const box = { left: 5, top: 5, right: 40, bottom: 50 };
  return {
    ...study,
    acts: (uidOf) => [
      ...(index % 12 === 6 ? [{ kind: 'no-fracture', image } as const] : []),
      ...(index % 12 === 4 ? [{ kind: 'add', image, box } as const] : []),
      ...(index % 2 === 0
        ? [{ kind: 'bone-age', finding: uidOf('bone-age-1'), months: 114 + ((7 * index) % 25) } as const]
        : []),
      { kind: 'agree' },
    ],
  };
});
/** Real radiographs, where they are there; their reports are of this day, before all others. */
const REAL = ['IMG0002413.jpg', 'IMG0001123.jpg'];
const REAL_DAY = '2026-01-12';

let session: ReviewSession;
/** The days whose signed studies are read blindly, and how many these are. */
let sampled = { from: '2026-02-02', to: '2026-02-02', count: 1 };

beforeAll(async () => {
  session = await startReviewSession((app, storage) => {
    app.use('/api/audit', qualityRouter(storage));
  });
  await storeCorpus(session.storage, STUDIES);
  for (const [index, name] of REAL.entries()) {
    const real = await realStudy(name);
    if (!real) break;
    await session.store(real.files);
    await agreeWith(real.studyInstanceUid);
    sampled = { from: REAL_DAY, to: REAL_DAY, count: index + 1 };
  }
}, 600_000);
afterAll(async () => {
  await session.close();
});

/** Signs what the models said, as a reader. */
async function agreeWith(study: string): Promise<void> {
  const send = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json', cookie: 'reader=Kim%2C%20Min' };
    const address = `${session.url}/api/reviews/${study}${path}`;
    const response = await fetch(address, { method, headers, body: JSON.stringify(body) });
    expect(response.ok).toBe(true);
    return (await response.json()) as {
      readonly draft: { readonly revision: number };
      readonly seen: string;
    };
  };
  const { draft, seen } = await send('PUT', '', { revision: 0, steps: [{ id: 'step-all', kind: 'agree' }] });
  await send('POST', '/signature', { revision: draft.revision, seen });
}

/** Opens the audit high enough that all of it is in a picture. */
async function openAudit(page: Page): Promise<void> {
  await page.setViewportSize({ width: 1280, height: 2600 });
  await page.goto(`${session.url}/audit`);
  await page.locator('.audit-table tbody tr').first().waitFor();
}

const shownRows = (page: Page) => page.locator('.audit-table tbody tr').count();

test(
  'shows figures with intervals, filters, takes labels and copies, and leads to the image',
  SLOW,
  async () => {
    const { page, context, complaints } = await session.reader('QA, Person');
    await openAudit(page);
    await page.getByText('Readers who saw the AI first agree with it more').waitFor();
    await page.getByLabel('From').fill('2026-02-01');
    await expect.poll(() => shownRows(page)).toBe(STUDIES.length);
    const row = page.getByRole('row', { name: /Models against readers/ });
    expect(await row.first().innerText()).toMatch(
      /44\s+73 % \(48–89\)\s+86 % \(69–9[45]\)\s+73 % \(48–89\)\s+86 %/,
    );
    expect(
      await page
        .getByRole('img', { name: /^Bone age/ })
        .locator('circle')
        .count(),
    ).toBe(UNREAD_FROM);
    expect(await page.getByRole('row', { name: /Fracture locator 0.2.0/ }).innerText()).toMatch(/24\s+20\s/);
    await page.getByText('From AI report to signature: median 2.0 h').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await picture(page, 'audit');

    await page.getByRole('combobox', { name: 'Agreement' }).selectOption('disagree');
    await expect.poll(() => shownRows(page)).toBe(22); // every corrected bone age, and verdicts that differ
    await page.getByRole('combobox', { name: 'Model' }).selectOption('Fracture locator 0.2.0');
    await expect.poll(() => shownRows(page)).toBe(10);
    await page.getByRole('combobox', { name: 'Model' }).selectOption('');
    await page.getByRole('combobox', { name: 'Agreement' }).selectOption('unread');
    await expect.poll(() => shownRows(page)).toBe(STUDIES.length - UNREAD_FROM);
    await picture(page, 'audit-filtered');
    await page.getByRole('combobox', { name: 'Agreement' }).selectOption('');

    await page.locator('input[type=file]').setInputFiles({
      name: 'labels.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('study_instance_uid,fracture\n1.2.100,1\n1.2.101,0\n1.2.999,1\n'),
    });
    await page.getByText('3 labels imported, 1 of studies that are not here').waitFor();
    await page
      .getByRole('row', { name: /Models against labels/ })
      .first()
      .waitFor();
    const download = page.waitForEvent('download');
    await page.getByLabel('To', { exact: true }).fill('2026-02-03');
    await expect.poll(() => shownRows(page)).toBe(2);
    await page.getByRole('link', { name: 'De-identified copies (ZIP)' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('deidentified-studies.zip');
    expect((await readFile(await file.path())).subarray(0, 2).toString()).toBe('PK');
    await page.locator('.audit-table .audit-open').last().click();
    await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  },
);

test('speaks Korean', SLOW, async () => {
  const { page, context, complaints } = await session.reader('QA, Person', 'ko-KR');
  await openAudit(page);
  await page.getByText('품질 감사').first().waitFor();
  expect(await page.locator('main').innerText()).not.toMatch(/Sensitivity|Studies|Agree|undefined/);
  expect(await violationsOf(page)).toEqual([]);
  await picture(page, 'audit-ko');
  expect(complaints).toEqual([]);
  await context.close();
});

test(
  'draws a sample that is read without a word of the results, and asks where readers differ',
  SLOW,
  async () => {
    const { page, context } = await session.reader('Park, Su');
    await openAudit(page);
    const { from, to, count } = sampled;
    await page.getByLabel('From').fill(from);
    await page.getByLabel('To', { exact: true }).fill(to);
    await expect.poll(() => shownRows(page)).toBe(count);
    await page.getByLabel('Size').fill('10');
    await page.getByLabel('Seed').fill('spring');
    await page.getByRole('button', { name: 'Draw' }).click();
    await page.getByText(`0 of ${count} read`).waitFor();
    await page.setViewportSize({ width: 1280, height: 860 });
    await page.getByRole('link', { name: 'Read blindly' }).click();
    for (let left = count; left > 0; left -= 1) {
      await page.getByText(`${left} left`).waitFor();
      await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
      expect(await page.locator('body').innerText()).not.toMatch(/AI|%|Suspicious|Definite|Kim/);
      if (left === count) {
        expect(await violationsOf(page)).toEqual([]);
        await picture(page, 'audit-blind');
      }
      // The first reader agreed that each shows a fracture; the second one says so of all but the first.
      await page
        .getByRole('button', { name: left === count ? 'No fracture' : 'Fracture', exact: true })
        .click();
    }
    await page.getByText('All studies of this sample are read').waitFor();
    await picture(page, 'audit-blind-read');
    await openAudit(page);
    await page.getByText(`${count} of ${count} read`).waitFor();
    await page.getByRole('row', { name: /Models against second reader/ }).waitFor();
    const disputes = page.locator('.audit-disputes li');
    expect(await disputes.count()).toBe(1);
    expect(await violationsOf(page)).toEqual([]);
    await picture(page.getByRole('region', { name: 'Blinded samples' }), 'audit-adjudication');
    await disputes.first().getByRole('button', { name: 'Fracture', exact: true }).click();
    await expect.poll(() => disputes.count()).toBe(0);
    await page.getByRole('row', { name: /Models against consensus/ }).waitFor();
    await context.close();
  },
);
