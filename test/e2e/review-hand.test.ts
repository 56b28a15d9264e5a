/**
 * The bone age and the negative of a real hand radiograph under review in a real Chromium: corrected, taken back, confirmed,
 * signed by one reader, signed over by a second one.
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPart10 } from '../../dicom/read/part10-reader.ts';
import { readReport, type Report } from '../../dicom/sr/report-reader.ts';
import { SOP_CLASS } from '../../dicom/vocabulary/uids.ts';
import { NEEDS_SHARED_DATA } from '../../scripts/test-report.ts';
import { picture, violationsOf } from '../support/page-checks.ts';
import { realHand } from '../support/real-studies.ts';
import { startReviewSession, type ReviewSession } from './review-session.ts';

const SLOW = { timeout: 300_000 };
/** The model read the hand eleven months too old. */
const TOO_OLD = 11;

let session: ReviewSession;
let hand: Awaited<ReturnType<typeof realHand>>;

beforeAll(async () => {
  session = await startReviewSession();
  hand = await realHand('10047.jpg', TOO_OLD);
  if (hand) await session.store(hand.files);
}, 300_000);
afterAll(async () => {
  await session.close();
});

async function open(page: Page, uid: string): Promise<void> {
  await page.goto(`${session.url}/#/studies/${uid}`);
  await page.locator('.radiograph-surface[data-loading="false"]').waitFor();
  await page.locator('.review').waitFor();
}

async function verifiedReports(uid: string): Promise<readonly Report[]> {
  const instances = await session.storage.index.listInstances({ studyUid: uid });
  const reports = await Promise.all(
    instances
      .filter(({ sopClassUid }) => sopClassUid === SOP_CLASS.comprehensive3dSr)
      .map(async ({ objectKey }) =>
        readReport(readPart10(await session.storage.objects.read(objectKey)).dataSet),
      ),
  );
  return reports
    .filter(({ isVerified }) => isVerified)
    .toSorted((one, other) => ((one.contentDateTime ?? '') < (other.contentDateTime ?? '') ? -1 : 1));
}

const ageIn = (report: Report | undefined) => report?.findings.find((finding) => finding.kind === 'bone-age');

test(
  `a bone age is corrected, undone, corrected again; the negative is confirmed; all of it is signed ${NEEDS_SHARED_DATA}`,
  SLOW,
  async (context) => {
    if (!hand) {
      context.skip();
      return;
    }
    const { studyInstanceUid, boneAgeMonths } = hand;
    const kim = await session.reader('Kim, Min');
    const { page } = kim;
    await open(page, studyInstanceUid);
    const form = page.getByRole('form', { name: 'Bone age' });
    const [years, months] = [form.getByLabel('Years'), form.getByLabel('Months')];
    const read = boneAgeMonths + TOO_OLD;
    const shown = async () => [await years.inputValue(), await months.inputValue()];
    await expect.poll(shown).toEqual([String(Math.floor(read / 12)), String(read % 12)]);

    await months.fill('12');
    await form.getByRole('button', { name: 'Correct' }).click();
    await form.getByRole('alert').waitFor(); // twelve months are a year
    expect(await form.getByRole('button', { name: 'Correct' }).getAttribute('aria-pressed')).toBe('false');
    await picture(page, 'hand-wrong-age');

    await years.fill(String(Math.floor(boneAgeMonths / 12)));
    await months.fill(String(boneAgeMonths % 12));
    await form.getByRole('button', { name: 'Correct' }).click();
    const isCorrected = () => form.getByRole('button', { name: 'Correct' }).getAttribute('aria-pressed');
    await expect.poll(isCorrected).toBe('true');
    await page.getByText('Draft saved').waitFor();
    await page.locator('.radiograph').click();
    await page.keyboard.press('u');
    await expect.poll(isCorrected).toBe('false');
    await expect.poll(() => months.inputValue()).toBe(String(read % 12));

    await years.fill(String(Math.floor(boneAgeMonths / 12)));
    await months.fill(String(boneAgeMonths % 12));
    await months.press('Enter');
    await expect.poll(isCorrected).toBe('true');
    await page.locator('.radiograph').click();
    await page.keyboard.press('d'); // no fracture on this image
    await page.getByText('All decided').waitFor();
    await page.getByText('Draft saved').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await picture(page, 'hand-decided');
    await page.keyboard.press('v');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Enter');
    await page
      .getByText(/^Verified/)
      .first()
      .waitFor();
    await picture(page, 'hand-signed');

    const [report] = await verifiedReports(studyInstanceUid);
    const age = ageIn(report);
    expect(age).toMatchObject({
      months: boneAgeMonths,
      review: { decision: 'edited', original: { months: read } },
    });
    expect(report?.statements.map(({ kind }) => kind)).toEqual(['no-fracture']);
    expect(kim.complaints).toEqual([]);
    await kim.context.close();
  },
);

test(
  `a second reader is shown the signed report, in Korean, and signs another upon it ${NEEDS_SHARED_DATA}`,
  SLOW,
  async (context) => {
    if (!hand) {
      context.skip();
      return;
    }
    const { studyInstanceUid, boneAgeMonths } = hand;
    const lee = await session.reader('이 판독', 'ko-KR');
    const { page } = lee;
    await open(page, studyInstanceUid);
    const form = page.getByRole('form', { name: '골연령' });
    const months = form.getByLabel('개월');
    await expect.poll(() => months.inputValue()).toBe(String(boneAgeMonths % 12));
    await form.getByLabel('세').fill(String(Math.floor((boneAgeMonths + 3) / 12)));
    await months.fill(String((boneAgeMonths + 3) % 12));
    await months.press('Enter');
    await expect
      .poll(() => form.getByRole('button', { name: '수정' }).getAttribute('aria-pressed'))
      .toBe('true');
    expect(await violationsOf(page)).toEqual([]);
    await picture(page, 'hand-second-reader-ko');
    await page.locator('.radiograph').click();
    await page.keyboard.press('v');
    await page.getByRole('alertdialog').waitFor();
    await page.keyboard.press('Enter');
    await expect
      .poll(async () => (await verifiedReports(studyInstanceUid)).length, { timeout: 30_000 })
      .toBe(2);
    const [first, second] = await verifiedReports(studyInstanceUid);
    expect(ageIn(first)?.months).toBe(boneAgeMonths);
    expect(ageIn(second)?.months).toBe(boneAgeMonths + 3);
    expect(second?.predecessorUids).not.toEqual(first?.predecessorUids);
    expect(lee.complaints).toEqual([]);
    await lee.context.close();
  },
);
