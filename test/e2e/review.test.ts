/**
 * Reviews in a real Chromium before a real server, on real radiographs where they are there and on phantoms everywhere:
 * decided by key and by drag, kept through reload, crash and lost connection, signed by one of two readers at once.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import { buildResultSet } from '../../dicom/results/index.ts';
import { readReport, type Report } from '../../dicom/sr/report-reader.ts';
import { writePart10 } from '../../dicom/write/part10-writer.ts';
import { NEEDS_SHARED_DATA } from '../../scripts/test-report.ts';
import { query } from '../../server/storage/database.ts';
import { demoResults } from '../support/demo-results.ts';
import { picture, violationsOf } from '../support/page-checks.ts';
import { realStudy, type RealStudy } from '../support/real-studies.ts';
import { startReviewSession, type ReviewSession } from './review-session.ts';

const REAL = ['IMG0002413.jpg', 'IMG0001123.jpg'];

let session: ReviewSession;
let phantom: string;
let real: RealStudy | undefined;

beforeAll(async () => {
  session = await startReviewSession();
  const { files, input } = demoResults();
  const [report] = buildResultSet(input);
  if (!report) throw new Error('a result set begins with its report');
  phantom = report.studyInstanceUid;
  await session.store([...files, writePart10(report.dataSet)]);
  for (const name of REAL) real ??= await realStudy(name);
  if (real) await session.store(real.files);
});
afterAll(async () => {
  await session.close();
});

async function open(page: Page, uid: string): Promise<void> {
  await page.goto(`${session.url}/#/studies/${uid}`);
  await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
  await page.locator('.review').waitFor();
}

const saved = (page: Page) => page.getByText('Draft saved').waitFor();
const undecided = (page: Page) => page.locator('.review .panel-count').innerText();

async function stepsOf(
  reader: string,
  uid: string,
): Promise<readonly { readonly step: { readonly kind: string } }[]> {
  const [row] = await query(
    session.storage.pool,
    'SELECT steps FROM review_draft WHERE reader_id = $1 AND study_uid = $2',
    [reader, uid],
  );
  return (row?.['steps'] ?? []) as readonly { readonly step: { readonly kind: string } }[];
}

async function verifiedReport(uid: string): Promise<Report | undefined> {
  const instances = await session.storage.index.listInstances({ studyUid: uid });
  const reports = await Promise.all(
    instances
      .filter(({ metadata }) => JSON.stringify(metadata['00080060'] ?? '').includes('SR'))
      .map(async ({ objectKey }) =>
        readReport(readPart10(await session.storage.objects.read(objectKey)).dataSet),
      ),
  );
  return reports.findLast(({ isVerified }) => isVerified);
}

/** Where an image point of the shown image lies on the page. */
async function screenPoint(page: Page, rows: number, columns: number, x: number, y: number) {
  const host = await page.locator('.radiograph').boundingBox();
  if (!host) throw new Error('the radiograph is not laid out');
  const scale = Math.min(host.width / columns, host.height / rows);
  return {
    x: host.x + host.width / 2 + (x - columns / 2) * scale,
    y: host.y + host.height / 2 + (y - rows / 2) * scale,
  };
}

describe('a reader', () => {
  test('decides by keys, undoes, reloads and finds everything again', async () => {
    const { page, context, complaints } = await session.reader('Kim, Min');
    await open(page, phantom);
    const before = await undecided(page);
    await page.keyboard.press('n');
    await page.keyboard.press('y');
    await saved(page);
    expect(await page.locator('.review-accepted').count()).toBe(1);
    expect(await undecided(page)).not.toBe(before);
    await page.keyboard.press('u');
    await expect.poll(() => page.locator('.review-accepted').count()).toBe(0);
    await page.locator('.finding').first().click();
    await page.keyboard.press('x');
    await page.getByText('Why is it rejected?').waitFor();
    await picture(page, 'reasons');
    await page.keyboard.press('2');
    await page.locator('.review-rejected').waitFor();
    await page.keyboard.press('d');
    await saved(page);
    expect((await stepsOf('person Kim, Min', phantom)).map(({ step }) => step.kind)).toEqual([
      'reject',
      'no-fracture',
    ]);
    await page.reload();
    await page.locator('.review-rejected').first().waitFor();
    await page.getByText('Draft saved').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await picture(page, 'phantom-negative');
    expect(complaints).toEqual([]);
    await context.close();
  });

  test('answers why for the finding that was asked about, never for another', async () => {
    const { page, context } = await session.reader('Jung, Ha');
    await open(page, phantom);
    const question = page.getByText('Why is it rejected?');
    await page.locator('.finding').first().click();
    await page.keyboard.press('x');
    await question.waitFor();
    await page.keyboard.press('Control+2'); // the browser's
    expect(await question.count()).toBe(1);
    await page.locator('.finding').nth(1).click();
    await expect.poll(() => question.count()).toBe(0);
    await page.keyboard.press('2');
    await page.keyboard.press('y');
    await saved(page);
    expect((await stepsOf('person Jung, Ha', phantom)).map(({ step }) => step.kind)).toEqual(['accept']);
    await context.close();
    await query(session.storage.pool, "DELETE FROM review_draft WHERE reader_id = 'person Jung, Ha'");
  });

  test('without a name keeps a draft and cannot sign', async () => {
    const { page, context } = await session.reader();
    await open(page, phantom);
    await page.keyboard.press('t');
    await saved(page);
    await page.getByText('Draft only').waitFor();
    expect(await page.getByRole('button', { name: /^Sign/ }).count()).toBe(0);
    await page.keyboard.press('v');
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    await context.close();
  });

  test('loses nothing with the connection or the browser', async () => {
    const first = await session.reader('Park, Su');
    await open(first.page, phantom);
    session.setReachable(false);
    await first.page.locator('.finding').first().click();
    await first.page.keyboard.press('y');
    await first.page.getByText('Not saved yet (1)').waitFor();
    await picture(first.page, 'offline');
    expect(await stepsOf('person Park, Su', phantom)).toEqual([]);
    const kept = await first.context.storageState();
    await first.context.close(); // killed before anything arrived
    session.setReachable(true);
    const { page, context } = await session.reader('Park, Su');
    await context.addInitScript(
      (items: readonly { name: string; value: string }[]) => {
        for (const { name, value } of items) localStorage.setItem(name, value);
      },
      kept.origins.flatMap(({ localStorage }) => localStorage),
    );
    await open(page, phantom);
    await page.locator('.review-accepted').waitFor();
    await expect.poll(async () => (await stepsOf('person Park, Su', phantom)).length).toBe(1);
    await context.close();
    await query(session.storage.pool, "DELETE FROM review_draft WHERE reader_id = 'person Park, Su'");
  });

  test('sends again by itself when the connection comes back', async () => {
    const { page, context } = await session.reader('Choi, Jin');
    await open(page, phantom);
    session.setReachable(false);
    await page.locator('.finding').first().click();
    await page.keyboard.press('y');
    await page.getByText('Not saved yet (1)').waitFor();
    session.setReachable(true);
    await saved(page);
    expect(await stepsOf('person Choi, Jin', phantom)).toHaveLength(1);
    await context.close();
    await query(session.storage.pool, "DELETE FROM review_draft WHERE reader_id = 'person Choi, Jin'");
  });
});

describe(`on a real radiograph ${NEEDS_SHARED_DATA}`, () => {
  test(
    'a box is changed by its corner, one is drawn, one is outlined, and all of it is signed',
    { timeout: 600_000 },
    async (context) => {
      if (!real) {
        context.skip();
        return;
      }
      const { source, studyInstanceUid, boxes } = real;
      const { rows, columns } = source;
      const kim = await session.reader('Kim, Min');
      const { page } = kim;
      await open(page, studyInstanceUid);
      const at = (x: number, y: number) => screenPoint(page, rows, columns, x, y);
      const drag = async (points: readonly { x: number; y: number }[]) => {
        const [start, ...others] = points;
        await page.mouse.move(start?.x ?? 0, start?.y ?? 0);
        await page.mouse.down();
        for (const { x, y } of others) await page.mouse.move(x, y, { steps: 4 });
        await page.mouse.up();
      };
      const [box] = boxes;
      if (!box) throw new Error('the radiograph has a fracture');
      await page.locator('.finding').first().click();
      await page.keyboard.press('e');
      await drag([await at(box.right, box.bottom), await at(box.right + 40, box.bottom + 30)]);
      await page.locator('.review-edited').waitFor();
      await picture(page, 'real-edited');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Escape');
      await page.keyboard.press('b');
      await drag([await at(columns * 0.6, rows * 0.6), await at(columns * 0.75, rows * 0.7)]);
      await page.locator('.review-added').waitFor();
      await page.keyboard.press('Escape');
      await page.keyboard.press('o');
      const ring = Array.from({ length: 16 }, (_, index) => {
        const angle = (index / 15) * 2 * Math.PI;
        return at(columns * (0.3 + 0.06 * Math.cos(angle)), rows * (0.75 + 0.05 * Math.sin(angle)));
      });
      await drag(await Promise.all(ring));
      await expect.poll(() => page.locator('.review-added').count()).toBe(2);
      await picture(page, 'real-outlined');
      await page.keyboard.press('Escape');
      await page.locator('.finding').last().click();
      expect(await violationsOf(page)).toEqual([]);
      await page.keyboard.press('t');
      await page.getByText('All decided').waitFor();
      await saved(page);

      const lee = await session.reader('이 판독', 'ko-KR');
      await open(lee.page, studyInstanceUid);
      await lee.page.getByText('Kim, Min').waitFor();
      await lee.page.getByText('골절 추가').first().waitFor();
      await lee.page.locator('.finding').first().click();
      await lee.page.keyboard.press('x');
      await lee.page.locator('.review-question').waitFor();
      await lee.page.keyboard.press('1');
      await picture(lee.page, 'real-second-reader-ko');
      expect(await violationsOf(lee.page)).toEqual([]);
      await page.getByText('이 판독').waitFor(); // told by the server, without asking
      await picture(page, 'real-told-of-second-reader');

      await page.keyboard.press('v');
      await page.getByRole('alertdialog').waitFor();
      await picture(page, 'real-signing');
      await page.keyboard.press('Enter');
      await page
        .getByText(/^Verified/)
        .first()
        .waitFor();
      await picture(page, 'real-signed');
      const report = await verifiedReport(studyInstanceUid);
      expect(report?.verifiers).toMatchObject([{ name: { Alphabetic: 'Kim^Min' } }]);
      const edited = report?.findings.find(({ review }) => review?.decision === 'edited');
      if (edited?.kind !== 'fracture' || edited.review?.decision !== 'edited')
        throw new Error('nothing was edited');
      const { original } = edited.review;
      expect(original.kind === 'fracture' && original.box.right).toBeCloseTo(box.right, 1);
      expect(original.kind === 'fracture' && original.box.bottom).toBeCloseTo(box.bottom, 1);
      expect(edited.box.right - edited.box.left).toBeCloseTo(box.right - box.left + 40, -1);
      expect(edited.box.left).toBeCloseTo(Math.max(0, box.left - 16), 0);
      expect(report?.statements.map((one) => [one.kind, 'polygon' in one])).toEqual([
        ['added-fracture', false],
        ['added-fracture', true],
      ]);

      // The second reader is shown the signed report at once, and the own decision upon it.
      await expect.poll(() => lee.page.locator('.review-added').count()).toBe(2);
      expect([...kim.complaints, ...lee.complaints]).toEqual([]);
      await kim.context.close();
      await lee.context.close();
    },
  );
});
